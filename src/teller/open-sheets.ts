/** What lies in a drop folder when the daemon starts and may not have been told of or put away before it ended. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const FOLDERS = ['', 'needs-fixing'] as const

/**
 * Paths of sheets that may want a report: with `finished: move` all that lie there, else those that have none or one
 * that says they have just arrived; and of those of which nothing but such a report is left.
 */
export async function openSheets({
  folder,
  finished,
}: {
  folder: string
  finished: 'move' | 'keep'
}): Promise<string[]> {
  const lying = (await Promise.all(FOLDERS.map((below) => pathsIn(join(folder, below))))).flat()
  const done = await pathsIn(join(folder, 'done'))
  const reports = new Set(await pathsIn(join(folder, '_status')))
  const reportOf = (path: string) => join(folder, '_status', `${basename(path)}.json`)
  const wanted = finished === 'move' ? lying : await arrived(lying, reportOf, reports)
  const known = new Set([...lying, ...done].map(reportOf))
  const vanished: string[] = []
  for (const report of reports) {
    if (!report.endsWith('.json') || known.has(report)) continue
    const { file, state } = await read(report)
    if (state === 'received' && file !== null && file === basename(file) && !known.has(reportOf(file)))
      vanished.push(join(folder, file))
  }
  return [...wanted, ...vanished]
}

async function arrived(
  paths: string[],
  reportOf: (path: string) => string,
  reports: ReadonlySet<string>,
): Promise<string[]> {
  const wanted: string[] = []
  for (const path of paths) {
    const report = reportOf(path)
    if (!reports.has(report) || (await read(report)).state === 'received') wanted.push(path)
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

async function read(report: string): Promise<{ file: string | null; state: string | null }> {
  try {
    const content = JSON.parse(await readFile(report, 'utf8')) as Record<string, unknown> | null
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    return { file: text(content?.['file']), state: text(content?.['state']) }
  } catch {
    // Somebody else's file.
    return { file: null, state: null }
  }
}
