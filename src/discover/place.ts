/** The folder that lies at a root's path: which one it is, on what disk, and its file events where they can be had. */
import { stat } from 'node:fs/promises'
import { createDisk } from './disk.ts'
import { networkFileSystem } from './file-system.ts'
import { createHints, type Watched } from './hints.ts'
import type { RootOptions } from './root-loop.ts'

/** A local disk answers at once; a drive that needs longer than this for one folder is as good as away. */
const PATIENCE_MS = 30_000

/** `sweepSoon`: events tell that a look at the whole root is due. */
export function createPlace(
  root: string,
  { events, emit }: Pick<RootOptions, 'events' | 'emit'>,
  sweepSoon: () => void,
) {
  let identity: string | null = null
  let network: string | null = null
  const disk = createDisk(PATIENCE_MS, () => (network === null ? 8 : 2))
  const hints = createHints(root, {
    // What came between the sweep and the watcher's own first look raised no event.
    ready: sweepSoon,
    rootGone() {
      identity = null
      sweepSoon()
    },
    failed: (detail) => emit('root.events-off', { root, detail }),
  })

  /** Is it the same root as before? A mount that came or went, or a folder made anew, needs a new watcher. */
  async function meet(): Promise<void> {
    const stats = await disk.ask(root, () => stat(root, { bigint: true }))
    if (!stats.isDirectory()) throw Object.assign(new Error('it is not a folder'), { code: 'ENOTDIR' })
    const found = `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`
    if (found === identity) return
    await hints.unfollow()
    network = await disk.ask(root, () => networkFileSystem(root))
    identity = found
    if (network !== null && events === 'auto')
      emit('root.events-off', { root, detail: `${network} tells nothing of what other hosts do` })
  }

  async function follow(watched: Watched): Promise<void> {
    const isWanted = events === 'on' || (events === 'auto' && network === null)
    if (isWanted && identity !== null) await hints.follow(watched)
  }

  async function leave(): Promise<void> {
    identity = null
    await hints.unfollow()
  }

  return { disk, hints, isLocal: () => network === null, meet, follow, leave }
}
