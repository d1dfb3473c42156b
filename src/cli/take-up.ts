/** Reads and plans paths at once, as the daemon would when it finds them; a running daemon then sends what is due. */
import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { createHerald } from '../events.ts'
import { inspectPath } from '../inspect.ts'
import type { Journal } from '../journal/journal.ts'
import { createPipeline } from '../pipeline.ts'
import { destinationsOf, planningOptions } from '../planning.ts'
import { findSandboxes } from '../sandboxes.ts'

/** Takes up a path, each once at most; rejects when it cannot be handled. */
export type TakeUp = (path: string) => Promise<void>

export function takingUp(journal: Journal, config: Config): TakeUp {
  const taken = new Map<string, Promise<void>>()
  return (path) => {
    const taking = taken.get(path) ?? takeUp(journal, config, path)
    taken.set(path, taking)
    return taking
  }
}

async function takeUp(journal: Journal, config: Config, path: string): Promise<void> {
  const sandboxes = await findSandboxes(config.registries)
  const herald = createHerald(() => {})
  let fault: Error | null = null
  herald.subscribe((happening) => {
    if (happening.event === 'item.failed') fault = new Error(happening.fields.error.message)
  })
  const pipeline = createPipeline({
    journal,
    inspect: async (found, { root }) => inspectPath(found, { root }),
    planning: (now) => planningOptions(config, destinationsOf(config, sandboxes), now),
    leavesAlone: async () => false,
    isThere: async (found) => existsSync(found),
    // A person asked for it now.
    patienceMs: async () => 0,
    stalledAfterSeconds: () => Number.POSITIVE_INFINITY,
    // The daemon notices that the journal was written elsewhere, and tells and queues by itself.
    queue: () => {},
    tell: () => {},
    news: { received: () => {}, read: () => {} },
    emit: herald.emit,
    now: () => new Date(),
  })
  await pipeline.again(path, { force: true })
  await pipeline.settled()
  pipeline.close()
  if (fault !== null) throw fault
}
