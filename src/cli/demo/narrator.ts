/** Tells the demonstration in plain lines: what was found, what was sent where, what came back, where to look next. */
import { basename, dirname, relative } from 'node:path'
import { demoLog, demoRuns, demoSheets } from '../../config/embedded.ts'
import type { Config } from '../../config.ts'
import type { EventFields, EventName, Happening, Herald } from '../../events.ts'
import { count } from '../../feedback/numbers.ts'
import type { Journal } from '../../journal/journal.ts'
import { reasonWords } from '../../ops/words.ts'
import { makeWords } from '../../record/run.ts'
import { GOING_ON } from '../../teller/outcome.ts'
import { type Paint, painter, plain, type Terminal } from '../terminal.ts'

type Narration = {
  terminal: Terminal
  herald: Herald
  journal: Journal
  config: Config
  url: string
  sandboxUrl: string
}

/** Introduces the demonstration, then follows it until the process ends. `brought` says that all examples are there. */
export async function narrate(parts: Narration): Promise<{ brought(): void }> {
  const { terminal, herald, journal, url } = parts
  const paint = painter(terminal)
  const before = await journal.registrations()
  terminal.out(introduction(parts, before.length > 0, paint))
  const told = new Set<string>()
  const waiting = new Set<string>()
  let allBrought = false
  let ended = false
  herald.subscribe((happening) => {
    // What is still missing changes with every file; that it waits is told once.
    if (happening.event === 'run.waiting') {
      if (waiting.has(happening.fields.run)) return
      waiting.add(happening.fields.run)
    }
    const line = lineOf(happening, paint)
    if (line !== null && !told.has(line)) {
      told.add(line)
      terminal.out(`${paint('dim', new Date().toLocaleTimeString('en-GB'))}  ${line}`)
    }
    if (happening.event.startsWith('registration.')) void end()
  })

  /** Says once that all examples have come to their end. */
  async function end(): Promise<void> {
    if (!allBrought || ended) return
    const rows = await journal.registrations()
    if (ended || rows.length === 0 || rows.some((row) => GOING_ON.includes(row.state))) return
    ended = true
    const registered = rows.filter((row) => row.state === 'registered').length
    const others = rows.length === registered ? '' : `, ${rows.length - registered} need you`
    terminal.out(
      `\n${paint('bold', `${registered} of ${rows.length} registrations are made${others}.`)}\n${nextSteps(url, paint)}\n`,
    )
  }

  return {
    brought() {
      allBrought = true
      void end()
    },
  }
}

function introduction({ config, url, sandboxUrl }: Narration, again: boolean, paint: Paint): string {
  const { state } = config
  const near = (path: string) => relative(process.cwd(), path) || '.'
  const rows: Array<[string, string]> = [
    ['status page', paint('cyan', url)],
    ['registries (emulated)', paint('cyan', `${sandboxUrl}/__sandbox`)],
    ['run folders', near(demoRuns(state))],
    ['drop folder for sheets', near(demoSheets(state))],
    ['log', near(demoLog(state))],
  ]
  return [
    paint('bold', 'runherald is running as a demonstration: nothing leaves this machine.'),
    ...rows.map(([name, value]) => `  ${name.padEnd(24)}${value}`),
    '',
    again
      ? 'The example runs and sheets were brought in at an earlier start. Ctrl-C ends it.'
      : 'Example runs and sheets are brought in now, as instruments and people would. Ctrl-C ends it.',
    '',
  ].join('\n')
}

const nextSteps = (url: string, paint: Paint): string =>
  [
    'Where to look next:',
    `  ${paint('cyan', url)}  shows every registration, and what needs you`,
    '  npx runherald ls             lists them; `npx runherald show ID` shows one whole',
    '  npx runherald receipts       what the registries gave back',
    '  npx runherald check PATH     reads any run folder or sheet of yours, and sends nothing',
    'Put a run folder or a sheet into the folders above, and it is registered too.',
  ].join('\n')

/** One line for what a person wants to know; null for the rest. */
function lineOf({ event, fields }: Happening, paint: Paint): string | null {
  const told = (TELLINGS[event] as ((fields: Happening['fields']) => Telling | null) | undefined)?.(fields)
  if (!told) return null
  const [mark, text, colour] = told
  const column = mark.padEnd(11)
  return `${colour === undefined ? column : paint(colour, column)} ${plain(text)}`
}

type Telling = [mark: string, text: string, colour?: 'green' | 'red']

const TELLINGS: { [Name in EventName]?: (fields: EventFields<Name>) => Telling | null } = {
  'run.found': ({ run, make }) => ['Found', `run ${run} of ${makeWords(make)}`],
  'run.waiting': ({ run, missing }) => [
    'Waiting',
    `run ${run} is not finished${missing.length > 0 ? `, still to come: ${missing.join(', ')}` : ''}`,
  ],
  'run.completed': ({ run, because }) => ['Finished', `run ${run} (${because})`],
  'sheet.judged': ({ sheet, samples, errors }) => {
    const verdict =
      errors === 0 ? 'no errors' : `${count(errors, 'error')}; see _status/${sheet}.html beside it`
    return ['Read', `sheet ${sheet}: ${count(samples, 'sample')}, ${verdict}`]
  },
  'registration.planned': ({ registry, subject, state, reason }) =>
    state !== 'waiting' || reason === null || reason === 'run-completion'
      ? null
      : ['Waiting', `${subject} at ${registry} waits for ${reasonWords(reason)}`],
  'registration.sending': ({ subject, registry }) => ['Sending', `${subject} to ${registry}`],
  'registration.registered': ({ subject, registry, remoteIds }) => {
    const id = Object.values(remoteIds)[0]
    const called = id === undefined ? '' : `, which calls it ${id}`
    return ['Registered', `${subject} at ${registry}${called}`, 'green']
  },
  'registration.refused': ({ subject, registry, reason, detail }) => {
    const by = reason === 'by-rule' ? `${subject} cannot be registered at` : `${subject} by`
    return ['Refused', `${by} ${registry}: ${detail.join('; ')}`, 'red']
  },
  'registration.held': ({ subject, registry, reason, detail }) => [
    'Needs you',
    `${subject} at ${registry}: ${detail || reasonWords(reason)}`,
    'red',
  ],
  'registration.retrying': ({ registry, because }) => ['Later', `${registry}: ${because}`],
  'registry.paused': ({ registry, detail }) => ['Paused', `${registry}: ${detail}`],
  'sheet.moved': ({ sheet, to }) => ['Put away', `sheet ${sheet} to ${basename(dirname(to))}/`],
  'item.failed': ({ path, error }) => ['Failed', `${path}: ${error.message}`],
}
