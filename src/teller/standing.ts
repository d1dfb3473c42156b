/** How a sheet stands: of each library and batch in it, what was sent and what became of it; and what is in the way. */
import { basename } from 'node:path'
import { createTurns } from '../event-loop.ts'
import type { ReportedSubject, SheetState } from '../feedback/report.ts'
import type { Reading, SheetReading } from '../handovers.ts'
import type { Artifact, JournalReader, RegistrationRow, RegistrationStory } from '../journal/journal.ts'
import { type Catalogue, journalCatalogue } from '../planning/catalogue.ts'
import { batchKey } from '../planning/keys.ts'
import { libraryKeysOf } from '../planning/sheet.ts'
import { hasErrors, type Problem, problem } from '../problems.ts'
import { registrationId } from '../record/identity.ts'
import type { Batch, Library } from '../record/library.ts'
import { alikeProblems, type RunsWithoutSheet, type SheetPlace } from './alike.ts'
import { amendmentProblems } from './amendment.ts'
import { hasLeft, outcomeOf, sentOf } from './outcome.ts'
import { type Rival, rivalOf } from './rivals.ts'

export type Standing = {
  state: SheetState
  sent: boolean
  subjects: ReportedSubject[]
  /** What only an earlier version of the sheet asked for. */
  earlier: RegistrationRow[]
  problems: Problem[]
  said: Map<string, string[]>
}

export type StandingParts = { journal: JournalReader; registries: string[]; runs: RunsWithoutSheet }

/** A library or a batch of the sheet, with what the journal knows of it. */
type Subject = {
  type: 'library' | 'batch'
  content: Library | Batch
  /** Errors of the sheet stop it. */
  blocked: boolean
  rows: RegistrationRow[]
  stories: RegistrationStory[]
  rival: Rival | null
}

export async function standingOf({ reading, path }: Artifact, parts: StandingParts): Promise<Standing> {
  const { journal } = parts
  const own = ownProblems(reading)
  const sheet = reading.kind === 'sample-sheet' ? reading.reading : null
  const subjects = sheet === null ? [] : await subjectsOf(sheet, path, parts)
  const known = new Set(subjects.flatMap(({ rows }) => rows.map(({ id }) => id)))
  const reported = subjects.map(reportedOf)
  const place = { file: basename(path), columns: sheet?.columns ?? {} }
  const found = await Promise.all(subjects.map((one) => problemsOf(one, place, parts.runs)))
  return {
    state: stateOf(reported, own),
    sent: subjects.some((one) => standsFor(one) === null && one.stories.some(hasLeft)),
    subjects: reported,
    earlier: (await journal.registrations({ paths: [path] })).filter(({ id }) => !known.has(id)),
    problems: distinct([...own, ...found.flat()]),
    said: new Map(subjects.flatMap(({ stories }) => stories.flatMap(saidOf))),
  }
}

async function subjectsOf(
  sheet: SheetReading,
  path: string,
  { journal, registries }: StandingParts,
): Promise<Subject[]> {
  const catalogue = journalCatalogue(journal)
  const named: Array<Pick<Subject, 'type' | 'content' | 'blocked'> & { ids: Set<string> }> = []
  const idsOf = (keys: string[]) =>
    new Set(registries.flatMap((registry) => keys.map((key) => registrationId(registry, key))))
  const turns = createTurns()
  for (const content of sheet.libraries) {
    await turns.give()
    const blocked = content.blocked || sheet.blocked
    named.push({ type: 'library', content, blocked, ids: idsOf(await libraryKeysOf(content, catalogue)) })
  }
  for (const content of sheet.batches) {
    const blocked = content.blocked || sheet.blocked
    named.push({ type: 'batch', content, blocked, ids: idsOf([batchKey(content.name)]) })
  }
  const rows = await journal.registrations({ ids: named.flatMap(({ ids }) => [...ids]) })
  const byId = Map.groupBy(rows, ({ id }) => id)
  const subjects: Subject[] = []
  for (const one of named) {
    await turns.give()
    subjects.push(await subjectOf(one, byId, path, { journal, catalogue }))
  }
  return subjects
}

async function subjectOf(
  { ids, ...named }: Pick<Subject, 'type' | 'content' | 'blocked'> & { ids: Set<string> },
  byId: ReadonlyMap<string, RegistrationRow[]>,
  path: string,
  { journal, catalogue }: { journal: JournalReader; catalogue: Catalogue },
): Promise<Subject> {
  const rows = [...ids].flatMap((id) => byId.get(id) ?? [])
  const stories = await Promise.all([...new Set(rows.map(({ id }) => id))].map((id) => journal.story(id)))
  const rival = named.blocked ? null : await rivalOf({ ...named, path }, catalogue)
  return { ...named, rows, stories: stories.filter((one) => one !== null), rival }
}

/** What keeps its registrations from being what this sheet says of it; null where they are. */
const standsFor = ({ blocked, rival }: Subject): 'blocked' | 'replaced' | null =>
  blocked ? 'blocked' : rival?.isNewer ? 'replaced' : null

function reportedOf(subject: Subject): ReportedSubject {
  const { type, content, rows, stories } = subject
  const stands = standsFor(subject)
  return {
    type,
    name: content.name,
    rows: content.rows,
    samples: 'tubes' in content ? content.tubes.length : content.biosamples.length,
    outcome: outcomeOf(rows, stands),
    sent: stands === null ? sentOf(stories) : 'none',
    registrations: rows,
  }
}

function stateOf(subjects: ReportedSubject[], own: Problem[]): SheetState {
  const outcomes = new Set(subjects.map(({ outcome }) => outcome))
  const isWrong =
    hasErrors(own) || outcomes.has('blocked') || outcomes.has('attention') || outcomes.has('unwanted')
  if (!isWrong) return outcomes.has('under-way') ? 'waiting' : 'done'
  const isPartlyWell =
    outcomes.has('registered') ||
    outcomes.has('under-way') ||
    subjects.some(
      ({ outcome, registrations }) =>
        outcome === 'attention' && registrations.some(({ state }) => state === 'registered'),
    )
  return isPartlyWell ? 'partly' : 'needs-fixing'
}

function ownProblems(reading: Reading): Problem[] {
  if (reading.kind === 'run-folder') throw new Error('a run folder is no sheet')
  if (reading.kind === 'unrecognised') return reading.problems
  const { libraries, batches, problems } = reading.reading
  const isIdle = libraries.length === 0 && batches.length === 0 && !hasErrors(problems)
  return isIdle
    ? [...problems, problem('sheet.nothing-to-register', 'it names no library and no batch')]
    : problems
}

/**
 * What stands between the subject and its registrations, or is worth a look about them. What is merely odd in a run's
 * own files is for those who look after the instrument, not for the writer of the sheet.
 */
async function problemsOf(subject: Subject, sheet: SheetPlace, runs: RunsWithoutSheet): Promise<Problem[]> {
  const { file } = sheet
  const { type, content, stories, rival } = subject
  if (subject.blocked) return []
  if (stories.length === 0)
    return [problem('sheet.unwanted', `${type} "${content.name}"`, { file, rows: content.rows.slice(0, 1) })]
  const planned = stories
    .flatMap((story) => story.revisions.at(-1)?.submission.problems ?? [])
    .filter((one) => one.severity === 'error' || one.file === null || one.file === file)
  return [
    ...planned,
    ...stories.flatMap((story) => amendmentProblems(story, { content, ...sheet })),
    ...(rival === null ? [] : [rival.told]),
    ...('runs' in content ? await alikeProblems(subject.rows, { library: content, ...sheet }, runs) : []),
  ]
}

/** The registry's own words about what is not well, newest first. */
function saidOf({ registration, attempts }: RegistrationStory): Array<[string, string[]]> {
  const { id, state } = registration
  if (state === 'registered' || state === 'superseded') return []
  const words = attempts
    .filter(({ outcome }) => outcome !== null && THE_REGISTRYS_OWN.has(outcome))
    .toReversed()
    .flatMap(({ detail }) => detail?.split('\n') ?? [])
  return words.length === 0 ? [] : [[id, [...new Set(words)].slice(0, 10)]]
}

/** Ends of an attempt about which the registry itself spoke. */
const THE_REGISTRYS_OWN = new Set(['refused', 'partial', 'conflict', 'race', 'prerequisite', 'try-later'])

/** Two registries often find the same fault. */
function distinct(problems: Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter((one) => {
    const key = JSON.stringify([one.code, one.rows, one.column, one.found])
    return !seen.has(key) && seen.add(key)
  })
}
