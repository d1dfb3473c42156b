/** Every command with its arguments, options and examples. The work of each is in the file of its name, loaded when called. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { STATES } from '../record/registration.ts'
import type { Terminal } from './terminal.ts'

/** Declares commands: `add` makes one with its examples, `ends` runs its work and keeps its exit code. */
export type Declare = {
  terminal: Terminal
  add(usage: string, about: string, examples: string[]): Command
  ends(work: Promise<number>): Promise<void>
}

const number =
  (what: string, fits: (value: number) => boolean) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && fits(value) && value >= 0) return value
    throw new InvalidArgumentError(`${what} is needed.`)
  }

const WAITS_FOR_A_PERSON = `Exit code: 0 when it goes on by itself or is over, 3 when it waits
for a person, 1 when there is no such thing or it cannot be done.`

const asJson = (command: Command) => command.option('--json', 'one JSON document on standard output')
const elsewhere = (command: Command) =>
  command.option('--state-folder <folder>', 'the state folder, in place of the one configured')

/** What runs until it is stopped. */
export function serviceCommands({ terminal, add, ends }: Declare): void {
  const run = elsewhere(
    add('run', 'The daemon: finds runs and sheets, registers them, shows the status page', [
      'run',
      'run --config /etc/runherald/runherald.yaml',
      'run --dry-run',
      'run --watch-only',
    ]),
  )
    .addOption(new Option('--watch-only', 'find and plan, but send nothing').conflicts('workOnly'))
    .option('--work-only', 'send what is planned, but watch nothing')
    .option('--dry-run', 'say how many runs would be left alone or registered, change nothing, and end')
    .option('--json', 'with --dry-run: one JSON document on standard output')
    .option('--listen <address>', 'address of the status page, as 127.0.0.1:8734')
    .option('--log-level <level>', 'info, debug, warn or error')
    .option('--log-format <format>', 'auto, json, logfmt or pretty')
  run.action(async () => ends((await import('./run.ts')).run(terminal, run.optsWithGlobals())))

  const sandbox = add('sandbox', 'Emulated registries to try things at, on one loopback address', [
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
  sandbox.action(async () =>
    ends((await import('./sandbox.ts')).sandbox(terminal, sandbox.optsWithGlobals())),
  )

  const simulate = add(
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
  simulate.action(async (make: string) =>
    ends((await import('./simulate.ts')).simulate(terminal, make, simulate.optsWithGlobals())),
  )
}

/** What reads, and changes nothing. */
export function readingCommands({ terminal, add, ends }: Declare): void {
  const check = asJson(
    add('check <path...>', 'Reads run folders or sheets and shows what would be registered; sends nothing', [
      'check /data/dropbox/plate7.csv',
      'check plate7.csv /data/illumina/200303_A00562_0352_AHKFVLDRXX',
      'check --json plate7.csv',
    ]),
  )
  check.action(async (paths: string[]) =>
    ends((await import('./check.ts')).check(terminal, paths, check.optsWithGlobals())),
  )

  const explain = asJson(
    elsewhere(
      add(
        'explain <path|id>',
        'Why something is registered or not: the rule that decided, and what comes next',
        [
          'explain /data/illumina/200303_A00562_0352_AHKFVLDRXX',
          'explain 5e2f0b7c-0c1d-5a43-9d0e-2f6a8f1c7b11',
        ],
      ),
    ),
  )
  explain.addHelpText('after', `\n${WAITS_FOR_A_PERSON}`)
  explain.action(async (what: string) =>
    ends((await import('./explain.ts')).explain(terminal, what, explain.optsWithGlobals())),
  )

  const ls = asJson(
    elsewhere(
      add('ls', 'Registrations with their state', [
        'ls',
        'ls --state held',
        'ls --registry climb --since 7d --json',
      ]),
    ),
  )
    .addOption(new Option('--state <state>', 'only those in this state').choices(STATES))
    .option('--registry <name>', 'only those at this registry')
    .option('--since <time>', 'only those changed since: 7d, 12h, 2026-01-31')
    .option('--all', 'every revision, not only the newest')
    .addOption(
      new Option(
        '--adopted',
        'runs that were finished before their folder was watched, and are left alone',
      ).conflicts(['state', 'registry', 'all']),
    )
  ls.action(async () => ends((await import('./ls.ts')).ls(terminal, ls.optsWithGlobals())))

  const show = asJson(
    elsewhere(
      add('show <id>', 'One registration whole: facts, revisions, attempts with their answers, receipt', [
        'show 5e2f0b7c',
      ]),
    ),
  )
  show.action(async (id: string) =>
    ends((await import('./show.ts')).show(terminal, id, show.optsWithGlobals())),
  )

  const receipts = asJson(
    elsewhere(
      add('receipts', 'What the registries gave back: identifiers per run, sample and tube', [
        'receipts',
        'receipts --csv > receipts.csv',
      ]),
    ),
  ).addOption(new Option('--csv', 'as CSV, for a spreadsheet').conflicts('json'))
  receipts.action(async () =>
    ends((await import('./receipts.ts')).receipts(terminal, receipts.optsWithGlobals())),
  )

  const doctor = asJson(
    elsewhere(
      add('doctor', 'Checks everything a deployment needs and says how to mend what is wrong', [
        'doctor',
        'doctor --json',
      ]),
    ),
  )
  doctor.action(async () => ends((await import('./doctor.ts')).doctor(terminal, doctor.optsWithGlobals())))

  const events = asJson(
    add('events', 'The list of everything that the log tells, with its level and its meaning', [
      'events',
      'events --json',
    ]),
  )
  events.action(async () => ends((await import('./events.ts')).events(terminal, events.opts())))

  const schema = add('schema [name]', 'The JSON Schema of what a command writes with --json', [
    'schema',
    'schema ls > ls.schema.json',
  ])
  schema.action(async (name: string | undefined) =>
    ends((await import('./schema.ts')).schema(terminal, name)),
  )

  const config = asJson(
    elsewhere(
      add(
        'config <act>',
        'The configuration: check it, show its effective values, or print a commented example',
        ['config check --config runherald.yaml', 'config show', 'config init > runherald.yaml'],
      ),
    ),
  )
  config.addHelpText('after', '\nActs: check, show (with where each value was set), init')
  config.action(async (act: string) =>
    ends((await import('./config.ts')).config(terminal, act, config.optsWithGlobals())),
  )
}

/** What a person decides, and the journal as a whole. */
export function journalCommands({ terminal, add, ends }: Declare): void {
  const retry = asJson(
    elsewhere(
      add(
        'retry [ids-or-paths...]',
        'Queues again after something was mended; a path takes up a run that was left alone',
        [
          'retry 5e2f0b7c-0c1d-5a43-9d0e-2f6a8f1c7b11',
          'retry /data/illumina/200303_A00562_0352_AHKFVLDRXX',
          'retry --refused',
        ],
      ),
    ),
  )
    .option('--refused', 'all that were refused')
    .option('--held', 'all that wait for a person')
  retry.addHelpText('after', `\n${WAITS_FOR_A_PERSON}`)
  retry.action(async (targets: string[]) =>
    ends((await import('./retry.ts')).retry(terminal, targets, retry.optsWithGlobals())),
  )

  const resolve = asJson(
    elsewhere(
      add('resolve <id>', 'Your verdict on a registration that needs attention', [
        'resolve 5e2f0b7c --registered MAJORA-0042',
        'resolve 5e2f0b7c --resend',
        'resolve 5e2f0b7c --abandon --reason "run repeated"',
      ]),
    ),
  )
    .option('--registered [remote-id]', 'it is there: note it as registered')
    .option('--resend', 'it is not there: send it again')
    .option('--abandon', 'give it up')
    .option('--reason <text>', 'why, for the record')
  resolve.addHelpText('after', `\n${WAITS_FOR_A_PERSON}`)
  resolve.action(async (id: string) =>
    ends((await import('./resolve.ts')).resolve(terminal, id, resolve.optsWithGlobals())),
  )

  const pause = elsewhere(
    add('pause <registry>', 'Holds one registry: nothing is sent to it', ['pause climb']),
  ).option('--reason <text>', 'why, for the record')
  pause.action(async (name: string) =>
    ends((await import('./pause.ts')).pause(terminal, name, pause.optsWithGlobals())),
  )
  const resume = elsewhere(add('resume <registry>', 'Releases a registry that was held', ['resume climb']))
  resume.action(async (name: string) =>
    ends((await import('./pause.ts')).resume(terminal, name, resume.optsWithGlobals())),
  )

  const backup = elsewhere(
    add('backup <file>', 'Copies the journal, consistent while the daemon runs', [
      'backup /backup/runherald.sqlite',
    ]),
  )
  backup.action(async (file: string) =>
    ends((await import('./backup.ts')).backup(terminal, file, backup.optsWithGlobals())),
  )
  const restore = elsewhere(
    add('restore <file>', 'Puts a copy of the journal in place; the daemon must be stopped', [
      'restore /backup/runherald.sqlite',
    ]),
  )
  restore.action(async (file: string) =>
    ends((await import('./backup.ts')).restore(terminal, file, restore.optsWithGlobals())),
  )
}
