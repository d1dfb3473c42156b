/** `backup FILE` and `restore FILE`: the journal, copied while others use it, and put back while nobody does. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { decideAt } from '../deliver/decide.ts'
import type { Journal } from '../journal/journal.ts'
import { lockState } from '../journal/lock.ts'
import { openJournal } from '../journal/open.ts'
import { destinationsOf } from '../planning.ts'
import { journalFile, stopFor, writingJournal } from './journal.ts'
import { type ConfigOptions, configOf } from './settings.ts'
import { EXIT, Stop, type Terminal } from './terminal.ts'

export const backup = (terminal: Terminal, file: string, options: ConfigOptions): Promise<number> =>
  writingJournal(terminal, options, async (journal) => {
    const target = resolve(file)
    if (!existsSync(dirname(target)))
      throw new Stop(EXIT.storage, `the folder ${dirname(target)} does not exist`)
    await journal.backup(target)
    terminal.out(target)
    return EXIT.fine
  })

/** Puts a copy in place. What was there is kept beside it, since a person may have named the wrong file. */
export async function restore(terminal: Terminal, file: string, options: ConfigOptions): Promise<number> {
  const config = configOf(terminal, options)
  const from = resolve(file)
  const decide = decideAt(config.timeScale)
  const copy = await openJournal(from, { decide, readOnly: true })
  if (!copy.ok) {
    if (copy.error.why === 'absent') throw new Stop(EXIT.storage, `there is no file ${from}`)
    throw new Stop(EXIT.storage, `${from} is no journal that can be put in place: ${copy.error.detail}`)
  }
  const rows = (await copy.value.registrations()).length
  await copy.value.close()
  mkdirSync(config.state, { recursive: true, mode: 0o700 })
  const lock = lockState(config.state)
  if (!lock.ok && lock.error.why === 'held')
    throw new Stop(EXIT.running, `runherald is running on ${config.state}; stop it first`)
  if (!lock.ok) throw new Stop(EXIT.storage, `${config.state} cannot be used: ${lock.error.detail}`)
  try {
    const aside = exchange(from, journalFile(config))
    const opened = await openJournal(journalFile(config), { decide })
    if (!opened.ok) throw stopFor(opened.error)
    const paused = await pauseWhatMayDouble(opened.value, config)
    await opened.value.close()
    terminal.out(`The journal is in place, with ${rows} registrations.`)
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

/** Puts `from` in the place of `file`, whole or not at all; gives where the old one is kept. */
function exchange(from: string, file: string): string | null {
  const part = `${file}.part`
  copyFileSync(from, part)
  sync(part)
  const aside = existsSync(file)
    ? `${file}.before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    : null
  // The old write-ahead log belongs to the old file.
  for (const ending of ['', '-wal', '-shm'])
    if (existsSync(file + ending)) {
      if (aside === null) rmSync(file + ending)
      else renameSync(file + ending, aside + ending)
    }
  renameSync(part, file)
  sync(dirname(file))
  return aside
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
