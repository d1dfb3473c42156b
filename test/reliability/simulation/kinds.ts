/**
 * The five kinds of registry as the simulation needs them: their real traits and what they take, with requests that
 * say only what decides.
 */
import type { Mapped, Subject } from '../../../src/handovers.ts'
import { type Problem, problem } from '../../../src/problems.ts'
import type { SubjectType } from '../../../src/record/registration.ts'
import { type RegistryKind, registries } from '../../../src/registries/index.ts'
import type { Registry } from '../../../src/registries/registry.ts'
import { err, ok, type Result } from '../../../src/result.ts'

/**
 * What a repeat does there: `updates` what is known by its name, leaves what was `first` as it stands, or `doubles` it.
 * Chance picks among these in this order, so that another kind gives every seed another history.
 */
export const repeats = {
  'majora-2020-03-24': 'first',
  'majora-2020-03-25': 'doubles',
  'majora-2': 'updates',
  'onecodex-v1': 'doubles',
  webhook: 'first',
} as const satisfies { [K in RegistryKind]?: 'updates' | 'first' | 'doubles' }

export type SimulatedKind = keyof typeof repeats
export const KINDS = Object.keys(repeats) as SimulatedKind[]

/** Words of a kit that the registry refuses, and that our own rules refuse. */
export const REFUSED_THERE = 'refused-there'
export const REFUSED_HERE = 'refused-here'

const all: Record<SimulatedKind, Registry> = registries

export const modelKinds = Object.fromEntries(
  KINDS.map((kind) => [kind, { ...all[kind], map: (subject: Subject) => map(kind, subject) }]),
) as unknown as Record<SimulatedKind, Registry>

export const takes = (kind: SimulatedKind, type: SubjectType): boolean =>
  all[kind].takes.subjects.includes(type)

function map(kind: SimulatedKind, subject: Subject): Result<Mapped, Problem[]> {
  const body = bodyOf(kind, subject)
  if (JSON.stringify(body).includes(REFUSED_HERE))
    return err([problem('registry.value-malformed', 'a value the rules refuse')])
  const needsLibrary = subject.type === 'run' && takes(kind, 'library') && kind !== 'webhook'
  return ok({
    request: { method: 'POST', path: `/${subject.type}`, body, secrets: [] },
    claims:
      kind === 'onecodex-v1' && subject.type === 'batch'
        ? subject.batch.tubes.map((tube) => tube.tubeBarcode)
        : [],
    prerequisite: needsLibrary ? subject.libraryName : null,
    warnings: [],
  })
}

function bodyOf(kind: SimulatedKind, subject: Subject): Record<string, string> {
  switch (subject.type) {
    case 'library':
      return { library: subject.library.name, kit: subject.library.seqKit ?? '' }
    case 'batch':
      return {
        batch: subject.batch.name,
        tubes: subject.batch.tubes.map((tube) => tube.tubeBarcode).join(' '),
        tracking: subject.batch.returnTrackingNumbers.join(' '),
      }
    case 'run':
      return {
        run: subject.run.runId,
        library: subject.libraryName,
        pipe: subject.run.bioinfoPipeVersion ?? '',
        ...(kind === 'majora-2020-03-24' ? { kit: subject.library?.seqKit ?? '' } : {}),
      }
  }
}
