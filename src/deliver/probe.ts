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

export function createProber(options: {
  destinations: Destination[]
  journal: ProbeJournal
  wire: Wire
  timeScale: number
  emit: Emit
  now(): Date
  onOpened(registry: string): void
}): Prober {
  const { journal, wire, timeScale, emit, now } = options
  const destinations = new Map(options.destinations.map((one) => [one.name, one]))
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
      if (await isProbed(to.name)) await act(to, await ask(to))
    } catch (thrown) {
      if (!isStopping) emit('delivery.failed', { error: loggedError(thrown) })
    }
    timers.delete(to.name)
    // Whatever became of it: what is paused is asked again.
    if (await isProbed(to.name).catch(() => true)) arrange(to)
  }

  const isProbed = async (registry: string): Promise<boolean> =>
    !isStopping && (await journal.registries()).some((one) => one.name === registry && wantsProbe(one))

  async function act(to: Destination, found: Found): Promise<void> {
    if (isStopping) return
    emit('registry.probed', { registry: to.name, open: found.is === 'open', detail: found.detail })
    if (found.is === 'closed') await journal.pauseRegistry(to.name, found.reason, found.detail, now())
    else if (await journal.openRegistry(to.name, 'probe', now())) {
      emit('registry.opened', { registry: to.name })
      options.onOpened(to.name)
    }
  }

  async function ask(to: Destination): Promise<Found> {
    const exchanged = await wire.exchange(to, to.probe.request(to.settings), {
      id: 'probe',
      fresh: true,
      now: now(),
    })
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

  function look(states: RegistryState[]): void {
    for (const one of states.filter(wantsProbe)) {
      const to = destinations.get(one.name)
      if (to !== undefined) arrange(to)
    }
  }

  return {
    look,
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

const wantsProbe = ({ state, reason }: RegistryState): boolean => state === 'paused' && reason !== 'operator'
