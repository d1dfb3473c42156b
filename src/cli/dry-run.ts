/** `run --dry-run`: what the next scan of each root of run folders would do with what lies there. Changes nothing. */
import { adoptText } from '../config/values.ts'
import type { Config, RunsRoot } from '../config.ts'
import { watchRoot } from '../discover/watch-root.ts'
import { createHerald } from '../events.ts'
import type { Found, Reading } from '../handovers.ts'
import { recogniseFolder } from '../inspect.ts'
import { createInspector, type Inspector } from '../inspector.ts'
import type { Artifact, JournalReader } from '../journal/journal.ts'
import { runsRoots } from '../planning.ts'
import { rulesOfRoots } from '../watching.ts'
import { readingJournal } from './journal.ts'
import type { Documents } from './schemas.ts'
import type { CommandOptions } from './settings.ts'
import { table } from './table.ts'
import { EXIT, json, painter, roomOf, type Terminal } from './terminal.ts'

type Survey = Documents['dry-run']['roots'][number]

/** Gives 1 when a root cannot be read. */
export const dryRun = (terminal: Terminal, options: CommandOptions): Promise<number> =>
  readingJournal(terminal, options, async (journal, config) => {
    const inspector = createInspector({ threads: 2, deadlineMs: 30_000 })
    const surveys: Survey[] = []
    for (const root of runsRoots(config)) surveys.push(await survey(root, config, { journal, inspector }))
    await inspector.close()
    if (options.json) terminal.out(json({ roots: surveys }))
    else tell(terminal, surveys)
    return surveys.some((one) => one.away !== null) ? EXIT.finding : EXIT.fine
  })

async function survey(
  root: RunsRoot,
  config: Config,
  { journal, inspector }: { journal: JournalReader | null; inspector: Inspector },
): Promise<Survey> {
  const firstScan = (await journal?.rootFirstScan(root.runs)) == null ? 'to-come' : 'made'
  const known = new Map(await journal?.known(root.runs))
  // A first scan that was cut off counts as not made.
  if (firstScan === 'to-come')
    for (const [path, { status }] of known) if (status === 'adopted') known.delete(path)
  const count = { adopted: 0, registered: 0, left: 0 }
  const herald = createHerald(() => {})
  const away = new Promise<string>((resolve) => {
    herald.subscribe((one) => one.event === 'root.away' && resolve(one.fields.error.message))
  })
  const watch = watchRoot({
    path: root.runs,
    depth: root.depth,
    ignore: root.ignore,
    recognise: recogniseFolder,
    events: 'off',
    settleSeconds: 0,
    sweepSeconds: 86_400,
    known: async () => known,
    onFound: async (found) => {
      const reading = await inspector.inspect(found.path, { root: found.root })
      count[await fate(found, reading, { config, isFirst: firstScan === 'to-come' })]++
    },
    onGone: async () => {},
    emit: herald.emit,
  })
  const outcome = await Promise.race([away, watch.scannedOnce.then(() => null)])
  await watch.close()
  const quiet = [...known.values()].filter(({ status }) => status === 'done' || status === 'adopted').length
  return { root: root.runs, adopt: adoptText(root.adopt), firstScan, ...count, known: quiet, away: outcome }
}

async function fate(
  found: Found,
  reading: Reading,
  { config, isFirst }: { config: Config; isFirst: boolean },
): Promise<'adopted' | 'registered' | 'left'> {
  if (reading.kind !== 'run-folder') return 'left'
  const { ended, enough } = reading.reading.completion
  if (!ended && enough !== true) return 'left'
  if (!isFirst) return 'registered'
  const now = new Date().toISOString()
  const { path, root, type, fingerprint, modified } = found
  const artifact: Artifact = {
    ...{ path, root, type, fingerprint, sha256: null, status: 'active', reading },
    ...{ firstSeen: now, changed: now },
  }
  return (await rulesOfRoots(config).leavesAlone(artifact, modified)) ? 'adopted' : 'registered'
}

function tell(terminal: Terminal, surveys: Survey[]): void {
  if (surveys.length === 0) {
    terminal.say('No folder of runs is watched.')
    return
  }
  const header = ['ROOT', 'ADOPT', 'FIRST SCAN', 'LEFT ALONE', 'REGISTERED', 'NOT FINISHED', 'KNOWN BEFORE']
  const rows = surveys.map((one) =>
    one.away === null
      ? [
          one.root,
          one.adopt,
          one.firstScan === 'made' ? 'made before' : 'to come',
          ...[one.adopted, one.registered, one.left, one.known].map(String),
        ]
      : [one.root, one.adopt, `cannot be read: ${one.away}`, '', '', '', ''],
  )
  terminal.out(table(header, rows, painter(terminal), roomOf(terminal)))
  terminal.say('Nothing was changed, and nothing was sent.')
}
