/** Watches every configured root, and keeps the rules that hang on when a root was first scanned and what stands still. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { endMarkOf, isLeftAlone } from './adoption.ts'
import type { Config, RunsRoot, SheetsRoot } from './config.ts'
import type { RootWatch } from './discover/root-loop.ts'
import { settleSecondsIn, watchRoot } from './discover/watch-root.ts'
import { watchSheets } from './discover/watch-sheets.ts'
import { type Emit, loggedError } from './events.ts'
import { writeReadme } from './feedback/write-readme.ts'
import { recogniseFolder } from './inspect.ts'
import type { Journal } from './journal/journal.ts'
import type { Pipeline, PipelineParts } from './pipeline.ts'
import { planningOptions, runsRoots, sheetsRoots } from './planning.ts'

type Parts = { journal: Journal; pipeline: Pipeline; emit: Emit }

type Watching = { watches: RootWatch[]; close(): Promise<void> }

/** Starts a watch on every root. */
export async function watchRoots(config: Config, parts: Parts): Promise<Watching> {
  const runs = await Promise.all(runsRoots(config).map((root) => watchRuns(root, parts)))
  const sheets = sheetsRoots(config).map((root) =>
    watchSheets({ ...common(root.sheets, root, parts), onFound: parts.pipeline.found }),
  )
  for (const root of sheetsRoots(config)) void writeReadme(root.sheets)
  const watches = [...runs, ...sheets]
  const timers = runsRoots(config).map((root) =>
    setInterval(() => guarded(root.runs, parts, lookForStalled), stalledLookMs(root)),
  )
  return {
    watches,
    async close() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(watches.map((one) => one.close()))
    },
  }
}

function common(root: string, settings: RunsRoot | SheetsRoot, { journal, pipeline, emit }: Parts) {
  return {
    path: root,
    sweepSeconds: settings.sweepSeconds,
    events: settings.events,
    ignore: settings.ignore,
    ...(settings.settleSeconds === null ? {} : { settleSeconds: settings.settleSeconds }),
    known: () => journal.known(root),
    onGone: (path: string) => pipeline.gone(path),
    emit,
  }
}

async function watchRuns(root: RunsRoot, parts: Parts): Promise<RootWatch> {
  const { journal, pipeline } = parts
  const isFirst = (await journal.rootFirstScan(root.runs)) === null
  if (isFirst) await judgeAnew(root.runs, journal)
  const watch = watchRoot({
    ...common(root.runs, root, parts),
    depth: root.depth,
    recognise: recogniseFolder,
    onFound: (found, { firstScan }) => pipeline.found(found, { firstScan: firstScan && isFirst }),
  })
  void watch.scannedOnce.then((whole) => whole && guarded(root.runs, parts, firstScanEnded))
  return watch
}

/** A first scan that was cut off counts as not made. */
async function judgeAnew(root: string, journal: Journal): Promise<void> {
  const adopted = await journal.artifacts({ root, status: 'adopted' })
  await Promise.all(adopted.map((one) => journal.saveArtifact({ ...one, status: 'active' })))
}

/** What the journal no longer takes ends the daemon, but not from here. */
function guarded(root: string, parts: Parts, work: (root: string, parts: Parts) => Promise<void>): void {
  work(root, parts).catch((thrown) => parts.emit('item.failed', { path: root, error: loggedError(thrown) }))
}

async function lookForStalled(root: string, { journal, pipeline }: Parts): Promise<void> {
  const unfinished = await journal.artifacts({ root, status: 'active', type: 'run-folder' })
  for (const { path } of unfinished) await pipeline.stillActive(path)
}

async function firstScanEnded(root: string, { journal, pipeline, emit }: Parts): Promise<void> {
  await pipeline.settled()
  if (!(await journal.rootScanned(root, new Date()))) return
  const found = [...(await journal.known(root)).values()]
  const count = (status: string) => found.filter((one) => one.status === status).length
  emit('root.first-scan', {
    root,
    registered: count('done'),
    adopted: count('adopted'),
    active: count('active'),
  })
}

/** Often enough to be told within a tenth of the time that makes a run a stalled one. */
const stalledLookMs = ({ stalledAfterSeconds }: RunsRoot): number =>
  Math.min(3_600_000, Math.max(1000, stalledAfterSeconds * 100))

/** What the settings of a root of run folders say of the runs in it. */
export function rulesOfRoots(
  config: Config,
): Pick<PipelineParts, 'leavesAlone' | 'isThere' | 'patienceMs' | 'stalledAfterSeconds'> {
  const rootOf = (path: string) => runsRoots(config).find((one) => one.runs === path)
  return {
    async leavesAlone({ root, path, reading, firstSeen }, modified) {
      const settings = rootOf(root)
      if (settings === undefined || reading.kind !== 'run-folder') return false
      const now = new Date(firstSeen)
      return isLeftAlone(settings.adopt, reading, {
        markModified: async () => (await modifiedAt(path, endMarkOf(reading))) ?? modified,
        zone: planningOptions(config, [], now).zoneOfRun(reading.reading.run, path),
        rootZone: settings.timeZone ?? config.site.timeZone,
        now,
      })
    },
    isThere: (path) =>
      stat(path).then(
        () => true,
        (thrown: NodeJS.ErrnoException) => thrown.code !== 'ENOENT' && thrown.code !== 'ENOTDIR',
      ),
    // Ten settle times: what usually comes with the end marker has then had every chance to come.
    patienceMs: async (root) => 10_000 * (rootOf(root)?.settleSeconds ?? (await settleSecondsIn(root))),
    stalledAfterSeconds: (root) => rootOf(root)?.stalledAfterSeconds ?? Number.POSITIVE_INFINITY,
  }
}

async function modifiedAt(folder: string, file: string | null): Promise<string | null> {
  if (file === null) return null
  return stat(join(folder, file)).then(
    ({ mtime }) => mtime.toISOString(),
    () => null,
  )
}
