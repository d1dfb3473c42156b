/**
 * Tells people, beside each dropped sheet, what has become of it: the report, and putting the sheet away at the end.
 *
 * One sheet at a time, the newest news of it only. Never part of correctness: what cannot be written is told and tried
 * again, and the journal stays the truth.
 */
import { basename, dirname } from 'node:path'
import { type Emit, type Happening, loggedError } from './events.ts'
import { moveAway } from './feedback/move.ts'
import { writeReport } from './feedback/report.ts'
import type { Reading } from './handovers.ts'
import type { Artifact, JournalReader, RegistrationRow } from './journal/journal.ts'
import { journalCatalogue } from './planning/catalogue.ts'
import { subjectKeysOf } from './planning/sheet.ts'
import type { Problem } from './problems.ts'
import { registrationId } from './record/identity.ts'
import type { State } from './record/registration.ts'

export type SheetState = 'received' | 'waiting' | 'done' | 'needs-fixing' | 'partly'

export type TellerParts = {
  journal: JournalReader & { saveArtifact(artifact: Artifact): Promise<void> }
  registries: string[]
  /** The drop folder a sheet was dropped into, and whether it is put away at the end; null: not a dropped sheet. */
  dropFolder(path: string): { folder: string; finished: 'move' | 'keep' } | null
  emit: Emit
}

export type Teller = {
  /** The report of this sheet is to be written anew. */
  tell(path: string): void
  /** Something happened that may concern sheets told of before. */
  follow(happening: Happening): void
  settled(): Promise<void>
}

const FINAL: State[] = ['registered', 'refused', 'abandoned', 'superseded']

export function createTeller({ journal, registries, dropFolder, emit }: TellerParts): Teller {
  const due = new Set<string>()
  /** Which sheets a registration belongs to, as far as they were told of since the start. */
  const sheetsOf = new Map<string, Set<string>>()
  let working: Promise<void> | null = null

  async function drain(): Promise<void> {
    for (const path of due) {
      due.delete(path)
      try {
        await write(path)
      } catch (thrown) {
        emit('sheet.report-failed', { sheet: basename(path), error: loggedError(thrown) })
      }
    }
  }

  async function write(path: string): Promise<void> {
    const artifact = await journal.artifact(path)
    const place = dropFolder(path)
    if (artifact === null || artifact.type !== 'sheet' || place === null || artifact.sha256 === null) return
    const { reading, sha256 } = artifact
    const registrations = await registrationsOf(reading)
    for (const { id } of registrations) sheetsOf.set(id, (sheetsOf.get(id) ?? new Set()).add(path))
    const problems = await problemsOf(reading, registrations)
    const state = stateOf(reading, problems, registrations)
    const report = {
      file: basename(path),
      sha256,
      state,
      sent: registrations.some(wasSent),
      registrations,
      problems,
    }
    await writeReport(place.folder, report)
    if (place.finished === 'move' && isFinal(state, registrations))
      await putAway(artifact, place.folder, state)
  }

  async function registrationsOf(reading: Reading): Promise<RegistrationRow[]> {
    if (reading.kind !== 'sample-sheet') return []
    const keys = await subjectKeysOf(reading.reading, journalCatalogue(journal))
    const ids = [
      ...new Set(registries.flatMap((registry) => keys.map((key) => registrationId(registry, key)))),
    ]
    return journal.registrations({ ids })
  }

  /** The sheet's own problems, and those met on the way to a registry. */
  async function problemsOf(reading: Reading, registrations: RegistrationRow[]): Promise<Problem[]> {
    const own =
      reading.kind === 'run-folder'
        ? []
        : reading.kind === 'unrecognised'
          ? reading.problems
          : reading.reading.problems
    const stories = await Promise.all(
      registrations
        .filter(({ state }) => state === 'refused' || state === 'held')
        .map(({ id }) => journal.story(id)),
    )
    return [...own, ...stories.flatMap((story) => story?.revisions.at(-1)?.submission.problems ?? [])]
  }

  async function putAway(artifact: Artifact, folder: string, state: SheetState): Promise<void> {
    const sheet = basename(artifact.path)
    const where = state === 'done' ? 'done' : 'needs-fixing'
    if (artifact.sha256 === null || (where === 'needs-fixing' && basename(dirname(artifact.path)) === where))
      return
    const moved = await moveAway({ path: artifact.path, folder, where, sha256: artifact.sha256 })
    if (!moved.ok) {
      emit('sheet.move-failed', { sheet, error: { name: 'Error', code: null, message: moved.error } })
      return
    }
    // The sheet goes on counting from where it now lies; a new one may come under its old name.
    await journal.saveArtifact({ ...artifact, path: moved.value })
    await journal.saveArtifact({
      ...artifact,
      status: 'gone',
      reading: { kind: 'unrecognised', problems: [], sha256: null },
    })
    emit('sheet.moved', { sheet, to: moved.value })
  }

  const start = (): void => {
    working ??= drain().finally(() => {
      working = null
      if (due.size > 0) start()
    })
  }

  return {
    tell(path) {
      due.add(path)
      start()
    },
    follow({ fields }) {
      if (!('registration' in fields)) return
      for (const path of sheetsOf.get(fields.registration) ?? []) due.add(path)
      if (due.size > 0) start()
    },
    settled: async () => {
      while (working !== null) await working
    },
  }
}

const wasSent = ({ state, attempts }: RegistrationRow): boolean => attempts > 0 || state === 'registered'

function stateOf(reading: Reading, problems: Problem[], registrations: RegistrationRow[]): SheetState {
  if (reading.kind === 'run-folder') throw new Error('a run folder is no sheet')
  const wrong =
    problems.some((one) => one.severity === 'error') || registrations.some(({ state }) => state === 'refused')
  const good = registrations.some(({ state }) => state !== 'refused' && state !== 'superseded')
  if (wrong) return good ? 'partly' : 'needs-fixing'
  return registrations.every(({ state }) => FINAL.includes(state)) ? 'done' : 'waiting'
}

/** Nothing more will come of it by itself. */
const isFinal = (state: SheetState, registrations: RegistrationRow[]): boolean =>
  state === 'needs-fixing' ||
  (registrations.every((row) => FINAL.includes(row.state)) && state !== 'received' && state !== 'waiting')
