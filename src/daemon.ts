/** Builds every part of the daemon from the configuration, starts it, and stops it by a deadline. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { followActs } from './acts.ts'
import { type Config, readSecret, type SheetsRoot } from './config.ts'
import { decideAt } from './deliver/decide.ts'
import { type Delivery, startDelivery } from './deliver/delivery.ts'
import { startEmbeddedRedis } from './deliver/embedded-redis.ts'
import { createWire } from './deliver/exchange.ts'
import type { RootHealth, RootWatch } from './discover/root-loop.ts'
import { type Emit, type Herald, loggedError } from './events.ts'
import { createInspector } from './inspector.ts'
import { sayJournalFault, sayLockFault } from './journal/faults.ts'
import type { Journal } from './journal/journal.ts'
import { isForbidden, lockState, PARTS } from './journal/lock.ts'
import { openJournal } from './journal/open.ts'
import { createPipeline } from './pipeline.ts'
import type { Destination as PlannedFor } from './planning/destination.ts'
import { destinationsOf, planningOptions, rootOfSheet, runsRoots, sheetsRoots } from './planning.ts'
import { err, ok, type Result } from './result.ts'
import { findSandboxes } from './sandboxes.ts'
import type { DropFolder } from './teller/keep-report.ts'
import { createTeller, type Teller } from './teller.ts'
import { toDelivery } from './to-delivery.ts'
import { rulesOfRoots, watchRoots } from './watching.ts'

/** Why the daemon cannot start, in a sentence for the operator, with the exit code that says so. */
export type StartFault = { exit: 69 | 74 | 75 | 77 | 78; sentence: string }

/** How the parts are, at this moment. `redis` null: this process delivers nothing. */
export type DaemonHealth = {
  roots: Array<RootHealth & { root: string; holds: 'runs' | 'sheets'; sweepSeconds: number }>
  redis: { redis: 'up' | 'away'; awaySince: Date | null } | null
}

export type Daemon = {
  journal: Journal
  /** Resolves with a sentence for the operator when the journal can no longer be kept: then it must stop. */
  failed: Promise<string>
  health(): DaemonHealth
  /** Reads and plans anew what lies at a path: something it depends on was mended. */
  planAgain(path: string): Promise<void>
  /** A person decided something in this process; other processes are noticed by themselves. */
  personActed(): void
  /** Ends everything that was started; what is on the wire gets its own time-out. */
  close(): Promise<void>
}

/** The work of ending one part of the daemon; done in the reverse order of starting. */
type Ending = () => Promise<void> | void

export async function startDaemon(
  config: Config,
  herald: Herald,
  parts: { watch: boolean; work: boolean },
): Promise<Result<Daemon, StartFault>> {
  const endings: Ending[] = []
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  const started = await build(config, herald, { ...parts, endings })
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

  const failing = Promise.withResolvers<string>()
  const opened = await openState(config, { watch, work, endings }, (thrown) => {
    emit('journal.failed', { error: loggedError(thrown) })
    failing.resolve(
      `the journal in ${config.state} cannot be kept any more (${loggedError(thrown).message}); make room or mend the disk, then start again: nothing is lost`,
    )
  })
  if (!opened.ok) return opened
  const journal = opened.value
  const tellActs = await actsTold(journal, emit, endings)
  // Ended after delivery, so that the reports tell of the last answer too.
  const teller = tellerOf(config, { journal, watch, emit, now })
  endings.push(() => teller.close(), herald.subscribe(teller.follow))

  const destinations = destinationsOf(config, await findSandboxes(config.registries))
  const delivering = work
    ? await openDelivery(config, herald, { journal, destinations, endings, tellActs })
    : ok(null)
  if (!delivering.ok) return delivering
  const delivery = delivering.value

  const inspector = createInspector({ threads: 2, deadlineMs: 30_000 })
  const pipeline = createPipeline({
    journal,
    inspect: (path, options) => inspector.inspect(path, options),
    planning: (at) => planningOptions(config, destinations, at),
    ...rulesOfRoots(config),
    queue: (planned) => delivery?.nudge(planned),
    tell: teller.tell,
    news: teller,
    emit,
    now,
  })
  endings.push(async () => {
    pipeline.close()
    await pipeline.settled()
    await inspector.close()
  })

  const watching = watch ? await watchRoots(config, { journal, pipeline, emit }) : null
  endings.push(() => watching?.close())
  teller.begin()
  return ok({
    journal,
    failed: failing.promise,
    health: () => health(config, watching?.watches ?? [], delivery),
    planAgain: async (path) => {
      await pipeline.again(path, { force: true })
      await pipeline.settled()
    },
    personActed: () => {
      tellActs()
      delivery?.personActed()
    },
  })
}

/** A person's acts on registries are told one look after the other; the last look ends before the journal does. */
async function actsTold(journal: Journal, emit: Emit, endings: Ending[]): Promise<() => void> {
  const look = followActs(journal, emit, await journal.lastEvent())
  let telling = Promise.resolve()
  endings.push(() => telling)
  return () => {
    telling = telling.then(look).catch((thrown) => emit('journal.failed', { error: loggedError(thrown) }))
  }
}

function tellerOf(
  config: Config,
  { watch, ...parts }: { journal: Journal; watch: boolean; emit: Emit; now(): Date },
): Teller {
  return createTeller({
    ...parts,
    registries: config.registries.map((one) => one.name),
    // Where one process watches and another sends, the one that watches also tells.
    dropFolders: watch ? sheetsRoots(config).map(dropFolder) : [],
    dropFolderOf(path) {
      const root = rootOfSheet(config, path)
      return root === undefined ? null : dropFolder(root)
    },
    timeZone: config.site.timeZone,
  })
}

const dropFolder = ({ sheets, finished }: SheetsRoot): DropFolder => ({ folder: resolve(sheets), finished })

// ── state ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The state folder, the locks of the parts that run here, and the journal in it. */
async function openState(
  config: Config,
  { endings, ...runs }: { watch: boolean; work: boolean; endings: Ending[] },
  onBroken: (thrown: unknown) => void,
): Promise<Result<Journal, StartFault>> {
  try {
    await mkdir(config.state, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    const sentence = `the state folder ${config.state} cannot be made: ${code}`
    return err({ exit: isForbidden(code) ? 77 : 74, sentence })
  }
  const parts = PARTS.filter((part) => runs[part])
  const lock = lockState(config.state, parts)
  if (!lock.ok) return err(sayLockFault(lock.error, config.state))
  endings.push(lock.value.release)
  const journal = await openJournal(join(config.state, 'journal.sqlite'), {
    decide: decideAt(config.timeScale),
    onBroken,
  })
  if (!journal.ok) return err(sayJournalFault(journal.error))
  endings.push(() => journal.value.close())
  return ok(journal.value)
}

// ── delivery ────────────────────────────────────────────────────────────────────────────────────────────────────

async function openDelivery(
  config: Config,
  { emit }: Herald,
  {
    journal,
    destinations,
    endings,
    tellActs,
  }: { journal: Journal; destinations: PlannedFor[]; endings: Ending[]; tellActs(): void },
): Promise<Result<Delivery, StartFault>> {
  const redis =
    config.redis === null ? await ownRedis(config, emit, endings) : await configuredRedis(config.redis)
  if (!redis.ok) return redis
  const wire = createWire()
  endings.push(() => wire.close())
  const delivery = await startDelivery({
    journal: {
      ...journal,
      async changedElsewhere() {
        const changed = await journal.changedElsewhere()
        if (changed) tellActs()
        return changed
      },
    },
    redis: redis.value,
    prefix: config.redis?.prefix ?? 'runherald',
    destinations: config.registries.map((entry, index) =>
      toDelivery(entry, destinations[index], { wire, state: config.state }),
    ),
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

async function configuredRedis({ url, passwordFile }: NonNullable<Config['redis']>) {
  return ok({ url, ...(passwordFile !== null && { password: await readSecret(passwordFile) }) })
}

// ── health ──────────────────────────────────────────────────────────────────────────────────────────────────────

function health(config: Config, watches: RootWatch[], delivery: Delivery | null): DaemonHealth {
  const sheets = new Map(sheetsRoots(config).map((root) => [root.sheets, root.sweepSeconds]))
  const runs = new Map(runsRoots(config).map((root) => [root.runs, root.sweepSeconds]))
  const roots = watches.map(({ root, health }) => ({
    ...health(),
    root,
    holds: sheets.has(root) ? ('sheets' as const) : ('runs' as const),
    sweepSeconds: sheets.get(root) ?? runs.get(root) ?? 0,
  }))
  return { roots, redis: delivery?.health() ?? null }
}
