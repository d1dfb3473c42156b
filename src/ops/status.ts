/** The status page's content: what needs a person first, then what is under way, awaited and done. */
import type { Count, Grounds, JournalReader, RegistrationRow } from '../journal/journal.ts'
import { likelyRun, unclaimed } from '../planning/partners.ts'
import type { Reason, State } from '../record/registration.ts'
import type { Clock } from './clock.ts'
import { type Health, isStale, readinessOf } from './health.ts'
import { TIMELINE_MS, timelineOf } from './timeline.ts'
import type { View } from './view.ts'
import { adviceOn, countOf, registryWords, sentence, sizeWords } from './words.ts'

export type Needing = {
  row: RegistrationRow
  /** In the words of what found it, the most telling first. */
  why: string[]
  fix: string | null
  /** `again`: sending it cannot double it. `verdict`: only a person can say whether it is there. */
  asks: 'again' | 'verdict' | 'mend'
}

const SHOWN = { needing: 8, list: 6, registered: 8, runs: 54, why: 160 }
/** What is read from afar, and never scrolled. */
const SHOWN_ON_WALL = { ...SHOWN, needing: 4, registered: 5 }

export async function readStatus(
  { journal, ...view }: View,
  clock: Clock,
  now: Date,
  { wall }: { wall: boolean },
) {
  const [counts, registries, health] = await Promise.all([journal.counts(), view.registries(), view.health()])
  const since = new Date(now.getTime() - TIMELINE_MS).toISOString()
  const spans = await journal.runsSince(since, SHOWN.runs)
  const lists = await readLists(journal, counts, wall ? SHOWN_ON_WALL : SHOWN)
  const { count, rows } = lists.awaitingRun
  const runs = unclaimed(spans)
  return {
    ...lists,
    awaitingRun: { count, rows: rows.map((row) => ({ row, partner: likelyRun(row.subject.name, runs) })) },
    sentence: sentence(counts, registries),
    timeline: timelineOf(spans, clock, now),
    registries: registries.map((one) => ({
      ...one,
      words: registryWords(one),
      tone: one.state === 'open' ? 'good' : 'needs',
    })),
    readiness: readinessOf(health, now),
    health: strip(health, now),
    isEmpty: counts.length === 0 && spans.length === 0,
  }
}

/** As many registrations of each list as are shown, and how many there are. */
async function readLists(journal: JournalReader, counts: Count[], shown: typeof SHOWN) {
  const limit = shown.list
  const oldestOf = async (states: State[], most: number) =>
    (await Promise.all(states.map((state) => journal.standing({ state, limit: most }))))
      .flat()
      .toSorted((a, b) => a.since.localeCompare(b.since))
      .slice(0, most)
  const waiting = async (...reasons: Reason[]) => ({
    count: counts
      .filter(({ state, reason }) => state === 'waiting' && reasons.some((one) => one === reason))
      .reduce((sum, one) => sum + one.count, 0),
    rows: (await Promise.all(reasons.map((reason) => journal.standing({ state: 'waiting', reason, limit }))))
      .flat()
      .slice(0, limit),
  })
  return {
    needing: {
      count: countOf(counts, 'needs'),
      rows: await needing(journal, await oldestOf(['held', 'refused'], shown.needing)),
    },
    underWay: {
      count: countOf(counts, 'busy'),
      rows: await oldestOf(['unknown', 'sending', 'queued'], limit),
    },
    awaitingRun: await waiting('run'),
    awaitingSheet: await waiting('sheet'),
    running: await waiting('run-completion'),
    resting: await waiting('grace', 'previous-revision'),
    registered: {
      count: countOf(counts, 'good'),
      rows: await journal.standing({ state: 'registered', limit: shown.registered, latestFirst: true }),
    },
  }
}

async function needing(journal: JournalReader, rows: RegistrationRow[]): Promise<Needing[]> {
  const grounds = await journal.grounds(rows.map(({ id }) => id))
  return rows.map((row) => {
    const found = grounds.get(row.id)
    const { why, fix } = reasonsOf(found)
    return { row, why, fix: fix ?? adviceOn(row.reason), asks: asksOf(row, found) }
  })
}

/** The problems of its files where they stopped it; else what the registry, or the wire, said. */
function reasonsOf(found: Grounds | undefined): { why: string[]; fix: string | null } {
  const errors = (found?.problems ?? []).filter((one) => one.severity === 'error')
  if (errors.length > 0)
    return { why: errors.map((one) => cut(`${one.title}: ${one.found}`)), fix: errors[0]?.fix ?? null }
  return {
    why: (found?.because ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, 3)
      .map(cut),
    fix: null,
  }
}

/** A registry may answer with pages of text; the registration's own page has all of it. */
const cut = (line: string): string => (line.length <= SHOWN.why ? line : `${line.slice(0, SHOWN.why)}\u2026`)

export function asksOf(
  { state, reason, attempts }: Pick<RegistrationRow, 'state' | 'reason' | 'attempts'>,
  found: Pick<Grounds, 'sendable'> | undefined,
): Needing['asks'] {
  if (found?.sendable === false) return 'mend'
  if (state === 'refused') return 'again'
  return attempts === 0 && reason !== 'amendment' ? 'again' : 'verdict'
}

type Shown = { name: string; value: string; fine: boolean; at: string | null }

function strip(health: Health, now: Date): Shown[] {
  const { roots, redis, journal, disk } = health
  const shown: Shown[] = roots.map((one) => ({
    name: one.root,
    value: one.away !== null ? 'cannot be read' : one.scannedOnce ? 'scanned' : 'not scanned yet',
    fine: one.away === null && !isStale(one, now),
    at: one.lastSweep?.toISOString() ?? null,
  }))
  if (redis !== null)
    shown.push({
      name: 'Redis',
      value: redis.redis === 'up' ? 'up' : 'away since',
      fine: redis.redis === 'up',
      at: redis.awaySince?.toISOString() ?? null,
    })
  shown.push({
    name: 'Journal',
    value: journal.fault === null ? `${sizeWords(journal.sizeBytes)}, writable` : 'cannot be written',
    fine: journal.fault === null,
    at: null,
  })
  if (disk !== null)
    shown.push({
      name: 'Disk',
      value: `${sizeWords(disk.freeBytes)} free of ${sizeWords(disk.totalBytes)}`,
      fine: disk.freeBytes > disk.totalBytes / 10,
      at: null,
    })
  return shown
}
