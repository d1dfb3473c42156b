/** What people did to registries, in this process or another, told from the journal's own history. */
import type { Emit } from './events.ts'
import type { JournalReader } from './journal/journal.ts'

/** Each call tells what was done since the one before it; the first, after the event of that sequence number. */
export function followActs(
  journal: Pick<JournalReader, 'events'>,
  emit: Emit,
  after: number,
): () => Promise<void> {
  let seen = after
  return async () => {
    for (;;) {
      const events = await journal.events(seen)
      const last = events.at(-1)
      if (last === undefined) return
      seen = last.sequence
      for (const { event, registry, who, detail } of events) {
        if (registry === null || who === null) continue
        if (event === 'registry.paused')
          emit(event, { registry, reason: 'operator', detail: (detail as { detail: string }).detail, who })
        else if (event === 'registry.opened') emit(event, { registry, who })
      }
    }
  }
}
