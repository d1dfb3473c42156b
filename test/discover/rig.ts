/** A root in a temp folder, a watch on it, and what it found: wait for a finding, never for a time. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FolderNames } from '../../src/discover/recognise-on-disk.ts'
import type { RootOptions, RootWatch } from '../../src/discover/root-loop.ts'
import type { Known } from '../../src/discover/settle.ts'
import { createHerald, type Happening } from '../../src/events.ts'
import type { Found } from '../../src/handovers.ts'

type Finding = Found & { firstScan: boolean }

export type Rig = AsyncDisposable & {
  folder: string
  root: string
  findings: Finding[]
  /** What was told to lie there no more. */
  gone: string[]
  happenings: Happening[]
  /** Has the journal know a path: as done, and as it was found last, or else as the last finding was. */
  know(path: string, given?: Partial<Known>): void
  /** Options of a watch that tells this rig everything. */
  options: RootOptions
  /** Called with each finding before it is kept. */
  handle: { current: (found: Found) => Promise<void> }
  write(path: string, content?: string): string
  start<Watch extends RootWatch>(watch: Watch): Watch
  /** Resolves with the first finding, past or to come, that fits. */
  found(fits: (found: Finding) => boolean): Promise<Finding>
  happened(event: Happening['event']): Promise<Happening>
  /** Resolves when the sweep that follows the watcher's first whole look is over: events are seen from now on. */
  following(): Promise<void>
}

export function createRig(): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'runherald-discover-'))
  const root = join(folder, 'root')
  mkdirSync(root)
  const findings: Finding[] = []
  const gone: string[] = []
  const happenings: Happening[] = []
  const known = new Map<string, Known>()
  const watches: RootWatch[] = []
  const handle = { current: async (_found: Found) => {} }
  let waiting: Array<() => void> = []
  const wake = () => {
    const all = waiting
    waiting = []
    for (const one of all) one()
  }
  const herald = createHerald(() => {})
  herald.subscribe((happening) => {
    happenings.push(happening)
    wake()
  })

  async function until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }

  return {
    folder,
    root,
    findings,
    gone,
    happenings,
    handle,
    options: {
      path: root,
      sweepSeconds: 3600,
      events: 'off',
      settleSeconds: 1,
      known: async () => new Map(known),
      async onFound(found, { firstScan }) {
        await handle.current(found)
        findings.push({ ...found, firstScan })
        wake()
      },
      async onGone(path) {
        gone.push(path)
        wake()
      },
      emit: herald.emit,
    },
    know(path, given = {}) {
      const found = findings.findLast((one) => one.path === path) ?? findings.at(-1)
      known.set(path, {
        fingerprint: found?.fingerprint ?? 'old',
        type: found?.type ?? 'run-folder',
        ...{ status: 'done', changed: '2026-01-01T00:00:00Z', ...given },
      })
    },
    write(path, content = '') {
      const whole = join(root, path)
      mkdirSync(dirname(whole), { recursive: true })
      writeFileSync(whole, content)
      return whole
    },
    start(watch) {
      watches.push(watch)
      return watch
    },
    found: (fits) => until(() => findings.find(fits)),
    async following() {
      await until(() => {
        const away = happenings.findLastIndex((one) => one.event === 'root.away')
        const swept = happenings.slice(away + 1).filter((one) => one.event === 'root.scanned')
        return swept.length >= 2 ? true : undefined
      })
    },
    happened: (event) => until(() => happenings.find((one) => one.event === event)),
    async [Symbol.asyncDispose]() {
      await Promise.all(watches.map((watch) => watch.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const settled =
  (path: string) =>
  (found: Finding): boolean =>
    found.path === path && found.settled

/** Whether each of the fingerprints, in the order they were found, was first found as still changing. */
export const beganUnsettled = (findings: readonly Finding[]): boolean[] => {
  const firsts = new Map<string, boolean>()
  for (const { fingerprint, settled } of findings)
    if (!firsts.has(fingerprint)) firsts.set(fingerprint, !settled)
  return [...firsts.values()]
}

/** A make of our own: a run folder has `run.xml`, its end mark is `done.txt`, each cell has a mark of its own. */
export function recogniseTestMake(folder: FolderNames): { make: string; marks: string[] } | null {
  if (!folder.names.includes('run.xml')) return null
  const cells = folder.names.filter((name) => /^cell\d+\/$/.test(name))
  const cellMarks = cells.flatMap((cell) =>
    folder
      .list(`${cell}metadata`)
      .flatMap((name) => (name.endsWith('.done') ? [`${cell}metadata/${name}`] : [])),
  )
  return {
    make: 'test',
    marks: [...folder.names.filter((name) => /^(run\.xml|done\.txt)$/.test(name)), ...cellMarks],
  }
}
