/** Takes in what lies in a drop folder: what the journal is to keep of a sheet, and what people are told meanwhile. */
import { basename } from 'node:path'
import type { Emit } from './events.ts'
import type { Found, Reading } from './handovers.ts'
import type { Artifact } from './journal/journal.ts'
import type { Kept } from './planning/batch.ts'
import type { Problem } from './problems.ts'
import type { How } from './run-intake.ts'

/**
 * What was read, beside what was known at its path: something new; the same, saved again; or the same, not touched,
 * as of a sheet that was met under its new name before the journal knew of its move.
 */
export type SheetNovelty = 'new' | 'saved-again' | 'known'

export type SheetNews = {
  /** It has arrived and is not read yet: its copy goes on, or `problems` keep it from being read. */
  received(path: string, problems: Problem[]): void
  /** It was read, and is this beside what was known of it. */
  read(path: string, found: SheetNovelty): void
}

export type SheetIntakeParts = {
  journal: {
    saveArtifact(artifact: Artifact): Promise<void>
    sheetsSame(sha256: string): Promise<Artifact[]>
    lastArrival(): Promise<number>
  }
  news: SheetNews
  emit: Emit
  now(): Date
}

export type SheetIntake = {
  /** Its copy may go on. */
  seen(found: Found, before: Artifact | null): void
  /**
   * What is new in a sheet that has settled; null where nothing is. `firstScan`: it lay there when the watch began.
   * Throws, with a code of the file system, where it cannot be read for now.
   */
  take(found: Found, reading: Reading, before: Artifact | null, how: How): Promise<Kept | null>
}

export function createSheetIntake({ journal, news, emit, now }: SheetIntakeParts): SheetIntake {
  const order = createOrderOfArrival(journal, now)
  /** Sheets that people were told of, and that have not been taken yet. */
  const told = new Set<string>()

  /** Once a sheet: one that lay still for long enough is taken at its very first look. */
  function tellSeen(path: string, before: Artifact | null): void {
    if (told.has(path) || (before !== null && before.status !== 'gone')) return
    told.add(path)
    emit('sheet.seen', { sheet: basename(path), path })
  }

  async function kept(found: Found, reading: SheetOutcome, firstScan: boolean): Promise<Artifact> {
    const { path, root, type, fingerprint, modified } = found
    const { at, arrival } = await order.next(firstScan)
    const { sha256 } = reading
    const same = sha256 === null ? [] : (await journal.sheetsSame(sha256)).filter((one) => one.path !== path)
    if (same.length > 0) emit('sheet.repeated', { sheet: basename(path) })
    // The same bytes under another name are the same content, first seen when they were first seen.
    const first = same.at(-1)
    return {
      ...{ path, root, type, fingerprint, sha256, status: 'done', reading, firstSeen: at },
      changed: first === undefined || first.changed > at ? at : first.changed,
      arrival: first?.arrival ?? arrival,
      modified: first?.modified ?? modified,
    }
  }

  return {
    seen({ path, fingerprint }, before) {
      // A sheet that was just put away, or one that was only looked at again.
      if (before !== null && before.status !== 'gone' && before.fingerprint === fingerprint) return
      tellSeen(path, before)
      news.received(path, [])
    },

    async take(found, reading, before, { force, firstScan }) {
      if (reading.kind === 'run-folder') throw new Error('a run folder lies where a sheet was found')
      const { path } = found
      if (isAbsent(reading)) {
        told.delete(path)
        return null
      }
      tellSeen(path, before)
      const refused = unreadable(reading)
      if (refused !== null) {
        news.received(path, [refused])
        throw Object.assign(new Error(refused.found), { code: 'EACCES' })
      }
      const isSame =
        before?.status === 'done' &&
        (reading.sha256 === null
          ? before.fingerprint === found.fingerprint
          : before.sha256 === reading.sha256)
      if (isSame) {
        const isTouched = before.fingerprint !== found.fingerprint
        if (isTouched) await journal.saveArtifact({ ...before, fingerprint: found.fingerprint })
        news.read(path, isTouched ? 'saved-again' : 'known')
        return force ? { artifact: before, replaces: null } : null
      }
      told.delete(path)
      const artifact = await kept(found, reading, firstScan)
      tellJudged(reading, basename(path), emit)
      news.read(path, 'new')
      const replaces = before?.reading.kind === 'sample-sheet' ? before.reading.reading : null
      return { artifact, replaces: before?.status === 'gone' ? null : replaces }
    },
  }
}

/**
 * When sheets came, and in which order. Those that lay there when the watch began were found together, in whatever
 * order they are read.
 */
function createOrderOfArrival(
  { lastArrival }: Pick<SheetIntakeParts['journal'], 'lastArrival'>,
  now: () => Date,
) {
  const began = now().toISOString()
  let beforeThisProcess: Promise<number> | null = null
  let came = 0
  return {
    async next(firstScan: boolean): Promise<{ at: string; arrival: number }> {
      const at = firstScan ? began : now().toISOString()
      beforeThisProcess ??= lastArrival()
      return { at, arrival: (await beforeThisProcess) + 1 + (firstScan ? 0 : ++came) }
    },
  }
}

type SheetOutcome = Exclude<Reading, { kind: 'run-folder' }>

/** It was taken away, or made something else than a file, while it was looked at. */
const isAbsent = (reading: SheetOutcome): boolean =>
  reading.kind === 'unrecognised' &&
  reading.problems.some(({ code }) => ABSENT.some((absent) => absent === code))
const ABSENT = ['path.absent', 'path.not-a-file', 'path.outside-root']

const unreadable = (reading: SheetOutcome): Problem | null =>
  reading.kind === 'unrecognised'
    ? (reading.problems.find(({ code }) => code === 'path.unreadable') ?? null)
    : null

function tellJudged(reading: SheetOutcome, sheet: string, emit: Emit): void {
  const problems = reading.kind === 'unrecognised' ? reading.problems : reading.reading.problems
  const errors = problems.filter(({ severity }) => severity === 'error').length
  emit('sheet.judged', {
    sheet,
    format: reading.kind === 'unrecognised' ? 'unrecognised' : reading.recognisedAs,
    samples: reading.kind === 'unrecognised' ? 0 : reading.reading.samples,
    errors,
    warnings: problems.length - errors,
  })
}
