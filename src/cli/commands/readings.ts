/** What reads, and changes nothing. */
import { Option } from 'commander'
import { STATES } from '../../record/registration.ts'
import { asJson, type Declare, elsewhere, maySayThree } from './declare.ts'

export const readings = [check, explain, ls, show, receipts, doctor, events, schema, config]

function check({ terminal, add, does }: Declare): void {
  const command = add(
    'check <path...>',
    'Reads run folders or sheets and shows what would be registered; sends nothing',
    [
      'check /data/dropbox/plate7.csv',
      'check plate7.csv /data/illumina/200303_A00562_0352_AHKFVLDRXX',
      'check --json plate7.csv',
    ],
    asJson,
  )
  does(command, async (options, paths: string[]) =>
    (await import('../check.ts')).check(terminal, paths, options),
  )
}

function explain({ terminal, add, does }: Declare): void {
  const command = add(
    'explain <path|id>',
    'Why something is registered or not: the rule that decided, and what comes next',
    ['explain /data/illumina/200303_A00562_0352_AHKFVLDRXX', 'explain 5e2f0b7c-0c1d-5a43-9d0e-2f6a8f1c7b11'],
    elsewhere,
    asJson,
    maySayThree,
  )
  does(command, async (options, what: string) =>
    (await import('../explain.ts')).explain(terminal, what, options),
  )
}

function ls({ terminal, add, does }: Declare): void {
  const command = add(
    'ls',
    'Registrations with their state',
    ['ls', 'ls --state held', 'ls --registry climb --since 7d --json'],
    elsewhere,
    asJson,
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
  does(command, async (options) => (await import('../ls.ts')).ls(terminal, options))
}

function show({ terminal, add, does }: Declare): void {
  const command = add(
    'show <id>',
    'One registration whole: facts, revisions, attempts with their answers, receipt',
    ['show 5e2f0b7c'],
    elsewhere,
    asJson,
  )
  does(command, async (options, id: string) => (await import('../show.ts')).show(terminal, id, options))
}

function receipts({ terminal, add, does }: Declare): void {
  const command = add(
    'receipts',
    'What the registries gave back: identifiers per run, sample and tube',
    ['receipts', 'receipts --csv > receipts.csv'],
    elsewhere,
    asJson,
  ).addOption(new Option('--csv', 'as CSV, for a spreadsheet').conflicts('json'))
  does(command, async (options) => (await import('../receipts.ts')).receipts(terminal, options))
}

function doctor({ terminal, add, does }: Declare): void {
  const command = add(
    'doctor',
    'Checks everything a deployment needs and says how to mend what is wrong',
    ['doctor', 'doctor --json'],
    elsewhere,
    asJson,
  )
  does(command, async (options) => (await import('../doctor.ts')).doctor(terminal, options))
}

function events({ terminal, add, does }: Declare): void {
  const command = add(
    'events',
    'The list of everything that the log tells, with its level and its meaning',
    ['events', 'events --json'],
    asJson,
  )
  does(command, async (options) => (await import('../events.ts')).events(terminal, options))
}

function schema({ terminal, add, does }: Declare): void {
  const command = add('schema [name]', 'The JSON Schema of what a command writes with --json', [
    'schema',
    'schema ls > ls.schema.json',
  ])
  does(command, async (_, name: string | undefined) => (await import('../schema.ts')).schema(terminal, name))
}

function config({ terminal, add, does }: Declare): void {
  const command = add(
    'config <act>',
    'The configuration: check it, show its effective values, or print a commented example',
    ['config check --config runherald.yaml', 'config show', 'config init > runherald.yaml'],
    elsewhere,
    asJson,
  )
  command.addHelpText('after', '\nActs: check, show (with where each value was set), init')
  does(command, async (options, act: string) => (await import('../config.ts')).config(terminal, act, options))
}
