/** Real sheets with expected values. They may not be copied into the project, so they are looked for beside it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readSheet } from '../../src/sample-sheets/index.ts'

const corpus = new URL('../../../shared/corpus/', import.meta.url).pathname
const there = existsSync(corpus)
if (!there) console.log('skipped: no corpus of real sheets beside the project')

type Expected = {
  sheet: string
  valid?: boolean
  expect?: { version: string | null; numSamples?: number; numSampleRows?: number; valid?: boolean }
}

const lines = (path: string): Expected[] =>
  there
    ? readFileSync(corpus + path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : []

const illumina = lines('illumina/samplesheets/expected.jsonl')
// MinKNOW's own sheets carry both columns that its validator forbids together.
const nanopore = lines('nanopore/expected_sheets.jsonl').filter((one) => !one.sheet.includes('both_position'))

const VERSIONS: Record<string, string> = { 'illumina-v1': 'v1', 'illumina-v2': 'v2', casava: 'casava' }

describe.skipIf(!there)('real sheets', () => {
  test.for(illumina)('$sheet reads as expected', ({ sheet, expect: expected }) => {
    const read = readSheet(readFileSync(`${corpus}illumina/${sheet}`), { file: sheet })
    const seen = {
      version: VERSIONS[read.recognised?.format ?? ''] ?? null,
      samples: read.recognised?.samples,
      rows: read.recognised?.rows,
      valid: read.recognised?.valid ?? false,
    }
    const why = JSON.stringify(read.problems.slice(0, 3))
    expect(seen.version, why).toBe(expected?.version)
    if (expected?.version != null) {
      if (expected.numSamples != null) expect(seen.samples).toBe(expected.numSamples)
      if (expected.numSampleRows != null) expect(seen.rows).toBe(expected.numSampleRows)
    }
    if (expected?.valid != null) expect(seen.valid, why).toBe(expected.valid)
    // Whom a dropped sheet would register, and not of which run, is no fault of it as the instrument's.
    const errors = read.problems.filter(
      ({ severity, code }) => severity === 'error' && code !== 'sample-sheet.link-missing',
    )
    if (expected?.valid === true) expect(errors).toEqual([])
  })

  test.for(nanopore)('$sheet is judged as by MinKNOW', ({ sheet, valid }) => {
    const read = readSheet(readFileSync(`${corpus}nanopore/${sheet}`), { file: sheet })
    expect(read.recognised?.valid ?? false, JSON.stringify(read.problems)).toBe(valid)
    if (valid) expect(read.problems).toEqual([])
  })

  const runs = there
    ? readFileSync(`${corpus}illumina/expected.jsonl`, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map(
          (line) =>
            JSON.parse(line) as { run: string; expect: { numSamples?: number; numSampleRows?: number } },
        )
        .filter((one) => one.expect.numSamples != null)
    : []
  test.for(runs)('the sheet of $run is counted as expected', ({ run, expect: expected }) => {
    const folder = `${corpus}illumina/${run}/`
    const name = readdirSync(folder).find((one) => /^samplesheet\.csv$/i.test(one)) ?? ''
    const { recognised } = readSheet(readFileSync(folder + name), { file: name, inRunFolder: true })
    expect(recognised?.samples ?? 0).toBe(expected.numSamples)
    if (expected.numSampleRows != null) expect(recognised?.rows ?? 0).toBe(expected.numSampleRows)
  })
})
