/** How a command is declared, and what many of them share. The work of each is in the file of its name, loaded when called. */
import type { Command } from 'commander'
import type { Terminal } from '../terminal.ts'

type Share = (command: Command) => Command

/** Declares commands: `add` makes one with its examples and what it shares, `ends` runs its work and keeps its exit code. */
export type Declare = {
  terminal: Terminal
  add(usage: string, about: string, examples: string[], ...shared: Share[]): Command
  ends(work: Promise<number>): Promise<void>
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
