/** Asks paused registries, soon at first and then every five minutes, whether they are themselves again. */
import { type Emit, loggedError } from '../events.ts'
import type { PauseReason, RegistryState } from '../record/registration.ts'
import { probeWaitMs } from './backoff.ts'
import type { Destination } from './destination.ts'
import type { Wire } from './exchange.ts'

/** Which registries are paused: read, and changed by what a probe says. */
export type ProbeJournal = {
  registries(): Promise<RegistryState[]>
  pauseRegistry(name: string, reason: PauseReason, detail: string, now: Date): Promise<boolean>
  openRegistry(name: string, by: 'probe' | 'operator', now: Date): Promise<boolean>
}

type ProberOptions = {
  destinations: Destination[]
  journal: ProbeJournal
  wire: Wire
  timeScale: number
  emit: Emit
  now(): Date
  onOpened(registry: string): void
}

type Found = { is: 'open' | 'closed'; reason: PauseReason; detail: string }

type Prober = {
  /** Probes what is paused and not yet probed; an operator's pause is left to him. */
  look(states: RegistryState[]): void
  /** The registry took something: the next outage is a new one. */
  worked(registry: string): void
  /** Probes no more, and takes no notice of what is still asked. */
  stop(): void
  ended(): Promise<void>
}

export function createProber(options: ProberOptions): Prober {
  const { destinations, journal, wire, timeScale, emit, now } = options
  const timers = new Map<string, NodeJS.Timeout>()
  const steps = new Map<string, number>()
  const probing = new Set<Promise<void>>()
  let isStopping = false

  function arrange(to: Destination): void {
    if (timers.has(to.name) || isStopping) return
    const step = steps.get(to.name) ?? 0
    // A registry that opens and fails again at once is not asked at the first pace for ever.
    steps.set(to.name, step + 1)
    const timer = setTimeout(() => {
      const asked = probe(to).finally(() => probing.delete(asked))
      probing.add(asked)
    }, probeWaitMs(step) / timeScale)
    timers.set(to.name, timer)
  }

  async function probe(to: Destination): Promise<void> {
    try {
      // An operator may have opened it meanwhile.
      const found = (await isProbed(to.name)) ? await ask(to, wire, now()) : null
      if (found !== null && !isStopping) await heed(to.name, found, options)
    } catch (thrown) {
      if (!isStopping) emit('delivery.failed', { error: loggedError(thrown) })
    }
    timers.delete(to.name)
    // Whatever became of it: what is paused is asked again.
    if (await isProbed(to.name).catch(() => true)) arrange(to)
  }

  const isProbed = async (registry: string): Promise<boolean> =>
    !isStopping && wantsProbe(registry, await journal.registries())

  return {
    look(states) {
      for (const to of destinations) if (wantsProbe(to.name, states)) arrange(to)
    },
    worked: (registry) => {
      steps.delete(registry)
    },
    stop() {
      isStopping = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
    ended: async () => {
      await Promise.all(probing)
    },
  }
}

const wantsProbe = (registry: string, states: RegistryState[]): boolean =>
  states.some(({ name, state, reason }) => name === registry && state === 'paused' && reason !== 'operator')

async function ask(to: Destination, wire: Wire, now: Date): Promise<Found> {
  const exchanged = await wire.exchange(to, to.probe.request(to.settings), { id: 'probe', fresh: true, now })
  switch (exchanged.type) {
    case 'answer': {
      const found = to.probe.judge(exchanged.answer)
      if (found.is === 'open') return { is: 'open', reason: 'away', detail: 'it answers again' }
      return { ...found, detail: exchanged.mask(found.detail) }
    }
    case 'no-secret':
      return { is: 'closed', reason: exchanged.pause, detail: exchanged.detail }
    case 'not-sent':
    case 'lost':
      return { is: 'closed', reason: 'away', detail: exchanged.detail }
    default:
      return exchanged satisfies never
  }
}

async function heed(
  registry: string,
  { is, reason, detail }: Found,
  { journal, emit, now, onOpened }: ProberOptions,
): Promise<void> {
  emit('registry.probed', { registry, open: is === 'open', detail })
  if (is === 'closed') await journal.pauseRegistry(registry, reason, detail, now())
  else if (await journal.openRegistry(registry, 'probe', now())) {
    emit('registry.opened', { registry })
    onOpened(registry)
  }
}
