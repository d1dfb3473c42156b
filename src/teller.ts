/**
 * Tells people, beside each dropped sheet, what has become of it: the report, and putting the sheet away at the end.
 *
 * One sheet at a time, the newest news of it only. Never part of correctness: what cannot be written is told and tried
 * again, and the journal stays the truth.
 */
import { basename } from 'node:path'
import { createTimers } from './event-loop.ts'
import { type Emit, loggedError } from './events.ts'
import type { SheetNews } from './sheet-intake.ts'
import { runsWithoutSheet } from './teller/alike.ts'
import { createArrivals } from './teller/arrivals.ts'
import { type FollowedJournal, followSheets } from './teller/followed.ts'
import { createKeepReport, type DropFolder, type KeptParts, type Refusal } from './teller/keep-report.ts'
import { openSheets } from './teller/open-sheets.ts'
import { createTelling } from './teller/telling.ts'

export type TellerParts = Omit<KeptParts, 'runs'> & {
  journal: KeptParts['journal'] & FollowedJournal
  dropFolders: DropFolder[]
}

export type Teller = SheetNews & {
  /** From now on it writes, and first what may be stale; what it was told before waits for this. */
  begin(): void
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
  const savedAgain = new Map<string, string>()
  const followed = followSheets(journal)
  const arrivals = createArrivals((path) => telling.due(path))
  const refusals = createRefusals(emit, (path) => telling.due(path))
  const keepReport = createKeepReport(parts, arrivals)
  const failed = (thrown: unknown) => emit('journal.failed', { error: loggedError(thrown) })
  const telling = createTelling({
    news() {
      parts.runs.forget()
      return followed.news()
    },
    async tell(path) {
      refusals.answered(path, await keepReport(path, savedAgain.get(path) ?? null))
    },
    rested: () => followed.told(refusals.owed()),
    failed,
  })
  let looking: NodeJS.Timeout | undefined
  let isClosed = false

  async function tellOpen(one: DropFolder): Promise<void> {
    const paths = await openSheets(one, await journal.known(one.folder))
    if (!isClosed) for (const path of paths) telling.due(path)
  }

  return {
    begin() {
      // Where nobody dropped anything there is nobody to tell.
      if (parts.dropFolders.length === 0) return
      looking = setInterval(telling.follow, LOOK_MS)
      for (const one of parts.dropFolders) void tellOpen(one).catch(failed)
      telling.begin()
    },
    received(path, problems) {
      if (arrivals.add(path, problems)) telling.due(path)
    },
    read(path, found) {
      const wasArriving = arrivals.remove(path)
      if (found === 'saved-again') savedAgain.set(path, parts.now().toISOString())
      else if (found === 'new') savedAgain.delete(path)
      // What is new is told once it is planned; of anything else nobody else will ask for the report.
      if (found === 'saved-again' || (found === 'known' && wasArriving)) telling.due(path)
    },
    tell: telling.due,
    follow: telling.follow,
    async close() {
      isClosed = true
      clearInterval(looking)
      arrivals.close()
      refusals.close()
      await telling.close(CLOSING_MS)
    },
  }
}

/** What the disk refused is told once and tried again, until the daemon ends; what is told of it is owed meanwhile. */
function createRefusals(emit: Emit, tryAgain: (path: string) => void) {
  /** How often in a row. */
  const refusals = new Map<string, number>()
  const later = createTimers()
  let isClosed = false
  return {
    owed: (): string[] => [...refusals.keys()],
    answered(path: string, refusal: Refusal | null): void {
      if (refusal === null) {
        refusals.delete(path)
        return
      }
      const times = refusals.get(path) ?? 0
      refusals.set(path, times + 1)
      if (times === 0) emit(refusal.event, { sheet: basename(path), error: refusal.error })
      if (!isClosed) later.after(AGAIN_MS[Math.min(times, AGAIN_MS.length - 1)] ?? 0, () => tryAgain(path))
    },
    close(): void {
      isClosed = true
      later.cancel()
    },
  }
}
