/** What runs until it is stopped, or writes as an instrument would. */
import { InvalidArgumentError, Option } from 'commander'
import { type Declare, elsewhere } from './declare.ts'

export const services = [run, sandbox, simulate]

function run({ terminal, add, does }: Declare): void {
  const command = add(
    'run',
    'The daemon: finds runs and sheets, registers them, shows the status page',
    ['run', 'run --config /etc/runherald/runherald.yaml', 'run --dry-run', 'run --watch-only'],
    elsewhere,
  )
    .addOption(new Option('--watch-only', 'find and plan, but send nothing').conflicts('workOnly'))
    .option('--work-only', 'send what is planned, but watch nothing')
    .option('--dry-run', 'say how many runs would be left alone or registered, change nothing, and end')
    .option('--json', 'with --dry-run: one JSON document on standard output')
    .option('--listen <address>', 'address of the status page, as 127.0.0.1:8734')
    .option('--log-level <level>', 'info, debug, warn or error')
    .option('--log-format <format>', 'auto, json, logfmt or pretty')
  does(command, async (options) => (await import('../run.ts')).run(terminal, options))
}

function sandbox({ terminal, add, does }: Declare): void {
  const command = add('sandbox', 'Emulated registries to try things at, on one loopback address', [
    'sandbox',
    'sandbox --port 9000 --strict',
    'sandbox --faults faults.json',
  ])
    .option(
      '--port <number>',
      'port to listen on; a free one where not given',
      number('A whole number', Number.isInteger),
    )
    .option(
      '--strict',
      'refuse everything the documents refuse, not only what real servers were seen to refuse',
    )
    .option('--faults <file>', 'what shall go wrong, as JSON')
    .option('--state-file <file>', 'keep what was registered in this file')
  does(command, async (options) => (await import('../sandbox.ts')).sandbox(terminal, options))
}

function simulate({ terminal, add, does }: Declare): void {
  const command = add(
    'simulate <make>',
    'Writes a believable run folder as the instrument would, at a chosen speed',
    ['simulate illumina --into /tmp/runs --seconds 20', 'simulate nanopore --into /tmp/runs'],
  )
    .requiredOption('--into <folder>', 'the folder to write the run folder into')
    .option(
      '--seconds <number>',
      'how long the run takes',
      number('A number of seconds', Number.isFinite),
      10,
    )
  does(command, async ({ into, seconds }, make: string) =>
    (await import('../simulate.ts')).simulate(terminal, make, { into, seconds }),
  )
}

const number =
  (what: string, fits: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && fits(value) && value >= 0) return value
    throw new InvalidArgumentError(`${what} is needed.`)
  }
