/**
 * One life of the daemon in the simulation: the real pipeline, planning and decisions, and the steps of delivery between
 * them, each of which it may not survive. What it knows dies with it; the journal, Redis and the registries stay.
 */
import type { Armed, Transition, Wake } from '../../../src/decision.ts'
import { LONGEST_WAIT_MS, probeWaitMs } from '../../../src/deliver/backoff.ts'
import type { Outcome } from '../../../src/handovers.ts'
import { createPipeline } from '../../../src/pipeline.ts'
import type { PlanningOptions } from '../../../src/planning/destination.ts'
import type { Job } from './queue.ts'
import type { Sent } from './registry.ts'
import type { World } from './world.ts'

/** Thrown wherever a process that has died would have gone on. */
export const DIED = new Error('the process has died')

export type Process = {
  number: number
  alive: boolean
  /** It has found out what its forerunner left on the wire: now it may watch and deliver. */
  ready: boolean
  stopping: boolean
  /** Attempts on the wire, of this process. */
  onWire: Sent[]
  working: number
  probes: Map<string, number>
  nextSweep: number
  start(): Promise<void>
  /** Looks at one path of the disk, as a sweep does. */
  scan(path: string): Promise<void>
  work(job: Job): Promise<void>
  probe(registry: string): Promise<void>
  sweep(isRepair: boolean): Promise<void>
  crash(why: string): void
}

export const SWEEP_MS = 60_000
const PAUSED_AGAIN_MS = 1000

export function createProcess(world: World, number: number): Process {
  const { queue, tasks } = world
  const journal = world.bug.journal(world.journal)
  const steps = new Map<string, number>()

  function mustLive(): void {
    if (!process.alive) throw DIED
  }

  /** One effect on the world: it may die before or after, and anything may happen before it goes on. */
  async function effect<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    mustLive()
    if (world.disturbs(world.rates.crash)) die(`before ${name}`)
    if (world.disturbs(world.rates.suspend)) {
      await tasks.suspend(number)
      mustLive()
    }
    tasks.waiting += 1
    tasks.stirred += 1
    const value = await Promise.resolve(work()).finally(() => {
      tasks.waiting -= 1
    })
    mustLive()
    if (world.disturbs(world.rates.crash)) die(`after ${name}`)
    return value
  }

  let lastWrite: Promise<unknown> = Promise.resolve()
  /** Writes of keeping and planning, one after the other, as the journal takes them. */
  function write<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    const written = lastWrite.then(() => effect(name, work))
    lastWrite = written.catch(() => {})
    return written
  }

  function die(why: string): never {
    process.crash(why)
    throw DIED
  }

  const read = async <T>(work: () => Promise<T>): Promise<T> => {
    mustLive()
    tasks.waiting += 1
    tasks.stirred += 1
    return work().finally(() => {
      tasks.waiting -= 1
    })
  }

  // ── queueing ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Gives each a job that has none; how many of those were missing though they are due before the next sweep. */
  async function give(wakes: Wake[]): Promise<number> {
    if (process.stopping || !queue.up || wakes.length === 0) return 0
    return effect('queue', () => {
      let missing = 0
      for (const wake of wakes.toSorted((a, b) => a.id.localeCompare(b.id) || a.revision - b.revision)) {
        const delayMs = wake.at === null ? 0 : Math.max(0, Date.parse(wake.at) - world.wall().getTime())
        if (!queue.give(wake, delayMs, world.now)) continue
        world.count('jobs')
        world.trace(`  job for ${world.named(wake.id)} r${wake.revision} w${wake.wake} in ${delayMs} ms`)
        if (delayMs < SWEEP_MS) missing += 1
      }
      return missing
    })
  }

  async function mirror(): Promise<void> {
    for (const { name, state, reason } of await read(() => journal.registries())) {
      if (state === 'paused') queue.paused.add(name)
      else queue.paused.delete(name)
      if (state === 'paused' && reason !== 'operator') arrangeProbe(name)
    }
  }

  function arrangeProbe(registry: string): void {
    if (process.probes.has(registry)) return
    const step = steps.get(registry) ?? 0
    steps.set(registry, step + 1)
    process.probes.set(registry, world.now + probeWaitMs(step))
  }

  async function follow(transition: Transition): Promise<void> {
    if (transition.paused.length > 0) await mirror()
    await give(transition.wakes)
  }

  // ── attempts ──────────────────────────────────────────────────────────────────────────────────────────────────

  async function work(job: Job): Promise<void> {
    if (process.stopping) return
    const { registration: id, revision } = job
    const to = world.registryOf(job.registry)
    const arming = await effect('arm', () => journal.arm({ id, revision, url: to.name }, world.wall()))
    if (arming.may === 'begin') world.check.armed(id, arming.armed)
    await follow(arming.transition)
    switch (arming.may) {
      case 'no':
        return queue.finish(job)
      case 'later':
        return putOff(job, Math.max(0, Date.parse(arming.at) - world.wall().getTime()))
      case 'paused':
        return putOff(job, PAUSED_AGAIN_MS)
      case 'begin': {
        const outcome = await attempt(id, job.registry, arming.armed)
        world.said(id, arming.armed, outcome)
        const transition = await effect('settle', () =>
          journal.settle({ id, revision, attempt: arming.armed.attempt }, outcome, world.wall()),
        )
        world.check.settled(job.registry, id, arming.armed, outcome)
        if (isTaken(outcome)) steps.delete(job.registry)
        await follow(transition)
        return queue.finish(job)
      }
    }
  }

  function putOff(job: Job, waitMs: number): void {
    job.at = world.now + waitMs
    job.worker = null
  }

  async function attempt(id: string, registry: string, armed: Armed): Promise<Outcome> {
    const to = world.registryOf(registry)
    const sent = sentOf(id, armed)
    await effect('first byte', () => {})
    world.check.leaves(process, sent, armed.purpose)
    process.onWire.push(sent)
    const faults = world.faults
    const outcome = armed.purpose === 'send' ? to.receive(sent, faults) : to.lookUp(sent, faults)
    world.check.taken(to)
    await effect('answer', () => {})
    process.onWire.splice(process.onWire.indexOf(sent), 1)
    return outcome
  }

  // ── keeping and planning ──────────────────────────────────────────────────────────────────────────────────────

  const pipeline = createPipeline({
    journal: {
      ...world.readings(read),
      saveArtifact: (artifact) =>
        write('artifact', () => {
          world.trace(
            `  kept ${artifact.path} as ${artifact.status}, ${artifact.fingerprint}, first seen ${artifact.changed}`,
          )
          return journal.saveArtifact(artifact)
        }),
      plan: (plans, now, along) =>
        write('plan', async () => {
          const planned = await journal.plan(plans, now, along)
          for (const { id, revision, change, state } of planned)
            if (change !== 'none')
              world.trace(`  planned ${world.named(id)} r${revision} ${change}: ${state}`)
          return planned
        }),
      withdraw: (ids, now) => write('withdraw', () => journal.withdraw(ids, now)),
    },
    inspect: async (path) => {
      mustLive()
      return world.disk.read(path)
    },
    planning: (now): PlanningOptions => world.planning(now),
    leavesAlone: async () => false,
    isThere: async (path) => world.disk.paths().includes(path),
    patienceMs: async () => 0,
    stalledAfterSeconds: () => Number.POSITIVE_INFINITY,
    queue(planned) {
      if (planned.length === 0) return
      world.run(async () => give(await read(() => journal.wakes(planned.map(({ id }) => id)))))
    },
    tell: () => {},
    news: { received: () => {}, read: () => {} },
    emit: () => {},
    now: () => world.wall(),
  })

  const process: Process = {
    number,
    alive: true,
    ready: false,
    stopping: false,
    onWire: [],
    working: 0,
    probes: new Map(),
    nextSweep: world.now + SWEEP_MS,
    async start() {
      await effect('registries', () => journal.knowRegistries([...world.registries.keys()], world.wall()))
      const recovered = await effect('recover', () => journal.recover(world.wall()))
      process.ready = true
      await follow(recovered)
      await process.sweep(true)
    },
    scan: (path) => pipeline.found(world.disk.found(path), { firstScan: false }),
    async work(job) {
      job.worker = number
      process.working += 1
      await work(job).finally(() => {
        process.working -= 1
      })
    },
    async probe(registry) {
      process.probes.delete(registry)
      const probed = world.registryOf(registry).probe()
      if (probed.is === 'closed')
        await effect('pause', () =>
          journal.pauseRegistry(registry, probed.reason, probed.detail, world.wall()),
        )
      else if (await effect('open', () => journal.openRegistry(registry, 'probe', world.wall())))
        await process.sweep(false)
      await mirror()
    },
    async sweep(isRepair) {
      if (isRepair) process.nextSweep = world.now + SWEEP_MS
      await mirror()
      const at = world.wall().getTime()
      const due = await read(() =>
        journal.due(new Date(at + 2 * SWEEP_MS), new Date(at + 2 * SWEEP_MS + LONGEST_WAIT_MS)),
      )
      const missing = await give(due)
      if (isRepair) world.check.repaired(missing)
    },
    crash(why) {
      world.trace(`process ${number} dies ${why}`)
      world.count('crashes')
      process.alive = false
      tasks.forget(number)
    },
  }
  return process
}

function sentOf(registration: string, { submission, revision, attempt, earlierUnknown }: Armed): Sent {
  const { subject, mapped } = submission
  return {
    registration,
    revision,
    attempt,
    type: subject.type,
    name: subject.name,
    library: subject.library,
    body: JSON.stringify(mapped?.request.body),
    tubes: mapped?.claims ?? [],
    earlierUnknown,
  }
}

const isTaken = (outcome: Outcome): boolean =>
  (outcome.type === 'verdict' && outcome.verdict.is === 'accepted') ||
  (outcome.type === 'look-up' && outcome.result.is === 'found')
