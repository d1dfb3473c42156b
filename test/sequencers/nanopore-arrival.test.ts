/** Files arrive in any order and in any state: what is taken must be what the whole folder would have given. */
import { describe, expect, test } from 'vitest'
import type { RunReading } from '../../src/record/run.ts'
import { kindOfFile } from '../../src/sequencers/nanopore/folder-name.ts'
import { nanopore } from '../../src/sequencers/nanopore/index.ts'
import { memoryFolder } from '../rig/folders.ts'
import { filesIn, runFixtures } from '../rig/run-fixtures.ts'

type Files = Record<string, Uint8Array>

const finished = runFixtures('nanopore')
  .filter(({ record }) => record.completion.ended)
  .map(({ name, path, record }) => {
    const files = Object.entries(filesIn(path)).filter(([file]) => kindOfFile(file) !== null)
    return [name, { files: Object.fromEntries(files) as Files, record }] as const
  })

const read = (name: string, files: Files): RunReading => nanopore.read(memoryFolder(name, files))

describe('a file cut off anywhere makes the run wait or leaves its record as it is', () => {
  test.for(ofEachShape())('%s', ([name, { files }]) => {
    const whole = read(name, files)
    for (const [file, bytes] of Object.entries(files))
      for (const length of cuts(bytes)) {
        const { run, completion } = read(name, { ...files, [file]: bytes.subarray(0, length) })
        if (completion.ended) expectSame({ file, length }, run, whole.run, tellsAll(files))
      }
  })
})

describe('a file whose space is reserved but not filled makes the run wait', () => {
  test.for(finished)('%s', ([name, { files }]) => {
    for (const [file, bytes] of Object.entries(files)) {
      const hollow = Uint8Array.from(bytes, (byte, index) => (index < bytes.length / 2 ? byte : 0))
      expect([file, read(name, { ...files, [file]: hollow }).completion.ended]).toEqual([file, false])
    }
  })
})

describe('in whatever order its files come, a run waits or is what it is in the end', () => {
  test.for(finished.filter(([, { files }]) => !several(files)))('%s', ([name, { files }]) => {
    const whole = read(name, files)
    for (const some of subsets(Object.keys(files))) {
      const partial = read(name, Object.fromEntries(some.map((file) => [file, files[file] as Uint8Array])))
      if (!partial.completion.ended) continue
      expectSame({ some }, sent(partial), sent(whole), tellsAll(files))
      if (some.some((file) => kindOfFile(file) === 'report-json'))
        expect([some, partial.run.status]).toEqual([some, whole.run.status])
    }
  })
})

test('nothing but a final summary or a final report ends a run', () => {
  for (const [name, { files }] of finished)
    for (const [file, bytes] of Object.entries(files)) {
      const kind = kindOfFile(file)
      if (kind === 'final-summary' || kind === 'report-json') continue
      expect([file, read(name, { [file]: bytes }).completion.ended]).toEqual([file, false])
    }
})

/**
 * What a registry is sent. Two things only a report tells, so a folder taken without its report lacks them: the
 * version of the software, and whether a run whose final summary is there was stopped or failed.
 */
const sent = ({ run }: RunReading) => ({
  sequencingUuid: run.sequencingUuid,
  flowcellId: run.flowcellId,
  flowcellType: run.flowcellType,
  instrumentModel: run.instrumentModel,
  instrumentSerial: run.instrumentSerial,
  start: run.start?.instant ?? run.start?.local ?? null,
  end: run.end?.instant ?? run.end?.local ?? null,
  experimentName: run.experimentName,
  sampleId: run.sampleId,
})

/** Facts are the same; or, where the final summary does not tell all, the same or not told. */
function expectSame(where: object, facts: object, whole: object, all: boolean): void {
  const told = Object.entries(facts).filter(([, value]) => all || value !== null)
  expect({ ...where, facts: Object.fromEntries(told) }).toEqual({
    ...where,
    facts: Object.fromEntries(told.map(([fact]) => [fact, whole[fact as keyof typeof whole]])),
  })
}

const summaries = (files: Files): string[] =>
  Object.keys(files).filter((file) => kindOfFile(file) === 'final-summary')

/** A summary of 2019, or one written by hand after a crash, names no product of flow cell. */
function tellsAll(files: Files): boolean {
  return summaries(files).every((file) => Buffer.from(files[file] ?? []).includes(':FLO-'))
}

/** Runs of which a file alone is a whole story of its own: several runs, or several acquisitions, in one folder. */
function several(files: Files): boolean {
  return summaries(files).length > 1
}

/** The first folder of each set of files, ending and kind of line; one of several runs is never taken for a run. */
function ofEachShape(): typeof finished {
  const shapes = new Map(
    finished
      .filter(([, { record }]) => record.completion.state !== 'unknown')
      .toReversed()
      .map((one) => {
        const [, { files, record }] = one
        const kinds = Object.keys(files).map(kindOfFile).join()
        const carriage = Object.values(files).some((bytes) => bytes.includes(13))
        return [`${kinds} ${record.completion.state} ${record.problems} ${carriage}`, one] as const
      }),
  )
  return [...shapes.values()]
}

/** Every length up to 4 kB, and every start of a line above. */
function cuts(bytes: Uint8Array): number[] {
  const lengths = Array.from({ length: Math.min(bytes.length, 4096) }, (_, length) => length)
  for (let at = 4096; at < bytes.length; at++) if (bytes[at - 1] === 10) lengths.push(at)
  return lengths
}

function subsets(files: string[]): string[][] {
  let all: string[][] = [[]]
  for (const file of files) all = all.concat(all.map((some) => [...some, file]))
  return all
}
