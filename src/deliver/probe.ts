/** Asks paused registries, soon at first and then every five minutes, whether they are themselves again. */
import type { Emit } from '../events.ts'
import type { PauseReason, RegistryState } from '../record/registration.ts'
import { probeWaitMs } from './backoff.ts'
import type { Destination } from './destination.ts'
import type { Wire } from './exchange.ts'

type ProbeJournal = {
  registries(): Promise<RegistryState[]>
  pauseRegistry(name: string, reason: PauseReason, detail: string, now: Date): Promise<boolean>
  openRegistry(name: string, by: 'probe' | 'operator', now: Date): Promise<boolean>
}

export type Prober = {
  /** Probes what is paused and not yet probed; an operator's pause is left to him. */
  look(states: RegistryState[]): void
  /** The registry took something: the next outage is a new one. */
  worked(registry: string): void
  close(): Promise<void>
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
  let isClosing = false

  function arrange(to: Destination): void {
    if (timers.has(to.name) || isClosing) return
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
      const found = await ask(to)
      emit('registry.probed', { registry: to.name, open: found.is === 'open', detail: found.detail })
      timers.delete(to.name)
      if (found.is === 'closed') await journal.pauseRegistry(to.name, found.reason, found.detail, now())
      else if (await journal.openRegistry(to.name, 'probe', now())) {
        emit('registry.opened', { registry: to.name })
        options.onOpened(to.name)
      }
    } catch {
      // The journal could not be written; it tells so itself, and the registry stays paused.
      timers.delete(to.name)
    }
    const state = (await journal.registries()).find((one) => one.name === to.name)
    if (state !== undefined) look([state])
  }

  async function ask(
    to: Destination,
  ): Promise<{ is: 'open' | 'closed'; reason: PauseReason; detail: string }> {
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
        return { is: 'closed', reason: 'credentials', detail: exchanged.detail }
      case 'not-sent':
      case 'lost':
        return { is: 'closed', reason: 'away', detail: exchanged.detail }
      default:
        return exchanged satisfies never
    }
  }

  function look(states: RegistryState[]): void {
    for (const { name, state, reason } of states) {
      const to = destinations.get(name)
      if (to !== undefined && state === 'paused' && reason !== 'operator') arrange(to)
    }
  }

  return {
    look,
    worked: (registry) => {
      steps.delete(registry)
    },
    async close() {
      isClosing = true
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(probing)
    },
  }
}
