/**
 * One history: a seed decides what people, instruments, Redis, registries and the machine do, step by step; then all is
 * calm, and everything must come to its end. The invariants are held after each step.
 */
import type { Registration, Revision } from '../../../src/decision.ts'
import { decideAt } from '../../../src/deliver/decide.ts'
import type { Artifact } from '../../../src/journal/journal.ts'
import { isBehindLibrary } from './at-rest.ts'
import { type Bug, sound } from './bugs.ts'
import { chanceFrom } from './chance.ts'
import { openModelJournal, type SimulatedJournal } from './journal.ts'
import { createProcess, SWEEP_MS } from './process.ts'
import type { Job } from './queue.ts'
import { createWorld, type World } from './world.ts'

type Told = {
  steps: number
  violations: string[]
  counts: Map<string, number>
  /** Everything that was committed in the end, for comparing one journal with another; on demand. */
  outcome: string | null
}

export type HistoryOptions = {
  steps?: number
  bug?: Bug
  journal?: typeof openModelJournal
  trace?: (line: string) => void
  outcome?: boolean
}

const STALLED_MS = 60_000
const CALM_ROUNDS = 600

export async function history(seed: number, options: HistoryOptions = {}): Promise<Told> {
  const { steps = 50, bug = sound, journal: open = openModelJournal, trace = () => {} } = options
  // The same for whoever draws at one moment, in whatever order a journal asks.
  const random = (): number => chanceFrom(seed ^ world.now).next()
  const journal = open(bug.decide(decideAt(1)), random)
  const world = createWorld(seed, { journal, bug, trace })
  let taken = 0
  for (let change = 0; change < 3; change++) changeDisk(world)
  start(world)
  await settled(world)
  for (; taken < steps && world.violations.length === 0; taken++) {
    await step(world)
    world.check.step()
  }
  if (world.violations.length === 0) await calm(world)
  const outcome = options.outcome === true ? outcomeOf(journal) : null
  journal.close()
  return { steps: taken, violations: world.violations, counts: world.counts, outcome }
}

// ── what may happen ─────────────────────────────────────────────────────────────────────────────────────────────

type Happening = {
  weight: number
  may: (world: World) => boolean
  happen: (world: World) => Promise<void> | void
}

const lives = ({ process }: World): boolean => process?.ready === true && !process.stopping

const HAPPENINGS: Happening[] = [
  { weight: 4, may: () => true, happen: changeDisk },
  { weight: 16, may: (world) => lives(world) && unseen(world).length > 0, happen: scan },
  { weight: 1, may: (world) => lives(world) && world.disk.paths().length > 0, happen: scanAgain },
  { weight: 30, may: (world) => dueJobs(world).length > 0, happen: takeJob },
  { weight: 25, may: ({ tasks }) => tasks.suspended.length > 0, happen: goOn },
  { weight: 8, may: () => true, happen: passTime },
  { weight: 3, may: (world) => world.journal.look().registrations.length > 0, happen: personActs },
  { weight: 3, may: () => true, happen: weather },
  { weight: 3, may: () => true, happen: redisFails },
  { weight: 1, may: (world) => world.process !== null, happen: kill },
  { weight: 0.5, may: (world) => world.process !== null, happen: stop },
  { weight: 6, may: (world) => world.process === null, happen: start },
  {
    weight: 2,
    may: (world) => [...world.registries.values()].some(({ late }) => late.length > 0),
    happen: catchUp,
  },
]

async function step(world: World): Promise<void> {
  const possible = HAPPENINGS.filter(({ may }) => may(world))
  let drawn = world.chance.next() * possible.reduce((sum, { weight }) => sum + weight, 0)
  const chosen = possible.find(({ weight }) => {
    drawn -= weight
    return drawn < 0
  })
  await chosen?.happen(world)
  await settled(world)
}

async function settled(world: World): Promise<void> {
  await world.tasks.idle()
  const { process } = world
  if (process !== null && (!process.alive || (process.stopping && process.working === 0))) ended(world)
}

/** A process is gone: its jobs are found stalled after a while. */
function ended(world: World): void {
  const number = world.process?.number ?? 0
  if (world.process !== null) world.process.alive = false
  world.process = null
  world.tasks.forget(number)
  for (const job of world.queue.jobs.values())
    if (job.worker === number) {
      job.worker = null
      job.at = Math.max(job.at, world.now + STALLED_MS)
    }
}

function changeDisk(world: World): void {
  world.trace(world.disk.change(world.chance))
}

function scan(world: World): void {
  const path = world.chance.pick(unseen(world))
  world.trace(`${path} is looked at`)
  world.run(async () => world.process?.scan(path))
}

function scanAgain(world: World): void {
  const path = world.chance.pick(world.disk.paths())
  world.run(async () => world.process?.scan(path))
}

const unseen = (world: World): string[] => {
  const known = new Map(world.journal.look().artifacts.map((one) => [one.path, one]))
  return world.disk.paths().filter((path) => {
    const artifact = known.get(path)
    if (artifact?.fingerprint !== world.disk.found(path).fingerprint) return true
    return artifact.status === 'active' && !isRunning(artifact)
  })
}

const dueJobs = (world: World): Job[] =>
  lives(world) && world.queue.up
    ? [...world.queue.jobs.values()].filter(
        (job) => job.worker === null && job.at <= world.now && !world.queue.paused.has(job.registry),
      )
    : []

/** Any job that is due: they come in no order. */
function takeJob(world: World): void {
  const job = world.chance.pick(dueJobs(world))
  world.trace(`the job for ${world.named(job.registration)} r${job.revision} is taken`)
  world.run(async () => world.process?.work(job))
}

function goOn(world: World): void {
  world.tasks.resume(world.chance.below(world.tasks.suspended.length))
}

async function passTime(world: World): Promise<void> {
  const { chance } = world
  world.now += chance.happens(0.5) ? Math.max(0, nextMoment(world) - world.now) : chance.below(30_000)
  if (chance.happens(0.02)) setClock(world)
  await timers(world)
}

function setClock(world: World): void {
  const byMs = (world.chance.below(21) - 10) * 600_000
  world.skewMs += byMs
  if (byMs < 0) world.count('clock set back')
}

/** What a clock brings about in a living process. */
async function timers(world: World): Promise<void> {
  const { process } = world
  if (process === null || !process.ready || process.stopping) return
  for (const [registry, at] of process.probes)
    if (at <= world.now) {
      world.trace(`${registry} is probed`)
      world.run(() => process.probe(registry))
      await world.tasks.idle()
    }
  if (process.alive && process.nextSweep <= world.now) {
    world.run(() => process.sweep(true))
    await world.tasks.idle()
  }
}

function nextMoment(world: World): number {
  const jobs = [...world.queue.jobs.values()].filter((job) => job.worker === null && job.at > world.now)
  const moments = [...jobs.map((job) => job.at), ...(world.process?.probes.values() ?? [])]
  return Math.min(world.process?.nextSweep ?? world.now + SWEEP_MS, ...moments)
}

function weather(world: World): void {
  const { chance } = world
  const registry = chance.pick([...world.registries.values()])
  const drawn = chance.next()
  if (drawn < 0.5) registry.weather.up = !registry.weather.up
  else if (drawn < 0.75) registry.weather.credentials = chance.pick(['right', 'wrong', 'unreadable'])
  else registry.foreign.add(chance.pick(['LIB-1', 'LIB-2']))
  world.trace(
    `${registry.name} is ${registry.weather.up ? 'up' : 'away'}, credentials ${registry.weather.credentials}`,
  )
}

async function redisFails(world: World): Promise<void> {
  const { chance, queue } = world
  const jobs = [...queue.jobs.values()]
  switch (chance.below(5)) {
    case 0:
      if (jobs.length > 0) queue.jobs.delete(chance.pick(jobs).jobId)
      return
    case 1: {
      // A lock is lost: the job comes a second time while the first is at work.
      const active = jobs.filter((job) => job.worker !== null)
      if (active.length > 0) chance.pick(active).worker = null
      return
    }
    case 2:
      if (jobs.length > 0) chance.pick(jobs).at = world.now
      return
    case 3:
      world.trace('Redis is flushed')
      return queue.flush()
    default:
      queue.up = !queue.up
      world.trace(queue.up ? 'Redis is back' : 'Redis is away')
      if (queue.up && lives(world)) world.run(async () => world.process?.sweep(true))
  }
}

/** Another process of ours, or the status page: it writes in the journal, and the daemon notices. */
async function personActs(world: World): Promise<void> {
  const { chance, journal } = world
  const { registrations } = journal.look()
  const one = chance.pick(registrations)
  const registry = world.registryOf(one.registry)
  const now = world.wall()
  if (chance.happens(0.3)) {
    if (chance.happens(0.5)) await journal.pauseRegistry(one.registry, 'operator', 'by hand', now)
    else await journal.openRegistry(one.registry, 'operator', now)
  } else if (chance.happens(0.4)) await journal.act(one.id, { retry: true }, 'Ada', now)
  else {
    const newest = one.revisions.at(-1)
    const isThere = registry.commits.some((commit) => commit.registration === one.id)
    const before = JSON.stringify(one.revisions)
    // Most look before they decide; some do not.
    const verdict = chance.happens(0.1)
      ? chance.pick(['registered', 'resend', 'abandon'] as const)
      : isThere
        ? 'registered'
        : chance.pick(['resend', 'abandon'] as const)
    if (newest === undefined || !mayResolve(one.revisions)) return
    if (verdict === 'registered')
      await journal.act(one.id, { resolve: verdict, remoteId: null, reason: null }, 'Ada', now)
    else await journal.act(one.id, { resolve: verdict, reason: 'so be it' }, 'Ada', now)
    if (JSON.stringify(journal.look().registrations.find(({ id }) => id === one.id)?.revisions) !== before)
      world.overruled.add(one.id)
    world.trace(`${world.named(one.id)} is resolved: ${verdict}`)
  }
  if (lives(world)) world.run(async () => world.process?.sweep(false))
}

/** People decide what waits for them; now and then they decide what does not. */
const mayResolve = (revisions: Revision[]): boolean =>
  revisions.some(({ state }) => state === 'held' || state === 'unknown' || state === 'refused')

function kill(world: World): void {
  world.process?.crash('by -9')
}

function stop(world: World): void {
  if (world.process === null) return
  world.trace(`process ${world.process.number} is told to stop`)
  world.process.stopping = true
}

function start(world: World): void {
  world.count('starts')
  const process = createProcess(world, world.counted('starts'))
  world.process = process
  world.trace(`process ${process.number} starts`)
  world.run(() => process.start())
}

function catchUp(world: World): void {
  for (const registry of world.registries.values()) registry.catchUp()
}

// ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Nothing goes wrong any more: whatever waits for time alone must now come to its end. */
async function calm(world: World): Promise<void> {
  const { registries, queue, tasks, journal } = world
  world.trace('all is calm')
  world.faults = null
  queue.up = true
  queue.paused.clear()
  for (const registry of registries.values()) {
    registry.weather = { up: true, credentials: 'right' }
    for (const library of ['LIB-1', 'LIB-2']) registry.foreign.add(library)
    registry.catchUp()
    await journal.openRegistry(registry.name, 'operator', world.wall())
  }
  world.disk.finishRuns()
  while (tasks.suspended.length > 0) {
    tasks.resume(0)
    await settled(world)
  }
  if (world.process?.stopping === true) {
    world.process.crash('at its end')
    await settled(world)
  }
  if (world.process === null) start(world)
  await settled(world)
  // One sweep makes good whatever was lost before.
  world.run(async () => world.process?.sweep(true))
  await settled(world)
  world.check.calm = true
  for (let round = 0; round < CALM_ROUNDS; round++) {
    const [path] = unseen(world)
    const [job] = dueJobs(world)
    if (path !== undefined) world.run(async () => world.process?.scan(path))
    else if (job !== undefined) world.run(async () => world.process?.work(job))
    else if (isAtRest(world)) break
    else {
      world.now = Math.max(world.now, nextMoment(world))
      await timers(world)
    }
    await settled(world)
    world.check.step()
    if (world.violations.length > 0) return
  }
  world.check.end()
}

/** Looked at again for ever, since it has not ended. */
const isRunning = ({ reading }: Artifact): boolean =>
  reading.kind === 'run-folder' && !reading.reading.completion.ended

/** Nothing has a job or a clock any more but what asks every hour for a library. */
function isAtRest(world: World): boolean {
  const now = world.journal.look()
  const rests = (registration: Registration) =>
    registration.revisions.every(
      (one) =>
        one.state !== 'sending' &&
        one.state !== 'unknown' &&
        one.reason !== 'grace' &&
        (one.state !== 'queued' || (one.nextTry !== null && isBehindLibrary(now, registration, one))),
    )
  return world.process?.probes.size === 0 && now.registrations.every(rests)
}

function outcomeOf(journal: SimulatedJournal): string {
  const { registrations, receipts, claims, attempts, registries, artifacts } = journal.look()
  const sorted = (all: object[]): string[] => all.map((one) => JSON.stringify(one)).sort()
  return JSON.stringify([
    registrations,
    ...[sorted([...receipts]), sorted([...claims]), sorted(attempts), sorted(registries)],
    sorted(
      artifacts.map(({ path, status, fingerprint, arrival }) => ({ path, status, fingerprint, arrival })),
    ),
  ])
}
