/** `backup FILE` and `restore FILE`: the journal, copied while others use it, and put back while nobody does. */
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config.ts'
import type { Decide } from '../decision.ts'
import { decideAt } from '../deliver/decide.ts'
import { count } from '../feedback/numbers.ts'
import { RESTORED } from '../journal/decided.ts'
import { sayJournalFault, sayLockFault } from '../journal/faults.ts'
import type { Journal } from '../journal/journal.ts'
import { isForbidden, lockFile, lockState, PARTS } from '../journal/lock.ts'
import { markerOf, openJournal } from '../journal/open.ts'
import { destinationsOf } from '../planning.ts'
import { journalFile, writingJournal } from './journal.ts'
import { type CommandOptions, configOf } from './settings.ts'
import { EXIT, type ExitCode, Stop, stopWith, type Terminal } from './terminal.ts'

export const backup = (terminal: Terminal, file: string, options: CommandOptions): Promise<number> =>
  writingJournal(terminal, options, async (journal) => {
    const target = resolve(file)
    if (!existsSync(dirname(target)))
      throw new Stop(EXIT.storage, `the folder ${dirname(target)} does not exist`)
    await journal.backup(target)
    terminal.out(target)
    return EXIT.fine
  })

/** Puts a copy in place. What was there is kept beside it, since a person may have named the wrong file. */
export async function restore(terminal: Terminal, file: string, options: CommandOptions): Promise<number> {
  const config = configOf(terminal, options)
  const from = resolve(file)
  const decide = decideAt(config.timeScale)
  if (statSync(from, { throwIfNoEntry: false }) === undefined)
    throw new Stop(EXIT.storage, `there is no file ${from}`)
  mkdirSync(config.state, { recursive: true, mode: 0o700 })
  const lock = lockState(config.state)
  if (!lock.ok && lock.error.why === 'held')
    throw new Stop(EXIT.running, `runherald is running on ${config.state}; stop it first`)
  if (!lock.ok) throw stopWith(sayLockFault(lock.error, config.state))
  try {
    const part = `${journalFile(config)}.part`
    await takeCopy(from, part, decide)
    const aside = exchange(part, journalFile(config))
    const opened = await openJournal(journalFile(config), { decide })
    if (!opened.ok) throw stopWith(sayJournalFault(opened.error))
    // From now on what can be asked for is asked for before it is sent.
    await opened.value.setMeta(RESTORED, new Date().toISOString())
    const paused = await pauseWhatMayDouble(opened.value, config)
    const rows = (await opened.value.registrations()).length
    await opened.value.close()
    ownedAlike(config.state, [
      ...ENDINGS.map((ending) => journalFile(config) + ending),
      markerOf(journalFile(config)),
      ...PARTS.map((part) => lockFile(config.state, part)),
    ])
    terminal.out(`The journal is in place, with ${count(rows, 'registration')}.`)
    if (aside !== null) terminal.say(`What was there before is kept as ${aside}`)
    for (const name of paused)
      terminal.say(
        `${name} is paused: it can neither be asked nor told twice, and runs registered there after this copy was made would be registered again. Look there, resolve them, then: runherald resume ${name}`,
      )
  } finally {
    lock.value.release()
  }
  return EXIT.fine
}

/**
 * Copies `from` and its write-ahead log to `part`; ends the command where it is no journal of this version or an earlier
 * one. It is the copy that is looked at: SQLite opens none in a folder that it cannot write to.
 */
async function takeCopy(from: string, part: string, decide: Decide): Promise<void> {
  const unusable = (exit: ExitCode, sentence: string) => {
    for (const ending of ENDINGS) rmSync(part + ending, { force: true })
    return new Stop(exit, sentence)
  }
  try {
    copyFileSync(from, part)
    rmSync(`${part}-wal`, { force: true })
    if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${part}-wal`)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (isForbidden(code)) throw unusable(EXIT.permission, `this user may not read ${from}`)
    throw unusable(EXIT.storage, `${from} cannot be copied: ${message}`)
  }
  for (const ending of ['', '-wal'])
    if (existsSync(part + ending)) {
      chmodSync(part + ending, 0o600)
      sync(part + ending)
    }
  const copy = await openJournal(part, { decide, readOnly: true })
  if (copy.ok) await copy.value.close()
  else if (copy.error.why !== 'older')
    throw unusable(EXIT.storage, `${from} is no journal that can be put in place: ${copy.error.detail}`)
}

const ENDINGS = ['', '-wal', '-shm']

/** Puts `part` in the place of `file`, whole or not at all; gives where the old one is kept. */
function exchange(part: string, file: string): string | null {
  rmSync(`${part}-shm`, { force: true })
  const aside = existsSync(file)
    ? `${file}.before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    : null
  // The old write-ahead log belongs to the old file.
  for (const ending of ENDINGS)
    if (existsSync(file + ending)) {
      if (aside === null) rmSync(file + ending)
      else renameSync(file + ending, aside + ending)
    }
  if (existsSync(`${part}-wal`)) renameSync(`${part}-wal`, `${file}-wal`)
  renameSync(part, file)
  sync(dirname(file))
  return aside
}

/** What root puts into the folder of the daemon's own user shall be that user's. */
function ownedAlike(folder: string, files: string[]): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(folder)
  for (const file of files) if (existsSync(file)) chownSync(file, uid, gid)
}

function sync(path: string): void {
  const opened = openSync(path, 'r')
  fsyncSync(opened)
  closeSync(opened)
}

/** Registries where a repeat is neither harmless nor can be asked about. */
async function pauseWhatMayDouble(journal: Journal, config: Config): Promise<string[]> {
  const now = new Date()
  const atRisk = destinationsOf(config, new Set())
    .filter(({ registry }) =>
      registry.takes.subjects.map(registry.traits).some((traits) => !traits.repeatable && !traits.askable),
    )
    .map((one) => one.name)
  await journal.knowRegistries(atRisk, now)
  for (const name of atRisk)
    await journal.pauseRegistry(name, 'operator', 'the journal was restored from a copy', now)
  return atRisk
}
