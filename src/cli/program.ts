/** One command line: parsed, run, and turned into an exit code. What is wrong with the line itself gives 2. */
import { Command, CommanderError } from 'commander'
import { acts } from './commands/acts.ts'
import type { Declare, Work } from './commands/declare.ts'
import { readings } from './commands/readings.ts'
import { services } from './commands/services.ts'
import { EXIT, Stop, type Terminal } from './terminal.ts'

export async function runCommandLine(argv: string[], terminal: Terminal, version: string): Promise<number> {
  let exit: number = EXIT.fine
  const program = withExamples(new Command('runherald'), [
    'check /data/illumina/200303_A00562_0352_AHKFVLDRXX',
    'run --config /etc/runherald/runherald.yaml',
    'ls --state held',
  ])
    .description('Registers finished sequencing runs at registries, each exactly once.')
    .version(version)
    .helpCommand('help [command]', 'what a command does, with examples')
    .configureOutput({
      writeOut: (text) => terminal.out(text.replace(/\n$/, '')),
      writeErr: (text) => terminal.say(text.replace(/\n$/, '')),
      // Told like every other fault, by whoever called.
      outputError: () => {},
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    })
    .exitOverride()
  program.addHelpText('after', EXIT_CODES)
  addConfigOption(program)
  const declare: Declare = {
    terminal,
    add(usage, about, examples, ...shared) {
      const command = addConfigOption(program.command(usage).description(about))
      return shared.reduce((one, share) => share(one), withExamples(command, examples))
    },
    does<Said extends unknown[]>(command: Command, work: Work<Said>) {
      command.action(async (...said) => {
        exit = await work(command.optsWithGlobals(), ...(said as Said))
      })
    },
  }
  for (const declareOne of [...services, ...readings, ...acts]) declareOne(declare)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return EXIT.fine
    // Without a command, the help was all there is to say.
    if (thrown.code === 'commander.help') return EXIT.usage
    throw new Stop(EXIT.usage, `${thrown.message.replace(/^error: /, '')}\nWhat it can do: runherald --help`)
  }
}

const EXIT_CODES = `
Exit codes:
  0 fine   1 a finding   2 usage   3 something waits for a person
  69 a needed service is away   70 a fault of runherald itself
  74 disk or journal   75 already running on this state folder
  77 permission   78 configuration
`

const addConfigOption = (command: Command): Command =>
  command.option(
    '--config <file>',
    'the configuration, in place of RUNHERALD_CONFIG or /etc/runherald/runherald.yaml',
  )

const withExamples = (command: Command, examples: string[]): Command =>
  command.addHelpText('before', `Examples:\n${examples.map((line) => `  $ runherald ${line}`).join('\n')}\n`)
