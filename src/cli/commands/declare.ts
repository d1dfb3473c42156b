/** How a command is declared, and what many of them share. The work of each is in the file of its name, loaded when called. */
import type { Command, OptionValues } from 'commander'
import type { Terminal } from '../terminal.ts'

type Share = (command: Command) => Command
/** `said` is what stands in place of the arguments in the usage. */
export type Work<Said extends unknown[]> = (options: OptionValues, ...said: Said) => Promise<number>

/** Declares commands: `add` makes one with its examples and what it shares, `does` says what runs and gives the exit code. */
export type Declare = {
  terminal: Terminal
  add(usage: string, about: string, examples: string[], ...shared: Share[]): Command
  does<Said extends unknown[]>(command: Command, work: Work<Said>): void
}

export const elsewhere: Share = (command) =>
  command.option('--state-folder <folder>', 'the state folder, in place of the one configured')

export const asJson: Share = (command) => command.option('--json', 'one JSON document on standard output')

export const maySayThree: Share = (command) =>
  command.addHelpText(
    'after',
    `
Exit code: 0 when it goes on by itself or is over, 3 when it waits
for a person, 1 when there is no such thing or it cannot be done.`,
  )
