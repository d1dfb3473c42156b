/** Files arrive in any order and in any state: what is taken must be what the whole folder would have given. */
import { describe, expect, test } from 'vitest'
import type { RunReading } from '../../src/record/run.ts'
import { kindOfFile } from '../../src/sequencers/nanopore/folder-name.ts'
import { nanopore } from '../../src/sequencers/nanopore/index.ts'
import { cuts, subsets } from '../rig/cuts.ts'
import { memoryFolder } from '../rig/folders.ts'
import { filesIn, runFixtures } from '../rig/run-fixtures.ts'

type Files = Record<string, Uint8Array>

const all = runFixtures('nanopore').map(
  ({ name, path, record }) => [name, { files: filesIn(path), record }] as const,
)
const finished = all.filter(([, { record }]) => record.completion.ended)

const read = (name: string, files: Files): RunReading => nanopore.read(memoryFolder(name, files))

/** Files whose content tells something; of the others the name alone may. */
const keys = (files: Files): string[] => Object.keys(files).filter((file) => kindOfFile(file) !== null)

describe('a file cut off anywhere makes the run wait or leaves its record as it is', () => {
  test.for(ofEachShape())('%s', ([name, { files }]) => {
    const whole = read(name, files)
    for (const file of keys(files)) {
      const bytes = files[file] ?? new Uint8Array()
      for (const length of cuts(bytes)) {
        const cut = read(name, { ...files, [file]: bytes.subarray(0, length) })
        if (cut.completion.ended) expect([file, length, sent(cut)]).toEqual([file, length, sent(whole)])
      }
    }
  })
})

describe('a file whose space is reserved but not filled makes the run wait', () => {
  test.for(finished)('%s', ([name, { files }]) => {
    for (const file of keys(files)) {
      const bytes = files[file] ?? new Uint8Array()
      const hollow = Uint8Array.from(bytes, (byte, index) => (index < bytes.length / 2 ? byte : 0))
      expect([file, read(name, { ...files, [file]: hollow }).completion.ended]).toEqual([file, false])
    }
  })
})

describe('in whatever order its files come, a run waits or is what it is in the end', () => {
  test.for(finished.filter(([, { files }]) => !several(files)))('%s', ([name, { files }]) => {
    const whole = read(name, files)
    for (const some of subsets(keys(files))) {
      const partial = read(name, without(files, some))
      if (partial.completion.ended) expect([some, sent(partial)]).toEqual([some, sent(whole)])
    }
  })
})

test('without a whole final summary and a report nothing is taken, however long it rests', () => {
  for (const [name, { files }] of all)
    for (const missing of subsets(keys(files))) {
      const there = keys(files).filter((file) => !missing.includes(file))
      if (there.some((file) => /final-summary|report-json/.test(String(kindOfFile(file))))) continue
      const { ended, enough } = read(name, without(files, missing)).completion
      expect([name, there, ended, enough]).toEqual([name, there, false, undefined])
    }
})

test.for(finished)('%s: half a final summary is not enough, whatever else is there', ([name, { files }]) => {
  for (const file of keys(files).filter((one) => kindOfFile(one) === 'final-summary')) {
    const bytes = files[file] ?? new Uint8Array()
    for (const length of [0, 40, bytes.length >> 1]) {
      const { ended, enough } = read(name, { ...files, [file]: bytes.subarray(0, length) }).completion
      expect([file, length, ended, enough]).toEqual([file, length, false, undefined])
    }
  }
})

/** What a registry may be sent. A time is the same in whichever of the files it is written. */
const sent = ({ run: { start, end, fullyCopied: _, ...run } }: RunReading) => ({
  ...run,
  start: start?.instant ?? start?.local ?? null,
  end: end?.instant ?? end?.local ?? null,
})

/** The folder before these have come. */
const without = (files: Files, missing: readonly string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([file]) => !missing.includes(file)))

/** Runs of which a file alone is a whole story of its own: several runs, or several acquisitions, in one folder. */
const several = (files: Files): boolean =>
  keys(files).filter((file) => kindOfFile(file) === 'final-summary').length > 1

/** The first folder of each set of files, ending and kind of line; one of several runs is never taken for a run. */
function ofEachShape(): typeof finished {
  const shapes = new Map(
    finished
      .filter(([, { record }]) => record.completion.state !== 'unknown')
      .toReversed()
      .map((one) => {
        const [, { files, record }] = one
        const kinds = keys(files).map(kindOfFile).join()
        const carriage = Object.values(files).some((bytes) => bytes.includes(13))
        return [`${kinds} ${record.completion.state} ${record.problems} ${carriage}`, one] as const
      }),
  )
  return [...shapes.values()]
}
