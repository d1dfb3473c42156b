/** The state folder and the journal in it. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Config } from '../../config.ts'
import { decideAt } from '../../deliver/decide.ts'
import { count } from '../../feedback/numbers.ts'
import { sayJournalFault } from '../../journal/faults.ts'
import { openJournal } from '../../journal/open.ts'
import { sizeWords } from '../../ops/words.ts'
import type { RegistryState } from '../../record/registration.ts'
import { journalFile } from '../journal.ts'
import { type Check, checksOf } from './check.ts'
import { fileSystemOf, isNetwork } from './file-system.ts'

const LEAST_FREE_BYTES = 1024 ** 3
const LEAST_FREE_FILES = 10_000

export function checkState({ state }: Config): Check[] {
  const { fine, warning, wrong } = checksOf('state', 'State folder')
  const there = nearestFolder(state)
  try {
    accessSync(there, constants.W_OK | constants.X_OK)
  } catch {
    return [wrong(`${state} cannot be written by this user`, `Let this user own it: chown USER ${state}`)]
  }
  const kind = fileSystemOf(there)
  const isOpen = existsSync(state) && (statSync(state).mode & 0o007) !== 0
  const place = isNetwork(kind)
    ? wrong(
        `${state} lies on a network file system (${kind})`,
        'Put `state` on a local disk: a journal on a share can be damaged.',
      )
    : isOpen
      ? warning(`${state} may be looked into by every user of this machine`, `chmod o-rwx ${state}`)
      : fine(`${state}${kind === null ? '' : ` (${kind})`}`)
  return [place, checkDisk(there)]
}

function checkDisk(folder: string): Check {
  const { fine, warning } = checksOf('disk', 'Disk')
  const { bavail, bsize, files, ffree } = statfsSync(folder)
  const free = bavail * bsize
  const found = `${(free / 1024 ** 3).toFixed(1)} GiB free`
  if (free < LEAST_FREE_BYTES)
    return warning(found, 'Make room: without it nothing can be noted down, and so nothing is sent.')
  // Some file systems have no fixed number of files, and tell 0 of both.
  return files > 0 && ffree < LEAST_FREE_FILES
    ? warning(`${found}, but room for ${ffree} more files only`, 'Remove files that nobody needs.')
    : fine(found)
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path))
}

/** Every page of it, however large: what a start looks at only up to a size. With what it says of the registries. */
export async function checkJournal(config: Config): Promise<{ check: Check; registries: RegistryState[] }> {
  const { fine, wrong } = checksOf('journal', 'Journal')
  const file = journalFile(config)
  const opened = await openJournal(file, { decide: decideAt(config.timeScale), readOnly: true })
  if (!opened.ok) {
    const { why, detail } = opened.error
    if (why === 'absent') return { check: fine('none yet; the first start makes it'), registries: [] }
    if (why === 'older') return { check: fine(`of an earlier version; ${detail}`), registries: [] }
    const check = wrong(sayJournalFault(opened.error).sentence, FIXES[why] ?? 'See what holds it.')
    return { check, registries: [] }
  }
  const journal = opened.value
  try {
    const fault = damageIn(file)
    const rows = (await journal.registrations()).length
    // What was committed last lies in its log.
    const sizes = [file, `${file}-wal`].map((one) => statSync(one, { throwIfNoEntry: false })?.size ?? 0)
    const size = sizeWords(sizes.reduce((sum, one) => sum + one, 0))
    const found = `${file}, ${count(rows, 'registration')}, ${size}`
    return {
      check: fault === null ? fine(found) : wrong(fault, RESTORE),
      registries: await journal.registries(),
    }
  } finally {
    await journal.close()
  }
}

const RESTORE = 'Stop the daemon, then: runherald restore FILE'
const FIXES: Partial<Record<string, string>> = {
  missing: RESTORE,
  damaged: RESTORE,
  newer: 'Install the version that wrote it, or a later one.',
  forbidden: 'Run doctor as the user that the daemon runs as.',
}

function damageIn(file: string): string | null {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    const said = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']
    return said === 'ok' ? null : `${file} is damaged: ${said}`
  } finally {
    db.close()
  }
}
