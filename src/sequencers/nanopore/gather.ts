/** Opens the few files of a run folder that tell about the run, and no others. */
import { decodeText } from '../../formats/text.ts'
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Account } from './account.ts'
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

type Kind = Exclude<Account['kind'], 'folder-name'>

/** Several times the largest seen: reports reach 2 MB, tables of report.md a few more. */
const MAX_BYTES: Record<Kind, number> = {
  'final-summary': 1024 * 1024,
  'report-json': 32 * 1024 * 1024,
  'report-md': 32 * 1024 * 1024,
  'sample-sheet': 4 * 1024 * 1024,
}

/** A pooled folder holds a few files for each of its runs; more than this is not a folder to make sense of. */
const MAX_FILES = 200

const READERS: Record<Kind, (text: string, file: string) => Account | 'half' | 'other' | null> = {
  'final-summary': readFinalSummary,
  'report-json': readReportJson,
  'report-md': readReportMd,
  'sample-sheet': readOutputSheet,
}

export function gather(folder: Pick<RunFolder, 'names' | 'read'>): Gathered {
  const gathered: Gathered = { accounts: [], unfinished: [], problems: [] }
  for (const file of markFiles(folder.names)) {
    const kind = kindOfFile(file)
    if (kind === null) continue
    const bytes = folder.read(file, { maxBytes: MAX_BYTES[kind] })
    if (!bytes.ok) {
      gathered.unfinished.push(file)
      if (bytes.error.why !== 'absent')
        gathered.problems.push(problem('run-folder.file-unreadable', bytes.error.detail, { file }))
      continue
    }
    const account = READERS[kind](decodeText(bytes.value).text, file)
    if (account === null || account === 'half') gathered.unfinished.push(file)
    else if (account !== 'other') gathered.accounts.push(account)
  }
  return gathered
}

export const markFiles = (names: readonly string[]): string[] =>
  names.filter((name) => kindOfFile(name) !== null).slice(0, MAX_FILES)
