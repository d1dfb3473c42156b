/** `ls`: registrations with their state, or with `--adopted` the runs that are left alone. */
import type { Artifact, JournalReader, RegistrationRow } from '../journal/journal.ts'
import { shownRow } from '../ops/shown.ts'
import { instantSince } from '../ops/since.ts'
import { stateWords } from '../ops/words.ts'
import type { State } from '../record/registration.ts'
import { readingJournal } from './journal.ts'
import type { CommandOptions } from './settings.ts'
import { table } from './table.ts'
import { EXIT, json, painter, roomOf, Stop, type Terminal } from './terminal.ts'
import { shortTime, stateColour, subjectWords } from './words.ts'

type LsOptions = CommandOptions & {
  state?: State
  registry?: string
  since?: string
  all?: boolean
  adopted?: boolean
}

export const ls = (terminal: Terminal, options: LsOptions): Promise<number> => {
  const since = options.since === undefined ? null : instantOf(options.since)
  return readingJournal(terminal, options, async (journal, config) => {
    if (options.adopted) return listAdopted(terminal, journal, since, options)
    const { state, registry, all } = options
    if (registry !== undefined && !config.registries.some((one) => one.name === registry))
      terminal.say(`No registry is called "${registry}" in the configuration.`)
    const rows =
      (await journal?.registrations({
        ...(state === undefined ? {} : { state }),
        ...(registry === undefined ? {} : { registry }),
        ...(since === null ? {} : { since }),
        everyRevision: all === true,
      })) ?? []
    if (options.json) terminal.out(json({ registrations: rows.map(shownRow) }))
    else if (rows.length === 0)
      terminal.say(
        `No registrations${(since ?? state ?? registry) ? ' that fit' : ''} under ${config.state}.`,
      )
    else terminal.out(listing(rows, terminal))
    return EXIT.fine
  })
}

function listing(rows: RegistrationRow[], terminal: Terminal): string {
  const revised = rows.some((row) => row.revision > 1)
  const header = [
    'ID',
    'WHAT',
    'REGISTRY',
    'STATE',
    'SINCE',
    'NEXT TRY',
    revised ? 'REVISION' : '',
    'REGISTERED AS',
  ]
  const cells = rows.map((row) => [
    row.id.slice(0, 8),
    subjectWords(row.subject),
    row.registry,
    { text: stateWords(row), style: stateColour(row.state) },
    shortTime(row.since),
    shortTime(row.nextTry),
    revised ? String(row.revision) : '',
    Object.values(row.remoteIds)[0] ?? '',
  ])
  return table(header, cells, painter(terminal), roomOf(terminal))
}

async function listAdopted(
  terminal: Terminal,
  journal: JournalReader | null,
  since: string | null,
  { json: asJson }: LsOptions,
): Promise<number> {
  const runs = (await journal?.artifacts({ status: 'adopted', type: 'run-folder' })) ?? []
  const adopted = runs.filter(({ firstSeen }) => since === null || firstSeen >= since).map(adoptedRun)
  if (asJson) terminal.out(json({ adopted }))
  else if (adopted.length === 0) terminal.say(`No run was left alone${since === null ? '' : ' since then'}.`)
  else {
    const rows = adopted.map((one) => [one.runId, one.status, shortTime(one.firstSeen), one.path])
    terminal.out(table(['RUN', 'STATUS', 'FOUND', 'PATH'], rows, painter(terminal), roomOf(terminal)))
    terminal.say('To register one of them: runherald retry PATH')
  }
  return EXIT.fine
}

function adoptedRun({ path, root, reading, firstSeen }: Artifact) {
  const run = reading.kind === 'run-folder' ? reading.reading.run : null
  return {
    runId: run?.runId ?? path.slice(path.lastIndexOf('/') + 1),
    instrumentMake: run?.instrumentMake ?? null,
    status: run?.status ?? 'unknown',
    path,
    root,
    firstSeen,
  }
}

/** Anything but a time ends the command with 2. */
function instantOf(text: string): string {
  const at = instantSince(text, new Date())
  if (at === null)
    throw new Stop(EXIT.usage, `"${text}" is no time; write 7d, 12h, 2026-01-31 or 2026-01-31T12:00:00Z`)
  return at
}
