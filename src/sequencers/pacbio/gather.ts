/** Opens the files of every cell: what they tell, which cannot be read yet, and which never will. */
import { parseXml } from '../../formats/xml.ts'
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import { type Account, accountOf } from './account.ts'
import type { CellFiles } from './names.ts'

type Gathered = {
  accounts: Account[]
  /** There, but cut off or empty, as files still being copied are. */
  unfinished: string[]
  problems: Problem[]
}

/** A cell's data sets are opened only where its metadata tells nothing: they know less, and may be long. */
export function gather(folder: RunFolder, cells: readonly CellFiles[]): Gathered {
  const all: Gathered = { accounts: [], unfinished: [], problems: [] }
  for (const cell of cells) {
    const before = all.accounts.length
    for (const file of cell.metadata.slice(0, MOST_FILES)) open(folder, file, cell.folder, all)
    if (all.accounts.length > before) continue
    for (const file of cell.readSets.slice(0, MOST_FILES)) open(folder, file, cell.folder, all)
  }
  return all
}

/** More than any cell has: a movie begun anew leaves a second set. */
const MOST_FILES = 6

function open(folder: RunFolder, file: string, cell: string, all: Gathered): void {
  const bytes = folder.read(file, { maxBytes: 16 * 1024 * 1024 })
  if (!bytes.ok) {
    if (bytes.error.why !== 'absent')
      all.problems.push(problem('run-folder.file-unreadable', bytes.error.detail, { file }))
    return
  }
  const xml = parseXml(bytes.value)
  if (!xml.ok && xml.error.is === 'unfinished') {
    all.unfinished.push(file)
    return
  }
  const account = xml.ok ? accountOf(xml.value, file, cell) : null
  if (account) all.accounts.push(account)
  else {
    const found = xml.ok ? 'it tells neither of a run nor of a cell' : xml.error.detail
    all.problems.push(problem('run-folder.file-broken', found, { file }))
  }
}
