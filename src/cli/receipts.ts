/** `receipts`: the identifiers that the registries gave back, one line for each thing identified. */
import type { Receipt } from '../handovers.ts'
import { shownRow } from '../ops/shown.ts'
import { readingJournal } from './journal.ts'
import type { CommandOptions } from './settings.ts'
import { table } from './table.ts'
import { EXIT, json, painter, roomOf, type Terminal } from './terminal.ts'
import { shortTime } from './words.ts'

const COLUMNS = ['registry', 'subject', 'name', 'library', 'identifies', 'identifier', 'at'] as const

export const receipts = (terminal: Terminal, options: CommandOptions & { csv?: boolean }): Promise<number> =>
  readingJournal(terminal, options, async (journal, config) => {
    const all = (await journal?.receipts()) ?? []
    if (options.json) terminal.out(json({ receipts: all.map(shownRow) }))
    else if (options.csv) terminal.out([COLUMNS, ...all.flatMap(lines)].map(csvLine).join('\r\n'))
    else if (all.length === 0) terminal.say(`No receipts yet under ${config.state}.`)
    else {
      const rows = all.flatMap(lines).map((line) => [...line.slice(0, -1), shortTime(line.at(-1) ?? null)])
      const header = COLUMNS.map((one) => one.toUpperCase())
      terminal.out(table(header, rows, painter(terminal), roomOf(terminal)))
    }
    return EXIT.fine
  })

/** One line for each identifier; a registration without any still has one, since it was registered. */
function lines({ registry, subject, remoteIds, samples, at }: Receipt): string[][] {
  const start = [registry, subject.type, subject.name, subject.library ?? '']
  const ids = [...Object.entries(remoteIds), ...samples.map((one) => [one.sample, one.remoteId])]
  return ids.length === 0 ? [[...start, '', '', at]] : ids.map((pair) => [...start, ...pair.map(String), at])
}

export const csvLine = (cells: readonly string[]): string => cells.map(csvCell).join(',')

/** A cell of RFC 4180. What a spreadsheet would take for a formula is preceded by an apostrophe, which it hides. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
