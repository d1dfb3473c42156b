/** Reads and plans one path at once, as the daemon would when it finds it; a running daemon then sends what is due. */
import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { createHerald } from '../events.ts'
import { inspectPath } from '../inspect.ts'
import type { Journal } from '../journal/journal.ts'
import { createPipeline } from '../pipeline.ts'
import { destinationsOf, planningOptions } from '../planning.ts'
import { findSandboxes } from '../sandboxes.ts'

/** Throws when the path cannot be handled. */
export async function takeUp(journal: Journal, config: Config, path: string): Promise<void> {
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
