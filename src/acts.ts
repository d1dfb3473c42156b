/** What people did to registries, in this process or another, told from the journal's own history. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Emit } from './events.ts'
import type { JournalReader } from './journal/journal.ts'

/** Each call tells what was done since the one before it; the first, since `from`. */
export function followActs(
  journal: Pick<JournalReader, 'events'>,
  emit: Emit,
  from: Date,
): () => Promise<void> {
  let seen = 0
  return async () => {
    for (;;) {
      const events = await journal.events(seen)
      const last = events.at(-1)
      if (last === undefined) return
      seen = last.sequence
      for (const { event, registry, who, at, detail } of events) {
        if (registry === null || who === null || at < from.toISOString()) continue
        if (event === 'registry.paused')
          emit(event, { registry, reason: 'operator', detail: (detail as { detail: string }).detail, who })
        else if (event === 'registry.opened') emit(event, { registry, who })
      }
      // The journal answers at once: without a pause a long history would hold up everything else.
      await nextTurn()
    }
  }
}
