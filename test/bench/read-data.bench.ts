/** Does a run folder with 200,000 files of reads cost more than one with ten? */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cpuOfReading, fixturePath } from './run-folders.ts'

const into = mkdtempSync(join(tmpdir(), 'runherald-bench-'))
afterAll(() => rmSync(into, { recursive: true, force: true }))

/** A copy of a fixture with so many files in a folder of reads. */
function withReads(path: string, folder: string, count: number): string {
  const copy = join(into, String(count), basename(path))
  cpSync(path, copy, { recursive: true })
  mkdirSync(join(copy, folder), { recursive: true })
  for (let file = 0; file < count; file++) writeFileSync(join(copy, folder, `${file}.gz`), '')
  return copy
}

test.for([
  ['illumina', '20231204_LH00317_0041_A22GK7TLT3', 'Data/Intensities/BaseCalls/L001'],
  ['nanopore', '20240612_0904_2C_PAY10234_edf5e904', 'fastq_pass'],
] as const)('%s', { timeout: 600_000 }, ([make, name, folder]) => {
  const [few, many] = [10, 200_000].map((count) => withReads(fixturePath(make, name), folder, count))
  const [cost, costOfMany] = [few, many].map((path) => cpuOfReading(String(path)))
  console.log(
    `${make} with 10 files below ${folder}: ${cost?.toFixed(0)} µs of CPU; with 200,000: ${costOfMany?.toFixed(0)} µs`,
  )
  expect(cost).toBeGreaterThan(0)
})
