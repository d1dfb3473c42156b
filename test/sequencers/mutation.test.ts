/** Files in watched folders are anybody's: whatever lies in them, a reader answers, and its answer is a valid record. */
import { expect, test } from 'vitest'
import { fuzz, type Parser } from '../rig/fuzz.ts'
import { runParsers } from '../rig/fuzz-runs.ts'

const named = runParsers.map((parser) => [parser.name, parser] as const)

test.for(named)('10,000 changed files: %s', { timeout: 300_000 }, ([, parser]) => {
  const { read, found } = fuzz(parser, { inputs: 10_000, seed: 20260117 })
  // A file is shown as text, or nobody could read the failure.
  expect(found && { ...found, input: Buffer.from(found.input).toString('latin1') }).toBeNull()
  expect(read).toBe(10_000)
})

test('the same seed gives the same inputs, and a fault is found with the file that led to it', () => {
  const throws = (): never => {
    throw new Error('broken')
  }
  const content = Buffer.from('flow_cell_id,kit')
  const faulty: Parser = {
    name: 'a parser that breaks',
    of: 'nobody',
    targets: () => [{ from: 'here', content, faultIn: throws }],
  }
  const [one, other] = [7, 7].map((seed) => fuzz(faulty, { inputs: 10, seed }))
  expect(one).toEqual(other)
  expect(one).toMatchObject({
    read: 1,
    found: { index: 0, from: 'here', what: expect.stringContaining('broken') },
  })
})
