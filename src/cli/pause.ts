/** `pause REGISTRY` and `resume REGISTRY`: an operator holds or releases one registry. */

import { suggestion } from '../config/suggest.ts'
import type { Config } from '../config.ts'
import { actor, writingJournal } from './journal.ts'
import type { ConfigOptions } from './settings.ts'
import { EXIT, Stop, type Terminal } from './terminal.ts'

export const pause = (
  terminal: Terminal,
  name: string,
  options: ConfigOptions & { reason?: string },
): Promise<number> =>
  writingJournal(terminal, options, async (journal, config) => {
    known(config, name)
    const now = new Date()
    await journal.knowRegistries([name], now)
    const who = actor()
    await journal.pauseRegistry(name, 'operator', options.reason ?? `paused by ${who}`, now, who)
    terminal.out(
      `${name} is paused; what is on the wire still ends. Release it with: runherald resume ${name}`,
    )
    return EXIT.fine
  })

export const resume = (terminal: Terminal, name: string, options: ConfigOptions): Promise<number> =>
  writingJournal(terminal, options, async (journal, config) => {
    known(config, name)
    const opened = await journal.openRegistry(name, 'operator', new Date(), actor())
    terminal.out(opened ? `${name} is open again.` : `${name} was not paused.`)
    return EXIT.fine
  })

function known(config: Config, name: string): void {
  const names = config.registries.map((one) => one.name)
  if (names.includes(name)) return
  const near = suggestion(name, names)
  const hint = near === null ? `there are: ${names.join(', ')}` : `did you mean ${near}?`
  throw new Stop(EXIT.usage, `no registry is called "${name}"; ${hint}`)
}
