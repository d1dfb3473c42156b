/** Everything around the daemon in one history: clocks, disk, Redis, registries, the journal, and chance. */
import type { Armed } from '../../../src/decision.ts'
import type { Outcome } from '../../../src/handovers.ts'
import type { Destination, PlanningOptions } from '../../../src/planning/destination.ts'
import type { Bug } from './bugs.ts'
import { type Chance, chanceFrom } from './chance.ts'
import { type Check, createCheck } from './check.ts'
import { type Disk, openDisk } from './disk.ts'
import type { Fault } from './faults.ts'
import type { SimulatedJournal } from './journal.ts'
import { KINDS, modelKinds, type SimulatedKind } from './kinds.ts'
import { DIED, type Process } from './process.ts'
import { type ModelQueue, openQueue } from './queue.ts'
import { type ModelRegistry, openRegistry } from './registry.ts'
import { openTasks, type Tasks } from './tasks.ts'

export type World = {
  chance: Chance
  /** Milliseconds by a clock that nobody sets; `wall` is the one that people set. */
  now: number
  skewMs: number
  wall(): Date
  /** Chance for registries to fail; null once all is calm. */
  faults: Chance | null
  rates: { crash: number; suspend: number }
  disturbs(probability: number): boolean
  journal: SimulatedJournal
  queue: ModelQueue
  registries: Map<string, ModelRegistry>
  registryOf(name: string): ModelRegistry
  disk: Disk
  tasks: Tasks
  process: Process | null
  check: Check
  bug: Bug
  planning(now: Date): PlanningOptions
  readings(read: <T>(work: () => Promise<T>) => Promise<T>): Pick<SimulatedJournal, Reading>
  /** Begins work whose end nobody waits for. */
  run(work: () => Promise<unknown>): void
  said(registration: string, armed: Armed, outcome: Outcome): void
  /** Registrations whose fate a person took into his own hands. */
  overruled: Set<string>
  counts: Map<string, number>
  count(what: string): void
  counted(what: string): number
  trace(line: string): void
  /** What people call a registration. */
  named(registration: string): string
  violations: string[]
  fail(fault: Fault, detail?: string): void
}

type Reading =
  | 'claimants'
  | 'registrations'
  | 'artifact'
  | 'runsMatching'
  | 'runsSame'
  | 'sheetsLinking'
  | 'sheetsNaming'
  | 'lastArrival'
  | 'sheetsSame'
  | 'registries'
  | 'rootFirstScan'

const START = Date.parse('2026-11-21T12:00:00.000Z')

export function createWorld(
  seed: number,
  { journal, bug, trace }: { journal: SimulatedJournal; bug: Bug; trace: (line: string) => void },
): World {
  const chance = chanceFrom(seed)
  const names = KINDS.filter(() => chance.happens(0.3))
  const kinds: SimulatedKind[] = names.length > 0 ? names : [chance.pick(KINDS)]
  const registries = new Map(kinds.map((kind) => [kind as string, openRegistry(kind, kind)]))
  const graceSeconds = chance.pick([0, 0, 120])
  const runsFrom = chance.pick(['folder', 'folder', 'sheet'] as const)
  const destinations = kinds.map((kind) => destinationOf(kind, graceSeconds))
  const world: World = {
    chance,
    now: START,
    skewMs: 0,
    wall: () => new Date(world.now + world.skewMs),
    faults: chance,
    rates: { crash: chance.pick([0, 0.005, 0.02]), suspend: chance.pick([0.02, 0.1, 0.3]) },
    disturbs: (probability) => world.faults !== null && chance.happens(probability),
    journal,
    queue: openQueue(),
    registries,
    registryOf(name) {
      const registry = registries.get(name)
      if (registry === undefined) throw new Error(`There is no registry ${name}`)
      return registry
    },
    disk: openDisk(),
    tasks: openTasks(),
    process: null,
    check: undefined as unknown as Check,
    bug,
    planning: (now) => ({
      destinations,
      zoneOfRun: () => null,
      siteZone: null,
      modelOf: () => null,
      runsFrom: () => runsFrom,
      now,
    }),
    readings: (read) => ({
      registrations: (filter) => read(() => journal.registrations(filter)),
      claimants: (registry, claims) => read(() => journal.claimants(registry, claims)),
      artifact: (path) => read(() => journal.artifact(path)),
      runsMatching: (link) => read(() => journal.runsMatching(link)),
      runsSame: (runId, uuid) => read(() => journal.runsSame(runId, uuid)),
      sheetsLinking: (links) => read(() => journal.sheetsLinking(links)),
      sheetsNaming: (what) => read(() => journal.sheetsNaming(what)),
      lastArrival: () => read(() => journal.lastArrival()),
      sheetsSame: (sha256) => read(() => journal.sheetsSame(sha256)),
      registries: () => read(() => journal.registries()),
      rootFirstScan: (root) => read(() => journal.rootFirstScan(root)),
    }),
    run(work) {
      work().catch((thrown: unknown) => {
        if (thrown !== DIED) world.violations.push(`our own fault: ${messageOf(thrown)}`)
      })
    },
    said(registration, armed, outcome) {
      const what = outcome.type === 'verdict' ? outcome.verdict.is : outcome.type
      world.count(`${armed.purpose}: ${what}`)
      trace(`${armed.purpose} ${world.named(registration)} r${armed.revision} a${armed.attempt}: ${what}`)
    },
    overruled: new Set(),
    counts: new Map(),
    count: (what) => void world.counts.set(what, (world.counts.get(what) ?? 0) + 1),
    counted: (what) => world.counts.get(what) ?? 0,
    trace,
    named(id) {
      const one = journal.look().registrations.find((other) => other.id === id)
      if (one === undefined) return id
      const { type, name, library } = one.subject
      return `${type} ${name}${type === 'run' ? ` of ${library}` : ''} at ${one.registry}`
    },
    violations: [],
    fail(fault, detail) {
      const what = detail === undefined ? fault : `${fault}: ${detail}`
      if (!world.violations.includes(what)) world.violations.push(what)
    },
  }
  world.check = createCheck(world)
  return world
}

function destinationOf(kind: SimulatedKind, graceSeconds: number): Destination {
  return {
    name: kind,
    kind,
    registry: modelKinds[kind],
    settings: {
      name: kind,
      url: kind,
      username: 'birm',
      oauth: false,
      defaults: {},
      endTimeFromMtime: false,
    },
    when: null,
    libraryName: null,
    graceSeconds,
    sandbox: true,
  }
}

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
