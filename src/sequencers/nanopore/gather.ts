/** Opens the few files of a run folder that tell about the run, and no others. */
import { decodeText } from '../../formats/text.ts'
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Account, FileKind } from './account.ts'
import { readFinalSummary } from './final-summary.ts'
import { kindOfFile } from './folder-name.ts'
import { readOutputSheet } from './output-sheet.ts'
import { readReportJson } from './report-json.ts'
import { readReportMd } from './report-md.ts'

type Gathered = {
  accounts: Account[]
  /** Files that are there but not, or not yet, whole. */
  unfinished: string[]
  problems: Problem[]
}

/** A pooled folder holds a few files for each of its runs; more than this is not a folder to make sense of. */
const MAX_FILES = 200

type Reader = {
  read(text: string, file: string): Account | 'half' | 'other' | null
  /** Several times the largest seen: reports reach 2 MB, tables of report.md a few more. */
  megabytes: number
}

const READERS: Record<FileKind, Reader> = {
  'final-summary': { read: readFinalSummary, megabytes: 1 },
  'report-json': { read: readReportJson, megabytes: 32 },
  'report-md': { read: readReportMd, megabytes: 32 },
  'sample-sheet': { read: readOutputSheet, megabytes: 4 },
}

export function gather(folder: Pick<RunFolder, 'names' | 'read'>): Gathered {
  const gathered: Gathered = { accounts: [], unfinished: [], problems: [] }
  for (const file of markFiles(folder.names)) {
    const kind = kindOfFile(file)
    if (kind === null) continue
    const { read, megabytes } = READERS[kind]
    const bytes = folder.read(file, { maxBytes: megabytes * 1024 * 1024 })
    if (!bytes.ok) {
      gathered.unfinished.push(file)
      if (bytes.error.why !== 'absent')
        gathered.problems.push(problem('run-folder.file-unreadable', bytes.error.detail, { file }))
      continue
    }
    const account = read(decodeText(bytes.value).text, file)
    if (account === null || account === 'half') gathered.unfinished.push(file)
    else if (account !== 'other') gathered.accounts.push(account)
  }
  return gathered
}

export const markFiles = (names: readonly string[]): string[] =>
  names.filter((name) => kindOfFile(name) !== null).slice(0, MAX_FILES)
