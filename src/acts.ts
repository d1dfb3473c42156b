/** What people did to registries and registrations, in this process or another, told from the journal's own history. */
import type { Emit } from './events.ts'
import type { JournalReader } from './journal/journal.ts'
import { whence } from './record/registration.ts'

/** Each call tells what was done since the one before it; the first, after the event of that sequence number. */
export function followActs(
  journal: Pick<JournalReader, 'events' | 'registrations'>,
  emit: Emit,
  after: number,
): () => Promise<void> {
  let seen = after

  async function tellResolved(registration: string, state: string, who: string): Promise<void> {
    const [row] = await journal.registrations({ ids: [registration] })
    if (row === undefined) return
    const { registry, subject } = row
    emit('registration.resolved', { registration, registry, ...whence(subject), state, who })
  }

  return async () => {
    for (;;) {
      const events = await journal.events(seen)
      const last = events.at(-1)
      if (last === undefined) return
      seen = last.sequence
      for (const { event, registration, registry, who, detail } of events) {
        if (registry === null || who === null) continue
        if (registration !== null) await tellResolved(registration, event.slice('registration.'.length), who)
        else if (event === 'registry.paused')
          emit(event, { registry, reason: 'operator', detail: (detail as { detail: string }).detail, who })
        else if (event === 'registry.opened') emit(event, { registry, who })
      }
    }
  }
}
