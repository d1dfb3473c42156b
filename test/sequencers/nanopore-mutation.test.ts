/** Files in watched folders are anybody's: whatever lies in them, a reader answers. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RunFacts } from '../../src/record/run.ts'
import { element } from '../../src/sequencers/element/index.ts'
import { nanopore } from '../../src/sequencers/nanopore/index.ts'
import { memoryFolder } from '../rig/folders.ts'
import { filesIn, runFixtures } from '../rig/run-fixtures.ts'

type Change = { at: number; drop: number; put: Uint8Array }

/** Bytes that parsers stumble over, besides any at all. */
const TOKENS = [
  '\0',
  '"',
  '{',
  '}',
  '[[[[[[[[',
  '=',
  '\n',
  '\r',
  ',',
  '\ufeff',
  'null',
  '1e999',
  '-1',
  '"__proto__":{"a":1},',
  'constructor=',
  '9999999999999999999999',
  '\u202e',
  'no_sample',
].map((text) => new TextEncoder().encode(text))

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  drop: fc.oneof(fc.constant(0), fc.nat(40), fc.nat(4000)),
  put: fc.oneof(fc.constantFrom(...TOKENS), fc.uint8Array({ maxLength: 12 })),
})

function changed(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  let result = Buffer.from(bytes)
  for (const { at, drop, put } of changes) {
    const from = result.length === 0 ? 0 : at % (result.length + 1)
    result = Buffer.concat([result.subarray(0, from), put, result.subarray(from + drop)])
  }
  return result
}

test.for([
  ['nanopore', nanopore, 10_000],
  ['element', element, 2_000],
] as const)(
  'a %s reader answers, with a valid record, whatever is in the files',
  ([make, reader, numRuns]) => {
    const folders = runFixtures(make).map(({ name, path }) => ({ name, files: filesIn(path) }))
    const readable = folders.filter(({ files }) => Object.keys(files).length > 0)
    fc.assert(
      fc.property(
        fc.constantFrom(...readable),
        fc.nat(),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        ({ name, files }, which, changes) => {
          const marks = reader.marks(memoryFolder(name, files))
          const file = marks[which % Math.max(1, marks.length)]
          const given =
            file === undefined
              ? files
              : { ...files, [file]: changed(files[file] ?? new Uint8Array(), changes) }
          const { run, completion, problems } = reader.read(memoryFolder(name, given))
          expect(RunFacts.safeParse(run).success).toBe(true)
          expect(run.status).toBe(completion.state)
          for (const one of problems) expect(one.found.length).toBeLessThan(4000)
        },
      ),
      { numRuns, seed: 20260117 },
    )
  },
)

test('a report nested a million deep is not whole, and nothing more', () => {
  const name = '20240612_0904_2C_PAY10234_5b0f21c7'
  const file = 'report_PAY10234_20240612_0910_5b0f21c7.json'
  const deep = `{"protocol_run_info":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`
  const { completion } = nanopore.read(memoryFolder(name, { [file]: deep }))
  expect(completion).toMatchObject({ ended: false, missing: [file] })
})

test('a report of a hundred thousand acquisitions tells of none of them', () => {
  const name = '20240612_0904_2C_PAY10234_5b0f21c7'
  const one =
    '{"acquisition_run_info":{"config_summary":{"purpose":"SEQUENCING"},"start_time":"2024-06-12T10:00:00Z"}}'
  const info = '"protocol_run_info":{"state":"PROTOCOL_COMPLETED","start_time":"2024-06-12T09:05:00Z"}'
  const text = `{${info},"acquisitions":[${`${one},`.repeat(100_000)}${one}]}`
  const { run } = nanopore.read(memoryFolder(name, { 'report_PAY10234_20240612_0910_5b0f21c7.json': text }))
  expect(run.start?.text).toBe('2024-06-12T09:05:00Z')
})

test('a member called __proto__ changes nothing', () => {
  const name = '20240612_0904_2C_PAY10234_5b0f21c7'
  const file = 'report_PAY10234_20240612_0910_5b0f21c7.json'
  const text = '{"protocol_run_info":{"__proto__":{"run_id":"5b0f21c7-8a5d-4a4e-9e1c-0d6f3f2b7a11"}}}'
  expect(nanopore.read(memoryFolder(name, { [file]: text })).run.sequencingUuid).toBeNull()
  expect(({} as Record<string, unknown>)['run_id']).toBeUndefined()
})

test('ten thousand summaries in one folder are not all opened', () => {
  const count = 10_000
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`final_summary_${index}.txt`, 'x=1\n']),
  )
  let opened = 0
  const folder = memoryFolder('many', files)
  const read: typeof folder.read = (path, limit) => {
    opened++
    return folder.read(path, limit)
  }
  nanopore.read({ ...folder, read })
  expect(opened).toBeLessThan(1000)
})
