/** Keeps the report beside one dropped sheet as the sheet stands now, and puts the sheet away when all is said. */
import { basename, dirname, join } from 'node:path'
import { type Emit, type LoggedError, loggedError } from '../events.ts'
import type { SheetReport } from '../feedback/report.ts'
import { removeReport, reportName, writeReport } from '../feedback/write-report.ts'
import type { Artifact, JournalReader } from '../journal/journal.ts'
import { type Arrivals, exists } from './arrivals.ts'
import { type MovingJournal, putAway } from './put-away.ts'
import { type ReportParts, reportOf } from './report-of.ts'
import { toldIn } from './told.ts'

export type DropFolder = { folder: string; finished: 'move' | 'keep' }

export type KeptParts = ReportParts & {
  journal: JournalReader & MovingJournal
  /** The drop folder a sheet was dropped into; null: not a dropped sheet. */
  dropFolderOf(path: string): DropFolder | null
  emit: Emit
}

/** What the disk refused. */
export type Refusal = { event: 'sheet.report-failed' | 'sheet.move-failed'; error: LoggedError }

/**
 * `savedAgain`: when it was last saved unchanged, ISO. Resolves with null where all is written that is to be; what
 * the journal throws counts as refused too.
 */
type KeepReport = (path: string, savedAgain: string | null) => Promise<Refusal | null>

export function createKeepReport(parts: KeptParts, arrivals: Arrivals): KeepReport {
  const { journal, emit } = parts

  async function write(path: string, savedAgain: string | null): Promise<Refusal | null> {
    const place = parts.dropFolderOf(path)
    if (place === null) return null
    const { folder, finished } = place
    const lies = dirname(path)
    // What lies in done was told of for the last time. Of two sheets of one name the one dropped last has the report.
    if (lies === join(folder, 'done')) return null
    if (lies !== folder && (await exists(join(folder, basename(path))))) return null
    const known = living(await journal.artifact(path))
    const arriving = arrivals.problemsOf(path)
    if (known === null && arriving === null) return vanished(path, folder)
    const liesIn = lies === folder ? null : 'needs-fixing'
    const told = { folder, liesIn, arriving, savedAgain } as const
    const { report, isFinal } = await reportOf(path, known, told, parts)
    const refusal = await keep(report)
    if (known === null || finished === 'keep' || !isFinal) return refusal
    const to = report.state === 'done' ? 'done' : 'needs-fixing'
    const moved = await putAway(known, { folder, to }, { journal, emit })
    if (!moved.ok) return { event: 'sheet.move-failed', error: moved.error }
    return moved.value === null ? refusal : keepMoved(report, { to, name: basename(moved.value) })
  }

  /** One that got another name, since its own was taken there, is told of under both: as it was dropped, as it lies. */
  async function keepMoved(
    report: SheetReport,
    { to, name }: { to: 'done' | 'needs-fixing'; name: string },
  ): Promise<Refusal | null> {
    const moved = { ...report, liesIn: to, liesAs: name }
    const refusal = await keep(moved)
    return name === report.file ? refusal : ((await keep({ ...moved, file: name })) ?? refusal)
  }

  async function keep(report: SheetReport): Promise<Refusal | null> {
    const written = await writeReport(report)
    return written.ok ? null : reportFailed(written.error)
  }

  /** It was taken away before it was read: what was told before of a sheet of this name is told again. */
  async function vanished(path: string, folder: string): Promise<Refusal | null> {
    if (await exists(path)) return null
    // Of one that was put away meanwhile all is told.
    const { state } = await toldIn(join(folder, '_status', reportName(basename(path), '.json')))
    if (state !== 'received') return null
    for (const liesIn of ['needs-fixing', 'done'] as const) {
      const other = join(folder, liesIn, basename(path))
      const known = living(await journal.artifact(other))
      if (known === null || !(await exists(other))) continue
      const told = { folder, liesIn, arriving: null, savedAgain: null }
      return keep((await reportOf(other, known, told, parts)).report)
    }
    await removeReport(folder, basename(path))
    return null
  }

  return (path, savedAgain) =>
    write(path, savedAgain).catch((thrown: unknown) => reportFailed(loggedError(thrown)))
}

const reportFailed = (error: LoggedError): Refusal => ({ event: 'sheet.report-failed', error })

const living = (artifact: Artifact | null): Artifact | null =>
  artifact === null || artifact.type !== 'sheet' || artifact.status === 'gone' ? null : artifact
