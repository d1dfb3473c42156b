/** The journal as commands use it: opened beside a daemon or without one, and registrations found in it by what people type. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { decideAt } from '../deliver/decide.ts'
import type { Reading } from '../handovers.ts'
import { sayJournalFault } from '../journal/faults.ts'
import type { Journal, JournalReader, RegistrationRow } from '../journal/journal.ts'
import { openJournal } from '../journal/open.ts'
import { type CommandOptions, configOf } from './settings.ts'
import { EXIT, Stop, stopWith, type Terminal } from './terminal.ts'
import { subjectWords } from './words.ts'

export const journalFile = ({ state }: Pick<Config, 'state'>): string => join(state, 'journal.sqlite')

/** Lends the journal for reading; null where there is none yet, which is no fault. */
export async function readingJournal(
  terminal: Terminal,
  options: CommandOptions,
  work: (journal: JournalReader | null, config: Config) => Promise<number>,
): Promise<number> {
  const config = configOf(terminal, options)
  return lend(config, { readOnly: true }, (journal) => work(journal, config))
}

/** Lends the journal for an act; ends the command where there is none. */
export async function writingJournal(
  terminal: Terminal,
  options: CommandOptions,
  work: (journal: Journal, config: Config) => Promise<number>,
): Promise<number> {
  const config = configOf(terminal, options)
  return lend(config, { expectExisting: true }, (journal) => {
    if (journal === null) throw new Stop(EXIT.finding, `nothing was ever registered under ${config.state}`)
    return work(journal, config)
  })
}

async function lend(
  config: Config,
  how: { readOnly?: boolean; expectExisting?: boolean },
  work: (journal: Journal | null) => Promise<number>,
): Promise<number> {
  const opened = await openJournal(journalFile(config), { decide: decideAt(config.timeScale), ...how })
  if (!opened.ok) {
    if (opened.error.why === 'absent') return work(null)
    throw stopWith(sayJournalFault(opened.error))
  }
  try {
    return await work(opened.value)
  } finally {
    await opened.value.close()
  }
}

/** Does a person mean a path? What has no `/` is one where such a file or folder lies here. */
export const isPath = (said: string): boolean => said.includes('/') || existsSync(said)

const SHORTEST_PREFIX = 4

/** The registration a person means: by its id, the beginning of it, or the name of its run, library or batch. */
export async function findRegistration(
  journal: JournalReader | null,
  said: string,
): Promise<RegistrationRow> {
  const rows = (await journal?.registrations()) ?? []
  const exact = rows.filter((one) => one.id === said)
  const begun = said.length < SHORTEST_PREFIX ? [] : rows.filter((one) => one.id.startsWith(said))
  const named = rows.filter((one) => one.subject.name === said)
  const [found, ...others] = [exact, begun, named].find((some) => some.length > 0) ?? []
  if (found === undefined)
    throw new Stop(EXIT.finding, `there is no registration "${said}"; all are listed by: runherald ls`)
  if (others.length === 0) return found
  const list = [found, ...others]
    .slice(0, 8)
    .map((one) => `\n  ${one.id}  ${subjectWords(one.subject)} at ${one.registry}`)
  throw new Stop(
    EXIT.usage,
    `"${said}" fits ${others.length + 1} registrations; name one by its id:${list.join('')}`,
  )
}

/** The registrations that a path stands behind: those made from it; of a sheet also those of its libraries and batches that a run folder gave. */
export async function registrationsOf(
  journal: JournalReader | null,
  path: string,
  reading: Reading,
): Promise<RegistrationRow[]> {
  if (journal === null) return []
  if (reading.kind !== 'sample-sheet') return journal.registrations({ paths: [path] })
  const libraries = reading.reading.libraries.map((one) => one.name)
  const batches = reading.reading.batches.map((one) => one.name)
  return (await journal.registrations()).filter(
    ({ subject }) =>
      subject.path === path ||
      (subject.library !== null && libraries.includes(subject.library)) ||
      (subject.type === 'batch' && batches.includes(subject.name)),
  )
}

/** Who acts, for the record. */
export const actor = (): string => userInfo().username
