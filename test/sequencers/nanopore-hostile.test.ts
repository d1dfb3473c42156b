/** Files of MinKNOW's, made to do harm: each is read, and none does. */
import { expect, test } from 'vitest'
import { nanopore } from '../../src/sequencers/nanopore/index.ts'
import { memoryFolder } from '../rig/folders.ts'

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

test('a state of a megabyte is quoted in part', () => {
  const name = '20240612_0904_2C_PAY10234_5b0f21c7'
  const text = `{"protocol_run_info":{"state":"${'ENDED '.repeat(200_000)}","start_time":"2024-06-12T09:05:00Z"}}`
  const { problems } = nanopore.read(
    memoryFolder(name, { 'report_PAY10234_20240612_0910_5b0f21c7.json': text }),
  )
  const told = problems.find(({ code }) => code === 'run-folder.outcome-unknown')
  expect(told?.found).toMatch(/^the state of the run is ENDED ENDED/)
  expect(told?.found).toHaveLength(2000)
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
