/** Counters and gauges for Prometheus, fed by the list of happenings and, at each scrape, by the journal and the daemon. */
import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { events, type Happening } from '../events.ts'
import type { Count } from '../journal/journal.ts'
import type { PauseReason, RegistryState, State } from '../record/registration.ts'
import { type Health, isStale, readinessOf } from './health.ts'
import type { View } from './view.ts'

export function serveMetrics(server: FastifyInstance, view: View): void {
  const register = new Registry()
  // Its own 10 ms would wake an idle daemon a hundred times a second.
  collectDefaultMetrics({ register, prefix: 'runherald_', eventLoopMonitoringPrecision: 50 })
  const make = metricsIn(register)
  const followers = [countHappenings(make), countDeliveries(make), countScans(make)]
  const stops = followers.map((follow) => view.herald.subscribe(follow))
  server.addHook('onClose', async () => {
    for (const stop of stops) stop()
  })
  const showRegistrations = registrationGauges(make)
  const showHealth = healthGauges(make)
  make.gauge('build_info', 'Always 1', 'version').set({ version: view.version }, 1)
  server.get('/metrics', async (_, reply) => {
    const now = new Date()
    const [counts, registries, health] = await Promise.all([
      view.journal.counts(),
      view.registries(),
      view.health(),
    ])
    showRegistrations(counts, registries, now)
    showHealth(health, now)
    return reply.type(register.contentType).send(await register.metrics())
  })
}

/** Makes metrics of ours in a register. */
const metricsIn = (register: Registry) => {
  const called = (name: string, help: string) => ({ name: `runherald_${name}`, help, registers: [register] })
  return {
    gauge: <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Gauge<Label>({ ...called(name, help), labelNames }),
    counter: <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Counter<Label>({ ...called(name, help), labelNames }),
    histogram: <Label extends string>(name: string, help: string, how: { buckets: number[]; by: Label }) =>
      new Histogram<Label>({ ...called(name, help), buckets: how.buckets, labelNames: [how.by] }),
  }
}
type Make = ReturnType<typeof metricsIn>

// ── what happened ───────────────────────────────────────────────────────────────────────────────────────────────

type Follower = (happening: Happening) => void

const BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60]

function countHappenings({ counter }: Make): Follower {
  const happenings = counter('events_total', 'Happenings by name and level, as in the log', 'event', 'level')
  for (const [event, { level }] of Object.entries(events)) happenings.inc({ event, level }, 0)
  return ({ event, level }) => happenings.inc({ event, level })
}

function countDeliveries({ counter, histogram }: Make): Follower {
  const deliveries = counter(
    'deliveries_total',
    'What became of registrations: registered, retrying, refused, held or unknown',
    'registry',
    'outcome',
  )
  const duration = histogram(
    'delivery_duration_seconds',
    'Time from the first byte of an accepted request to the end of its answer',
    { buckets: BUCKETS, by: 'registry' },
  )
  return ({ event, fields }) => {
    switch (event) {
      case 'registration.registered':
        deliveries.inc({ registry: fields.registry, outcome: 'registered' })
        duration.observe({ registry: fields.registry }, fields.tookMs / 1000)
        break
      case 'registration.retrying':
      case 'registration.refused':
      case 'registration.held':
      case 'registration.unknown':
        deliveries.inc({ registry: fields.registry, outcome: event.slice('registration.'.length) })
        break
    }
  }
}

function countScans({ counter, gauge, histogram }: Make): Follower {
  const scans = histogram('root_scan_duration_seconds', 'Time of one whole scan of a watched root', {
    buckets: [...BUCKETS, 300],
    by: 'root',
  })
  const help = 'Run folders and sheets that the last scan of a watched root found'
  const folders = gauge('root_entries', help, 'root', 'type')
  const runs = counter('runs_completed_total', 'Runs that were seen to finish, by how they ended', 'status')
  const sheets = counter(
    'sheets_judged_total',
    'Sheets that were read, by whether they had errors',
    'verdict',
  )
  return ({ event, fields }) => {
    switch (event) {
      case 'root.scanned':
        scans.observe({ root: fields.root }, fields.tookMs / 1000)
        folders.set({ root: fields.root, type: 'run-folder' }, fields.folders)
        folders.set({ root: fields.root, type: 'sheet' }, fields.sheets)
        break
      case 'run.completed':
        runs.inc({ status: fields.status })
        break
      case 'sheet.judged':
        sheets.inc({ verdict: fields.errors > 0 ? 'with-errors' : 'fine' })
        break
    }
  }
}

// ── how it is ───────────────────────────────────────────────────────────────────────────────────────────────────

/** What goes on growing older until something or somebody acts. */
const UNFINISHED: State[] = ['waiting', 'queued', 'sending', 'unknown', 'held', 'refused']
const SHOWN: State[] = [...UNFINISHED, 'registered', 'abandoned']
const PAUSES: PauseReason[] = ['away', 'credentials', 'operator', 'answers-changed']

function registrationGauges({ gauge }: Make) {
  const registrations = gauge('registrations', 'Registrations by registry and state', 'registry', 'state')
  const oldest = gauge(
    'registration_oldest_seconds',
    'For how long the longest of the unfinished registrations has been in its state; 0 while there is none',
    'registry',
    'state',
  )
  const paused = gauge(
    'registry_paused',
    '1 while a registry is paused for this reason',
    'registry',
    'reason',
  )
  return (counts: Count[], registries: RegistryState[], now: Date): void => {
    for (const { name: registry, state, reason } of registries) {
      for (const one of SHOWN) {
        const found = counts.filter((row) => row.registry === registry && row.state === one)
        registrations.set(
          { registry, state: one },
          found.reduce((sum, row) => sum + row.count, 0),
        )
        if (!UNFINISHED.includes(one)) continue
        const since = Math.min(now.getTime(), ...found.map((row) => Date.parse(row.oldest)))
        oldest.set({ registry, state: one }, (now.getTime() - since) / 1000)
      }
      for (const one of PAUSES)
        paused.set({ registry, reason: one }, state === 'paused' && reason === one ? 1 : 0)
    }
  }
}

function healthGauges({ gauge }: Make) {
  const ready = gauge('ready', '1 while /readyz says so')
  const rootUp = gauge('root_up', '1 while a watched root can be read', 'root')
  const rootFresh = gauge('root_scan_fresh', '1 while the scans of a root come as they should', 'root')
  const scanned = gauge(
    'root_last_scan_timestamp_seconds',
    'End of the last scan that could read a root',
    'root',
  )
  const redisUp = gauge('redis_up', '1 while Redis answers')
  const journalSize = gauge('journal_size_bytes', 'Size of the journal with what is not yet folded into it')
  const writable = gauge('journal_writable', '1 while the journal can be written')
  const free = gauge('state_free_bytes', 'Space left to us on the disk of the state folder')
  const size = gauge('state_size_bytes', 'Size of the disk of the state folder')
  return (health: Health, now: Date): void => {
    for (const one of health.roots) {
      rootUp.set({ root: one.root }, one.away === null && one.scannedOnce ? 1 : 0)
      rootFresh.set({ root: one.root }, isStale(one, now) ? 0 : 1)
      if (one.lastSweep !== null) scanned.set({ root: one.root }, one.lastSweep.getTime() / 1000)
    }
    ready.set(readinessOf(health, now).ready ? 1 : 0)
    if (health.redis !== null) redisUp.set(health.redis.redis === 'up' ? 1 : 0)
    journalSize.set(health.journal.sizeBytes)
    writable.set(health.journal.fault === null ? 1 : 0)
    if (health.disk === null) return
    free.set(health.disk.freeBytes)
    size.set(health.disk.totalBytes)
  }
}
