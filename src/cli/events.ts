/** `events`: everything that the log tells, from the list itself. */
import { events as list } from '../events.ts'
import { table } from './table.ts'
import { EXIT, json, painter, roomOf, type Terminal } from './terminal.ts'

export async function events(terminal: Terminal, options: { json?: boolean }): Promise<number> {
  const all = Object.entries(list).map(([event, { level, msg }]) => ({ event, level, means: msg }))
  if (options.json) {
    terminal.out(json({ events: all }))
    return EXIT.fine
  }
  const rows = all.map(({ event, level, means }) => [event, level, means])
  terminal.out(table(['EVENT', 'LEVEL', 'WHAT IT TELLS'], rows, painter(terminal), roomOf(terminal)))
  return EXIT.fine
}
