/** Builds every part of the daemon from the configuration, starts it, and stops it by a deadline. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftAlone } from './adoption.ts'
import { type Config, type RunsRoot, readSecret, type SheetsRoot } from './config.ts'
import { decideAt } from './deliver/decide.ts'
import { type Delivery, startDelivery } from './deliver/delivery.ts'
import type { Destination } from './deliver/destination.ts'
import { startEmbeddedRedis } from './deliver/embedded-redis.ts'
import type { RootWatch } from './discover/root-loop.ts'
import { watchRoot } from './discover/watch-root.ts'
import { watchSheets } from './discover/watch-sheets.ts'
import type { Emit, Herald } from './events.ts'
import { writeReadme } from './feedback/write-readme.ts'
import { recogniseFolder } from './inspect.ts'
import { createInspector } from './inspector.ts'
import type { Journal } from './journal/journal.ts'
import { lockState } from './journal/lock.ts'
import { openJournal } from './journal/open.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import type { Destination as PlannedFor } from './planning/destination.ts'
import { destinationsOf, planningOptions, rootOfSheet, runsRoots, sheetsRoots } from './planning.ts'
import { err, ok, type Result } from './result.ts'
import { findSandboxes } from './sandboxes.ts'
import { createTeller } from './teller.ts'

/** Why the daemon cannot start, in a sentence for the operator, with the exit code that says so. */
export type StartFault = { exit: 69 | 74 | 75 | 77 | 78; sentence: string }

export type Daemon = {
  journal: Journal
  readiness(): { ready: boolean; reasons: Array<{ code: string; detail: string }> }
  /** A person decided something in this process; other processes are noticed by themselves. */
  personActed(): void
  /** Ends everything that was started; what is on the wire gets its own time-out. */
  close(): Promise<void>
}

/** One part of the daemon, or the work of ending it. Ended in the reverse order of starting. */
type Ending = () => Promise<void> | void

export async function startDaemon(
  config: Config,
  herald: Herald,
  { watch = true, work = true }: { watch?: boolean; work?: boolean } = {},
): Promise<Result<Daemon, StartFault>> {
  const endings: Ending[] = []
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  const started = await build(config, herald, { watch, work, endings })
  if (!started.ok) {
    await close()
    return started
  }
  return ok({ ...started.value, close })
}

async function build(
  config: Config,
  herald: Herald,
  { watch, work, endings }: { watch: boolean; work: boolean; endings: Ending[] },
): Promise<Result<Omit<Daemon, 'close'>, StartFault>> {
  const { emit } = herald
  const now = () => new Date()
  if (config.timeScale !== 1) emit('daemon.time-scaled', { factor: config.timeScale })

  const opened = await openState(config, endings)
  if (!opened.ok) return opened
  const journal = opened.value
  const destinations = destinationsOf(config, await findSandboxes(config.registries))
  const delivering = work ? await openDelivery(config, herald, { journal, destinations, endings }) : ok(null)
  if (!delivering.ok) return delivering
  const delivery = delivering.value

  const teller = createTeller({
    journal,
    registries: config.registries.map((one) => one.name),
    dropFolder: (path) => {
      const root = rootOfSheet(config, path)
      return root === undefined ? null : { folder: root.sheets, finished: root.finished }
    },
    emit,
  })
  endings.push(() => teller.close(), herald.subscribe(teller.follow))

  const inspector = createInspector({ threads: 1, deadlineMs: 30_000 })
  const pipeline = createPipeline({
    journal,
    inspect: (path, options) => inspector.inspect(path, options),
    planning: (at) => planningOptions(config, destinations, at),
    leavesAlone: async (root, reading, modified) => {
      const settings = runsRoots(config).find((one) => one.runs === root)
      if (settings === undefined || (await journal.rootFirstScan(root)) !== null) return false
      const timeZone = settings.timeZone ?? config.site.timeZone
      return isLeftAlone(settings.adopt, reading, { modified, timeZone, now: now() })
    },
    patienceMs: (root) => patienceMs(runsRoots(config).find((one) => one.runs === root)),
    queue: (planned) => delivery?.nudge(planned),
    tell: teller.tell,
    emit,
    now,
  })
  endings.push(async () => {
    pipeline.close()
    await pipeline.settled()
    await inspector.close()
  })

  const watches = watch ? await watchRoots(config, herald, { journal, pipeline }) : []
  endings.push(async () => {
    await Promise.all(watches.map((one) => one.close()))
  })
  return ok({
    journal,
    readiness: () => readiness(watches, delivery),
    personActed: () => delivery?.personActed(),
  })
}

// ── state ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The state folder, its lock, and the journal in it. */
async function openState(config: Config, endings: Ending[]): Promise<Result<Journal, StartFault>> {
  try {
    await mkdir(config.state, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    return err({
      exit: code === 'EACCES' ? 77 : 74,
      sentence: `the state folder ${config.state} cannot be made: ${code}`,
    })
  }
  const lock = lockState(config.state)
  if (!lock.ok) {
    const { why, detail } = lock.error
    if (why === 'held') return err({ exit: 75, sentence: `another runherald runs on ${config.state}` })
    return err({ exit: 74, sentence: `the state folder ${config.state} cannot be used: ${detail}` })
  }
  endings.push(lock.value.release)
  const journal = await openJournal(join(config.state, 'journal.sqlite'), {
    decide: decideAt(config.timeScale),
  })
  if (!journal.ok) {
    const { why, file, detail } = journal.error
    const mend =
      why === 'missing' || why === 'damaged' ? '; put a copy of it back with: runherald restore FILE' : ''
    return err({ exit: 74, sentence: `the journal ${file} cannot be used (${why}): ${detail}${mend}` })
  }
  endings.push(() => journal.value.close())
  return ok(journal.value)
}

// ── delivery ────────────────────────────────────────────────────────────────────────────────────────────────────

async function openDelivery(
  config: Config,
  { emit }: Herald,
  { journal, destinations, endings }: { journal: Journal; destinations: PlannedFor[]; endings: Ending[] },
): Promise<Result<Delivery, StartFault>> {
  const redis =
    config.redis === null ? await ownRedis(config, emit, endings) : await configuredRedis(config.redis)
  if (!redis.ok) return redis
  const delivery = await startDelivery({
    journal,
    redis: redis.value,
    prefix: config.redis?.prefix ?? 'runherald',
    destinations: config.registries.map((entry, index) => toDelivery(entry, destinations[index])),
    queue: config.queue,
    timeScale: config.timeScale,
    emit,
    now: () => new Date(),
  })
  endings.push(() => delivery.close())
  return ok(delivery)
}

async function ownRedis(
  config: Config,
  emit: Emit,
  endings: Ending[],
): Promise<Result<{ path: string }, StartFault>> {
  const embedded = await startEmbeddedRedis(join(config.state, 'redis'), { emit })
  if (!embedded.ok) {
    const { why, detail } = embedded.error
    return err({ exit: why === 'locked' ? 75 : 69, sentence: `Redis cannot be started: ${detail}` })
  }
  endings.push(() => embedded.value.close())
  return ok({ path: embedded.value.socket })
}

async function configuredRedis({
  url,
  passwordFile,
}: NonNullable<Config['redis']>): Promise<Result<{ url: string; password?: string }, StartFault>> {
  return ok({ url, ...(passwordFile !== null && { password: await readSecret(passwordFile) }) })
}

// ── registries ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A registry as delivery sees it: the kind's pure functions with this registry's settings bound, and its secrets. */
function toDelivery(entry: Config['registries'][number], planned: PlannedFor | undefined): Destination {
  if (planned === undefined) throw new Error(`${entry.name} was not planned for`)
  const { registry, settings } = planned
  const { name, kind, url, limits, auth } = entry
  return {
    name,
    kind,
    url,
    limits,
    settings,
    judge: registry.judge,
    probe: registry.probe,
    lookUp: registry.lookUp,
    secrets: async () => {
      if (auth.tokenFile === null) throw new Error(`${name} has no token file`)
      return readSecret(auth.tokenFile)
    },
  }
}

// ── watching ────────────────────────────────────────────────────────────────────────────────────────────────────

async function watchRoots(
  config: Config,
  { emit }: Herald,
  { journal, pipeline }: { journal: Journal; pipeline: Pipeline },
): Promise<RootWatch[]> {
  const common = (root: string, settings: RunsRoot | SheetsRoot) => ({
    path: root,
    sweepSeconds: settings.sweepSeconds,
    events: settings.events,
    ignore: settings.ignore,
    ...(settings.settleSeconds === null ? {} : { settleSeconds: settings.settleSeconds }),
    known: () => journal.known(root),
    onFound: pipeline.found,
    emit,
  })
  const runs = runsRoots(config).map((root) =>
    watchRoot({ ...common(root.runs, root), depth: root.depth, recognise: recogniseFolder }),
  )
  const sheets = sheetsRoots(config).map((root) => watchSheets(common(root.sheets, root)))
  for (const root of sheetsRoots(config)) void writeReadme(root.sheets)
  for (const one of runs)
    void one.scannedOnce.then(async (whole) => {
      if (whole) await firstScanEnded(one.root, { journal, pipeline, emit })
    })
  return [...runs, ...sheets]
}

/** Ten settle times: what usually comes with the end marker has then had every chance to come. */
const patienceMs = (root: RunsRoot | undefined): number => 10_000 * (root?.settleSeconds ?? 2)

async function firstScanEnded(
  root: string,
  { journal, pipeline, emit }: { journal: Journal; pipeline: Pipeline; emit: Herald['emit'] },
): Promise<void> {
  await pipeline.settled()
  if (!(await journal.rootScanned(root, new Date()))) return
  const found = await journal.artifacts({ root })
  const count = (status: string) => found.filter((one) => one.status === status).length
  emit('root.first-scan', {
    root,
    registered: count('done'),
    adopted: count('adopted'),
    active: count('active'),
  })
}

// ── health ──────────────────────────────────────────────────────────────────────────────────────────────────────

function readiness(watches: RootWatch[], delivery: Delivery | null): ReturnType<Daemon['readiness']> {
  const reasons: Array<{ code: string; detail: string }> = []
  for (const { root, health } of watches) {
    const { away, scannedOnce } = health()
    if (away !== null) reasons.push({ code: 'root-away', detail: `${root} cannot be read: ${away.message}` })
    else if (!scannedOnce)
      reasons.push({ code: 'root-not-scanned', detail: `${root} has not been scanned yet` })
  }
  if (delivery?.health().redis === 'away')
    reasons.push({ code: 'redis-away', detail: 'Redis does not answer; deliveries wait' })
  return { ready: reasons.length === 0, reasons }
}
