/**
 * File events of one existing root, by chokidar, as hints where to look. They only make things faster: events get
 * lost, and the sweep alone finds everything.
 */
import type { Stats } from 'node:fs'
import { watch } from 'chokidar'

export type Hints = {
  /** Watches a folder below, too. */
  add(folder: string): void
  /** Stops watching a folder and everything in it. */
  drop(folder: string): void
  /** So much was dropped that a new watcher would be cheaper: this one remembers, and asks itself at each event. */
  isWorn(): boolean
  close(): Promise<void>
}

/** Used up for the whole machine or the whole user: whatever is watched from now on would be watched in part only. */
const USED_UP = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'])

const MOST_DROPPED = 200

export function watchHints(
  root: string,
  options: {
    /** Levels of folders below the root whose entries are watched. */
    depth: number
    /** Folders deeper down that are watched from the beginning. */
    deeper(): string[]
    /** Not worth watching; asked once without and once with what lies there. */
    ignored(path: string, stats?: Stats): boolean
    hint(path: string): void
    /** The watcher sees everything that lies there now. */
    ready(): void
    /** The root itself went away. */
    rootGone(): void
    /** Events cannot be relied on at all; the watcher is to be closed. */
    failed(detail: string): void
  },
): Hints {
  const watcher = watch([root, ...options.deeper()], {
    depth: options.depth,
    ignored: options.ignored,
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
  })
  let dropped = 0
  watcher.on('all', (event, path) => {
    if (path !== root) options.hint(path)
    else if (event === 'unlinkDir') options.rootGone()
  })
  watcher.on('ready', options.ready)
  watcher.on('error', (error) => {
    const { code, message } = error as NodeJS.ErrnoException
    // One folder that may not be read is told by the sweep.
    if (code !== undefined && USED_UP.has(code)) options.failed(`${code}: ${message}`)
  })
  return {
    add: (folder) => void watcher.add(folder),
    drop(folder) {
      dropped++
      watcher.unwatch(folder)
    },
    isWorn: () => dropped > MOST_DROPPED,
    close: () => watcher.close(),
  }
}
