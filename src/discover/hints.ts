/**
 * File events of one root, by chokidar, as hints where to look. They only make things faster: events get lost, and the
 * sweep alone finds everything.
 */
import type { Stats } from 'node:fs'
import { type FSWatcher, watch } from 'chokidar'

/** What of a root is watched. */
export type Watched = {
  /** Levels of folders below the root whose entries are watched. */
  depth: number
  /** Folders deeper down that are watched from the beginning. */
  deeper(): string[]
  /** Not worth watching; asked once without and once with what lies there. */
  ignored(path: string, stats?: Stats): boolean
  hint(path: string): void
}

type Listener = {
  /** The watcher sees everything that lies there now. */
  ready(): void
  /** The root itself went away. */
  rootGone(): void
  /** Events cannot be relied on at all, and are followed no more. */
  failed(detail: string): void
}

export type Hints = ReturnType<typeof createHints>

/** Used up for the whole machine or the whole user: whatever is watched from now on would be watched in part only. */
const USED_UP = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'])

/** With more dropped a new watcher is cheaper: this one remembers, and asks itself at each event. */
const MOST_DROPPED = 200

export function createHints(root: string, listener: Listener) {
  let watcher: FSWatcher | null = null
  let hasFailed = false
  let closed = false
  let dropped = 0

  /** In vain once events have failed, until `unfollow` is called: another root may lie here then. */
  async function follow({ depth, deeper, ignored, hint }: Watched): Promise<void> {
    if (watcher !== null && dropped > MOST_DROPPED) await unfollow()
    if (watcher !== null || hasFailed || closed) return
    const options = { depth, ignored, ignoreInitial: true, followSymlinks: false, atomic: false }
    const mine = watch([root, ...deeper()], options)
    watcher = mine
    dropped = 0
    mine.on('all', (event, path) => {
      if (path !== root) hint(path)
      else if (event === 'unlinkDir' && mine === watcher) listener.rootGone()
    })
    mine.on('ready', () => mine === watcher && listener.ready())
    mine.on('error', (error) => {
      const { code, message } = error as NodeJS.ErrnoException
      // One folder that may not be read is told by the sweep.
      if (mine !== watcher || code === undefined || !USED_UP.has(code)) return
      listener.failed(`${code}: ${message}`)
      void unfollow()
      hasFailed = true
    })
  }

  async function unfollow(): Promise<void> {
    const former = watcher
    watcher = null
    hasFailed = false
    await former?.close()
  }

  return {
    follow,
    unfollow,
    isFollowing: () => watcher !== null,
    /** Watches a folder below, too. */
    add: (folder: string) => void watcher?.add(folder),
    /** Stops watching a folder and everything in it. */
    drop(folder: string): void {
      dropped++
      watcher?.unwatch(folder)
    },
    /** Follows nothing any more. */
    async close(): Promise<void> {
      closed = true
      await unfollow()
    },
  }
}
