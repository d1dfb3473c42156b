/** Writes what became of a sheet beside it: `_status/NAME.html` for people, `_status/NAME.json` for programs. */
import { createHash, randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type LoggedError, loggedError } from '../events.ts'
import { err, ok, type Result } from '../result.ts'
import { makeFolder, shareAs } from './make-folder.ts'
import type { SheetReport } from './report.ts'
import { reportPage } from './report-page.ts'
import { visibleJson } from './visible.ts'

/** Longest name most file systems allow, in bytes. */
const LONGEST_NAME = 255

/**
 * Writes both files whole, each in one step: who reads meanwhile sees the old one or the new one.
 * Fails with what the disk says where the folder cannot be written; the caller tries again.
 */
export async function writeReport(
  report: SheetReport,
): Promise<Result<{ html: string; json: string }, LoggedError>> {
  if (basename(report.file) !== report.file || report.file === '')
    throw new Error('A report is of a file name')
  const folder = join(report.folder, '_status')
  const { file } = report
  const html = join(folder, reportName(file, '.html'))
  const json = join(folder, reportName(file, '.json'))
  try {
    await makeFolder(folder)
    // The page first: a program that sees the news may show a person the page.
    await writeWhole(html, reportPage(report))
    await writeWhole(json, visibleJson(reportJson(report)))
    return ok({ html, json })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === undefined) throw thrown
    return err(loggedError(thrown))
  }
}

/** What programs are told; `registrations` are as `ls` lists them. */
function reportJson({ file, sha256, state, sent, subjects, earlier, problems }: SheetReport) {
  const registrations = [...subjects.flatMap((one) => one.registrations), ...earlier].map(
    ({ subject: { type, name, library, path }, ...row }) => ({
      ...row,
      subject: { type, name, library, path },
    }),
  )
  return {
    ...{ file, sha256, state, sent, registrations },
    subjects: subjects.map(({ type, name, rows, outcome, sent }) => ({ type, name, rows, outcome, sent })),
    problems,
  }
}

/** Takes away the report of a sheet that vanished before it was read. */
export async function removeReport(folder: string, file: string): Promise<void> {
  for (const ending of ['.html', '.json'] as const)
    await rm(join(folder, '_status', reportName(file, ending)), { force: true })
}

/** The sheet's whole name and an ending; a name too long for that is cut, and told apart by its hash. */
export function reportName(file: string, ending: '.html' | '.json'): string {
  if (Buffer.byteLength(file + ending) <= LONGEST_NAME) return file + ending
  return withEnd(file, `~${createHash('sha256').update(file).digest('hex').slice(0, 8)}${ending}`)
}

/** A name and its end; the name is cut where both together would be too long. */
export const withEnd = (name: string, end: string): string =>
  Buffer.from(name)
    .subarray(0, LONGEST_NAME - Buffer.byteLength(end))
    .toString()
    .replace(/\uFFFD+$/, '') + end

async function writeWhole(path: string, content: string): Promise<void> {
  // Named so that no watch takes it for anything, ours included.
  const temporary = join(path, '..', `.runherald-${randomUUID()}.tmp`)
  try {
    // Not synced: a report says nothing that the journal does not, and thousands of them must not wear the disk.
    await writeFile(temporary, content, { flag: 'wx' })
    await shareAs(join(path, '..', '..'), temporary)
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {})
    throw thrown
  }
}
