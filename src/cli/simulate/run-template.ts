/** A run folder as an instrument writes it: which files, in which order, and when in the course of the run. */
import { randomInt, randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SIMULATED_MARK } from '../../record/run.ts'

/** `at` is the share of the run that has passed when the file is written, from 0 to 1. */
export type RunFile = { path: string; content: string; at: number }

/** `folder` is relative to the folder of runs, and may be several levels deep. `files` are in the order of writing. */
export type RunTemplate = { folder: string; files: RunFile[] }

/** What differs from run to run. `end` is when the instrument says it ended. */
export type RunIds = {
  start: Date
  end: Date
  serial: string
  number: number
  flowcell: string
  uuid: string
  experiment: string
}

/** Random capitals and digits without those that are easily taken for one another. */
export const letters = (count: number): string =>
  Array.from({ length: count }, () => 'ABCDEFGHJKLMNPRSTUVWXYZ'[randomInt(23)]).join('')
export const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('')

/** Ids nobody had before, for a run that ends about now. */
export const freshIds = (serial: string, flowcell: string, now: Date): RunIds => ({
  start: new Date(now.getTime() - 60 * 60_000),
  end: now,
  serial,
  number: randomInt(100, 1000),
  flowcell,
  uuid: randomUUID(),
  experiment: `SIM${digits(4)}`,
})

type Writing = { into: string; seconds: number; marked: boolean; wait(ms: number): Promise<void> }

/**
 * Writes the files in their order, over `seconds`. Files that are there already are left as they are, so that a run
 * whose writing was cut off is written to its end.
 */
export async function writeRun(
  { folder, files }: RunTemplate,
  { into, seconds, marked, wait }: Writing,
): Promise<string> {
  const path = join(into, folder)
  await mkdir(path, { recursive: true })
  if (marked)
    await writeNew(
      join(path, SIMULATED_MARK),
      'Written by `runherald simulate`. No instrument made this run.\n',
    )
  let passed = 0
  for (const file of files) {
    const pause = (file.at - passed) * seconds * 1000
    if (pause > 0) await wait(pause)
    passed = Math.max(passed, file.at)
    const target = join(path, file.path)
    await mkdir(dirname(target), { recursive: true })
    await writeNew(target, file.content)
  }
  return path
}

async function writeNew(path: string, content: string): Promise<void> {
  await writeFile(path, content, { flag: 'wx' }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EEXIST') throw thrown
  })
}

/** Parts of an instant as the clock of an instrument in UTC shows them. */
export function clock(at: Date) {
  const figures = at.toISOString().replaceAll(/\D/g, '')
  return {
    /** `20260303` */
    day: figures.slice(0, 8),
    /** `260303` */
    shortDay: figures.slice(2, 8),
    /** `1641` */
    minute: figures.slice(8, 12),
    /** `164146` */
    second: figures.slice(8, 14),
    /** `3/3/2026 4:41:46 PM` */
    american: at.toLocaleString('en-US', { timeZone: 'UTC' }).replace(',', ''),
  }
}
