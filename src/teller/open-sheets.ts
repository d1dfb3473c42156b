/** What lies in a drop folder when the daemon starts and may not have been told of or put away before it ended. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { reportName } from '../feedback/write-report.ts'
import type { DropFolder } from './keep-report.ts'
import { toldIn } from './told.ts'

const FOLDERS = ['', 'needs-fixing'] as const

/** What the journal knows of the sheets in and below a drop folder, by path. */
type KnownSheets = ReadonlyMap<string, { sha256: string | null; status: string }>

/**
 * Paths of sheets that may want a report: with `finished: move` all that lie there, else those that have none, one
 * that says they have just arrived, or one of other bytes than were judged last; and of those of which nothing but a
 * report that they have arrived is left.
 */
export async function openSheets({ folder, finished }: DropFolder, judged: KnownSheets): Promise<string[]> {
  const lying = (await Promise.all(FOLDERS.map((below) => pathsIn(join(folder, below))))).flat()
  const done = await pathsIn(join(folder, 'done'))
  const reports = new Set(await pathsIn(join(folder, '_status')))
  const reportOf = (path: string) => join(folder, '_status', reportName(basename(path), '.json'))
  const wanted = finished === 'move' ? lying : await untold(lying, reportOf, reports, judged)
  const known = new Set([...lying, ...done].map(reportOf))
  const vanished: string[] = []
  for (const report of reports) {
    if (!report.endsWith('.json') || known.has(report)) continue
    const { file, state } = await toldIn(report)
    if (state === 'received' && file !== null && file === basename(file) && !known.has(reportOf(file)))
      vanished.push(join(folder, file))
  }
  return [...wanted, ...vanished]
}

async function untold(
  paths: string[],
  reportOf: (path: string) => string,
  reports: ReadonlySet<string>,
  judged: KnownSheets,
): Promise<string[]> {
  const wanted: string[] = []
  for (const path of paths) {
    const report = reports.has(reportOf(path)) ? await toldIn(reportOf(path)) : null
    const known = judged.get(path)
    const isOfOthers = known !== undefined && known.status !== 'gone' && report?.sha256 !== known.sha256
    if (report === null || report.state === 'received' || isOfOthers) wanted.push(path)
  }
  return wanted
}

async function pathsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map((name) => join(folder, name))
  } catch {
    // Not there, or away: nothing of it can be told.
    return []
  }
}
