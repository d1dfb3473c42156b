/**
 * Tells people, beside each dropped sheet, what has become of it: the report, and putting the sheet away at the end.
 *
 * One sheet at a time, the newest news of it only. Never part of correctness: what cannot be written is told and tried
 * again, and the journal stays the truth.
 */
import { basename } from 'node:path'
import { type Emit, type Happening, loggedError } from './events.ts'
import { moveAway } from './feedback/put-away.ts'
import type { SheetState } from './feedback/report.ts'
import { writeReport } from './feedback/write-report.ts'
import type { Reading } from './handovers.ts'
import type { Artifact, JournalReader, RegistrationRow, RegistrationStory } from './journal/journal.ts'
import { journalCatalogue } from './planning/catalogue.ts'
import { subjectKeysOf } from './planning/sheet.ts'
import type { Problem } from './problems.ts'
import { registrationId } from './record/identity.ts'
import type { State } from './record/registration.ts'

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
  close(): Promise<void>
}

const AGAIN_MS = 60_000
const FINAL: State[] = ['registered', 'refused', 'abandoned', 'superseded']

export function createTeller({ journal, registries, dropFolder, emit }: TellerParts): Teller {
  const due = new Set<string>()
  /** Which sheets a registration belongs to, as far as they were told of since the start. */
  const sheetsOf = new Map<string, Set<string>>()
  const retries = new Set<NodeJS.Timeout>()
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
    const stories = await storiesOf(registrations)
    const problems = [
      ...ownProblems(reading),
      ...stories.flatMap((story) => story.revisions.at(-1)?.submission.problems ?? []),
    ]
    const state = stateOf(problems, registrations)
    const written = await writeReport({
      folder: place.folder,
      file: basename(path),
      sha256,
      state,
      sent: registrations.some(wasSent),
      registrations,
      problems,
      said: new Map(stories.map((story) => [story.registration.id, wordsOf(story)])),
    })
    if (!written.ok) {
      emit('sheet.report-failed', { sheet: basename(path), error: written.error })
      again(path)
    }
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

  /** The whole stories of those that have not come to a good end. */
  async function storiesOf(registrations: RegistrationRow[]): Promise<RegistrationStory[]> {
    const open = registrations.filter(({ state }) => state !== 'registered' && state !== 'superseded')
    const stories = await Promise.all(open.map(({ id }) => journal.story(id)))
    return stories.filter((story) => story !== null)
  }

  async function putAway(artifact: Artifact, folder: string, state: SheetState): Promise<void> {
    const sheet = basename(artifact.path)
    const to = state === 'done' ? 'done' : 'needs-fixing'
    if (artifact.sha256 === null) return
    const moved = await moveAway(artifact.path, { folder, to, sha256: artifact.sha256 })
    if (!moved.ok) {
      if (moved.error.why !== 'refused') return
      emit('sheet.move-failed', { sheet, error: moved.error.error })
      return again(artifact.path)
    }
    if (moved.value === artifact.path) return
    // The sheet goes on counting from where it now lies; a new one may come under its old name.
    await journal.saveArtifact({ ...artifact, path: moved.value })
    await journal.saveArtifact({
      ...artifact,
      status: 'gone',
      reading: { kind: 'unrecognised', problems: [], sha256: null },
    })
    emit('sheet.moved', { sheet, to: moved.value })
  }

  /** What the disk refused is tried again, until the daemon ends. */
  function again(path: string): void {
    const timer = setTimeout(() => {
      retries.delete(timer)
      tell(path)
    }, AGAIN_MS)
    retries.add(timer)
  }

  function tell(path: string): void {
    due.add(path)
    start()
  }

  const start = (): void => {
    working ??= drain().finally(() => {
      working = null
      if (due.size > 0) start()
    })
  }

  return {
    tell,
    follow({ fields }) {
      if (!('registration' in fields)) return
      for (const path of sheetsOf.get(fields.registration) ?? []) due.add(path)
      if (due.size > 0) start()
    },
    close: async () => {
      for (const timer of retries) clearTimeout(timer)
      while (working !== null) await working
    },
  }
}

function ownProblems(reading: Reading): Problem[] {
  if (reading.kind === 'run-folder') throw new Error('a run folder is no sheet')
  return reading.kind === 'unrecognised' ? reading.problems : reading.reading.problems
}

/** What the registry itself said, newest first. */
const wordsOf = (story: RegistrationStory): string[] =>
  story.attempts.flatMap((attempt) => attempt.detail ?? []).toReversed()

const wasSent = ({ state, attempts }: RegistrationRow): boolean => attempts > 0 || state === 'registered'

function stateOf(problems: Problem[], registrations: RegistrationRow[]): SheetState {
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
