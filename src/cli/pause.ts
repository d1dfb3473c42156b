/** `pause REGISTRY` and `resume REGISTRY`: an operator holds or releases one registry. */
import type { Journal } from '../journal/journal.ts'
import { actor, writingJournal } from './journal.ts'
import { type CommandOptions, configOf } from './settings.ts'
import { EXIT, type Terminal, unknown } from './terminal.ts'

export const pause = (
  terminal: Terminal,
  name: string,
  options: CommandOptions & { reason?: string },
): Promise<number> =>
  deciding(terminal, name, options, async (journal, who) => {
    const now = new Date()
    await journal.knowRegistries([name], now)
    await journal.pauseRegistry(name, 'operator', options.reason ?? `paused by ${who}`, now, who)
    return `${name} is paused; what is on the wire still ends. Release it with: runherald resume ${name}`
  })

export const resume = (terminal: Terminal, name: string, options: CommandOptions): Promise<number> =>
  deciding(terminal, name, options, async (journal, who) =>
    (await journal.openRegistry(name, 'operator', new Date(), who))
      ? `${name} is open again.`
      : `${name} was not paused.`,
  )

/** Tells what was decided; a name that is not configured ends the command, with or without a journal. */
function deciding(
  terminal: Terminal,
  name: string,
  options: CommandOptions,
  decide: (journal: Journal, who: string) => Promise<string>,
): Promise<number> {
  const names = configOf(terminal, options).registries.map((one) => one.name)
  if (!names.includes(name)) throw unknown('registry', name, names)
  return writingJournal(terminal, options, async (journal) => {
    terminal.out(await decide(journal, actor()))
    return EXIT.fine
  })
}
