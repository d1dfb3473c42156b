/** Counters and gauges for Prometheus, fed by the list of happenings and, at each scrape, by the journal. */
import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { STATES } from '../record/registration.ts'
import type { View } from './view.ts'

export function serveMetrics(server: FastifyInstance, view: View): void {
  const register = new Registry()
  collectDefaultMetrics({ register, prefix: 'runherald_' })
  const registers = [register]
  const happenings = new Counter({
    name: 'runherald_events_total',
    help: 'Happenings by name, as in the log',
    labelNames: ['event'],
    registers,
  })
  const duration = new Histogram({
    name: 'runherald_delivery_duration_seconds',
    help: 'Time from the first byte of an accepted request to the end of its answer',
    labelNames: ['registry'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60],
    registers,
  })
  const registrations = new Gauge({
    name: 'runherald_registrations',
    help: 'Newest revisions of registrations by registry and state',
    labelNames: ['registry', 'state'],
    registers,
  })
  const open = new Gauge({
    name: 'runherald_registry_open',
    help: '1 while a registry is open, 0 while it is paused',
    labelNames: ['registry'],
    registers,
  })
  const ready = new Gauge({ name: 'runherald_ready', help: '1 while /readyz says so', registers })
  new Gauge({ name: 'runherald_build_info', help: 'Always 1', labelNames: ['version'], registers }).set(
    { version: view.version },
    1,
  )

  const stop = view.herald.subscribe((happening) => {
    happenings.inc({ event: happening.event })
    if (happening.event === 'registration.registered')
      duration.observe({ registry: happening.fields.registry }, happening.fields.tookMs / 1000)
  })
  server.addHook('onClose', async () => stop())

  server.get('/metrics', async (_, reply) => {
    const registries = await view.registries()
    registrations.reset()
    for (const { name } of registries)
      for (const state of STATES) registrations.set({ registry: name, state }, 0)
    for (const { registry, state } of await view.registrations()) registrations.inc({ registry, state })
    for (const { name, state } of registries) open.set({ registry: name }, state === 'open' ? 1 : 0)
    ready.set(view.readiness().ready ? 1 : 0)
    return reply.type(register.contentType).send(await register.metrics())
  })
}
