/**
 * Tells people, beside each dropped sheet, what has become of it: the report, and putting the sheet away at the end.
 *
 * One sheet at a time, the newest news of it only. Never part of correctness: what cannot be written is told and tried
 * again, and the journal stays the truth.
 */
import { basename } from 'node:path'
import { loggedError } from './events.ts'
import type { Problem } from './problems.ts'
import type { SheetNovelty } from './sheet-intake.ts'
import { runsWithoutSheet } from './teller/alike.ts'
import { createArrivals } from './teller/arrivals.ts'
import { type FollowedJournal, followSheets } from './teller/followed.ts'
import { createKeepReport, type DropFolder, type KeptParts, type Refusal } from './teller/keep-report.ts'
import { openSheets } from './teller/open-sheets.ts'

export type TellerParts = Omit<KeptParts, 'runs'> & {
  journal: KeptParts['journal'] & FollowedJournal
  dropFolders: DropFolder[]
}

export type Teller = {
  /** From now on it writes, and first what may be stale; what it was told before waits for this. */
  begin(): void
  /** A sheet has arrived and is not read yet: its copy goes on, or `problems` keep it from being read. */
  received(path: string, problems: Problem[]): void
  /** It was read, and is this beside what was known of it. */
  read(path: string, found: SheetNovelty): void
  /** The report of this sheet is to be written anew. */
  tell(path: string): void
  /** Something happened to registrations. */
  follow(): void
  close(): Promise<void>
}

/** Other processes move registrations too, and nobody tells us. */
const LOOK_MS = 1_000
/** Sooner or later a person closes the program that holds the file open. */
const AGAIN_MS = [2_000, 5_000, 15_000, 60_000]
/** What is left to tell at the end is told, but not for long: at the next start it is found again. */
const CLOSING_MS = 2_000

export function createTeller(given: TellerParts): Teller {
  const { journal, emit } = given
  const parts = { ...given, runs: runsWithoutSheet(journal) }
  const due = new Set<string>()
  const savedAgain = new Map<string, string>()
  /** How often in a row the disk refused something for a sheet: what is told of it is owed meanwhile. */
  const refusals = new Map<string, number>()
  const retries = new Set<NodeJS.Timeout>()
  const followed = followSheets(journal)
  const arrivals = createArrivals((path) => tell(path))
  const keepReport = createKeepReport(parts, arrivals)
  let working: Promise<void> | null = null
  let hasNews = true
  let looking: NodeJS.Timeout | null = null
  let closed: number | null = null
  const isOver = () => closed !== null && performance.now() > closed + CLOSING_MS

  async function drain(): Promise<void> {
    while ((hasNews || due.size > 0) && !isOver()) {
      if (hasNews) {
        hasNews = false
        parts.runs.forget()
        for (const path of await followed.news()) due.add(path)
      }
      for (const path of due) {
        if (hasNews || isOver()) break
        due.delete(path)
        const refusal = await keepReport(path, savedAgain.get(path) ?? null)
        if (refusal === null) refusals.delete(path)
        else again(path, refusal)
      }
      if (isOver()) return
      if (due.size === 0) await followed.told([...refusals.keys()])
    }
  }

  /** What the disk refused is told once and tried again, until the daemon ends. */
  function again(path: string, { event, error }: Refusal): void {
    const times = refusals.get(path) ?? 0
    refusals.set(path, times + 1)
    if (times === 0) emit(event, { sheet: basename(path), error })
    if (closed !== null) return
    const timer = setTimeout(
      () => {
        retries.delete(timer)
        tell(path)
      },
      AGAIN_MS[Math.min(times, AGAIN_MS.length - 1)],
    )
    retries.add(timer)
  }

  function tell(path: string): void {
    due.add(path)
    start()
  }

  function follow(): void {
    hasNews = true
    start()
  }

  function start(): void {
    // Where nobody dropped anything there is nobody to tell.
    if (looking === null || parts.dropFolders.length === 0) return
    working ??= drain().then(
      () => {
        working = null
        // Told of after the last look and before this line.
        if ((hasNews || due.size > 0) && !isOver()) start()
      },
      (thrown: unknown) => {
        working = null
        failed(thrown)
      },
    )
  }

  async function tellOpen(one: DropFolder): Promise<void> {
    const paths = await openSheets(one, await journal.known(one.folder))
    if (closed === null) for (const path of paths) tell(path)
  }

  const failed = (thrown: unknown) => emit('journal.failed', { error: loggedError(thrown) })

  return {
    begin() {
      looking = setInterval(follow, LOOK_MS)
      for (const one of parts.dropFolders) void tellOpen(one).catch(failed)
      start()
    },
    received(path, problems) {
      if (arrivals.add(path, problems)) tell(path)
    },
    read(path, found) {
      const wasArriving = arrivals.remove(path)
      if (found === 'saved-again') savedAgain.set(path, parts.now().toISOString())
      else if (found === 'new') savedAgain.delete(path)
      // What is new is told once it is planned; of anything else nobody else will ask for the report.
      if (found === 'saved-again' || (found === 'known' && wasArriving)) tell(path)
    },
    tell,
    follow,
    async close() {
      closed = performance.now()
      if (looking !== null) clearInterval(looking)
      arrivals.close()
      for (const timer of retries) clearTimeout(timer)
      while (working !== null) await working
    },
  }
}
