/** What the report of one sheet says at this moment, as the journal has it. */
import { basename } from 'node:path'
import type { ReportedSubject, SheetReport } from '../feedback/report.ts'
import type { Artifact } from '../journal/journal.ts'
import type { Problem } from '../problems.ts'
import type { State } from '../record/registration.ts'
import { type Standing, type StandingParts, standingOf } from './standing.ts'

export type ReportParts = StandingParts & {
  /** IANA zone in which people are told times; null: UTC. */
  timeZone: string | null
  now(): Date
}

type Circumstances = {
  folder: string
  liesIn: SheetReport['liesIn']
  /** What keeps it from being read, empty while its copy goes on; null: it was read. */
  arriving: Problem[] | null
  savedAgain: string | null
}

/** The report, and whether nothing more will come of the sheet by itself. */
export async function reportOf(
  path: string,
  artifact: Artifact | null,
  { folder, liesIn, arriving, savedAgain }: Circumstances,
  parts: ReportParts,
): Promise<{ report: SheetReport; isFinal: boolean }> {
  const { journal, timeZone, now } = parts
  const paused = new Map(
    (await journal.registries()).flatMap(({ name, reason }) => (reason === null ? [] : [[name, reason]])),
  )
  const common = { folder, file: basename(path), liesIn, paused, timeZone, at: now().toISOString() }
  const standing = artifact === null ? NOTHING : await standingOf(artifact, parts)
  if (artifact === null || arriving !== null)
    return { report: { ...common, ...unread(standing, arriving ?? []) }, isFinal: false }
  const sameAs = await sameBefore(artifact, parts)
  const { reading, sha256 } = artifact
  const about =
    reading.kind === 'sample-sheet'
      ? { format: reading.recognisedAs, samples: reading.reading.samples }
      : null
  return {
    report: {
      ...{ ...common, ...standing, sha256, about, sameAs, savedAgain },
      sent: standing.sent && sameAs === null,
    },
    // Kept, but not planned yet: nothing stands in the way of it because nothing was asked for.
    isFinal: artifact.status === 'done' && isFinal(standing),
  }
}

const NOTHING: Standing = {
  state: 'received',
  sent: false,
  subjects: [],
  earlier: [],
  problems: [],
  said: new Map(),
}

/** Before its bytes are read a sheet says nothing; what an earlier version asked for stays as it is. */
const unread = ({ sent, subjects, earlier, said }: Standing, problems: Problem[]) => ({
  ...{ state: 'received' as const, sent, sha256: null, about: null, sameAs: null, savedAgain: null },
  ...{ subjects: [], problems, said },
  earlier: [...subjects.flatMap(({ registrations }) => registrations), ...earlier],
})

/** The sheet of the same bytes that was there first. */
async function sameBefore(
  { path, sha256, firstSeen }: Artifact,
  { journal }: ReportParts,
): Promise<SheetReport['sameAs']> {
  const same = sha256 === null ? [] : await journal.sheetsSame(sha256)
  const [first] = same
    .filter((one) => one.path !== path && one.firstSeen < firstSeen)
    .toSorted((a, b) => a.firstSeen.localeCompare(b.firstSeen))
  return first === undefined ? null : { file: basename(first.path), since: first.firstSeen }
}

const FINAL: State[] = ['registered', 'refused', 'abandoned', 'superseded']

const isFinal = ({ state, subjects }: Standing): boolean => state !== 'waiting' && subjects.every(isDecided)

const isDecided = ({ outcome, registrations }: ReportedSubject): boolean =>
  outcome === 'blocked' || outcome === 'replaced' || registrations.every(({ state }) => FINAL.includes(state))
