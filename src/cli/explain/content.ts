/** What lies at a path, in sentences, and which registries want nothing of it by which rule. */
import type { Config } from '../../config.ts'
import type { Reading } from '../../handovers.ts'
import type { RegistrationRow } from '../../journal/journal.ts'
import type { SubjectType } from '../../record/registration.ts'
import { makeWords } from '../../record/run.ts'
import { registries } from '../../registries/index.ts'
import type { Registry } from '../../registries/registry.ts'
import { sheetWords } from '../words.ts'

const TESTS = {
  'instrument-test': "It is the instrument's own test, which is registered nowhere but at a sandbox.",
  simulated: 'It was written by `runherald simulate`, and is registered nowhere but at a sandbox.',
}

export const isAbsent = (reading: Reading): boolean =>
  reading.kind === 'unrecognised' && reading.problems.some((one) => one.code === 'path.absent')

export function contentSentences(reading: Reading): string[] {
  if (isAbsent(reading)) return ['Nothing lies there.']
  if (reading.kind === 'unrecognised')
    return ['It is neither a run folder nor a sheet of a kind that is known here.']
  if (reading.kind === 'sample-sheet') {
    const { format, samples, valid } = reading.reading
    return [`It is ${sheetWords(format, samples, valid)}.`]
  }
  const { run, completion, test } = reading.reading
  const make = makeWords(run.instrumentMake)
  const missing = completion.missing.length === 0 ? '' : ` Still awaited: ${completion.missing.join(', ')}.`
  const end = completion.ended
    ? `It has ended: ${completion.state} (${completion.because}).`
    : `It has not ended: ${completion.because}.`
  return [`It is run ${run.runId} of ${make}.`, end + missing, ...(test === null ? [] : [TESTS[test]])]
}

const kinds: Record<string, Registry> = registries

/** Registries where nothing of it is listed, with the rule that says so. */
export function unwanted(
  reading: Reading,
  registrations: RegistrationRow[],
  { registries: configured }: Config,
): Array<{ name: string; because: string }> {
  return configured
    .filter((one) => !registrations.some((row) => row.registry === one.name))
    .flatMap((one) => {
      const because = whyNot(reading, one)
      return because === null ? [] : [{ name: one.name, because }]
    })
}

function whyNot(reading: Reading, { kind, when }: Config['registries'][number]): string | null {
  const taken = kinds[kind]?.takes
  if (taken === undefined || reading.kind === 'unrecognised') return null
  if (reading.kind === 'sample-sheet') {
    const { libraries, batches, blocked } = reading.reading
    const held = new Set<SubjectType>()
    // A library goes with its run where one call carries both.
    if (libraries.length > 0) held.add(taken.subjects.includes('library') ? 'library' : 'run')
    if (batches.length > 0) held.add('batch')
    if (held.size === 0) return 'the sheet names no library and no batch, so it asks for nothing by itself.'
    if (![...held].some((one) => taken.subjects.includes(one)))
      return `${kind} takes no ${libraries.length > 0 ? 'libraries' : 'batches'}.`
    const stopped = blocked || [...libraries, ...batches].every((one) => one.blocked)
    return stopped ? 'its errors stop all of it.' : 'nothing of it is listed there.'
  }
  const { instrumentMake } = reading.reading.run
  if (!taken.subjects.includes('run')) return `${kind} takes no runs.`
  if (when?.make !== undefined && !when.make.includes(instrumentMake))
    return `its \`when\` names other makes than ${instrumentMake}.`
  if (!taken.makes.includes(instrumentMake)) return `${kind} does not take runs of ${instrumentMake}.`
  if (reading.reading.test !== null) return 'it is no real run, and such go to sandboxes only.'
  return 'it wants such runs; nothing is listed there yet.'
}
