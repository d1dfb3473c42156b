/** Cells arrive over days, their files in any order and state: what is taken must be what the whole folder gives. */
import { describe, expect, test } from 'vitest'
import { pacbio } from '../../src/sequencers/pacbio/index.ts'
import { cuts, subsets } from '../rig/cuts.ts'
import { memoryFolder } from '../rig/folders.ts'
import { allFilesIn, runFixtures } from '../rig/run-fixtures.ts'

const finished = runFixtures('pacbio')
  .filter(({ record: { completion } }) => completion.ended && completion.state === 'completed')
  .map(({ name, path }) => [name, allFilesIn(path)] as const)

const read = (name: string, files: Record<string, Uint8Array>) => pacbio.read(memoryFolder(name, files))
const keys = (name: string, files: Record<string, Uint8Array>) =>
  pacbio.marks(memoryFolder(name, files)).filter((file) => !/Transfer_Test/.test(file))

test('there are finished runs to try', () => {
  expect(finished.length).toBeGreaterThan(1)
})

describe('a file cut off anywhere makes the run wait or leaves its record as it is', () => {
  test.for(finished)('%s', ([name, files]) => {
    const whole = read(name, files)
    for (const file of keys(name, files))
      for (const length of cuts(files[file] ?? new Uint8Array())) {
        const { run, completion } = read(name, {
          ...files,
          [file]: files[file]?.subarray(0, length) ?? new Uint8Array(),
        })
        if (completion.ended) expect([file, length, run]).toEqual([file, length, whole.run])
      }
  })
})

describe('in whatever order its files come, a run waits or is what it is in the end', () => {
  test.for(finished)('%s', ([name, files]) => {
    const whole = read(name, files)
    for (const missing of subsets(keys(name, files).slice(0, 10))) {
      const some = Object.fromEntries(Object.entries(files).filter(([file]) => !missing.includes(file)))
      const { run, completion } = read(name, some)
      if (completion.ended) expect([missing, run]).toEqual([missing, whole.run])
    }
  })
})
