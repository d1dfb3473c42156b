/** Anybody can drop anything: whatever lies in a sheet, it is read or refused with a reason, and an error stops what it stands in. */
import { expect, test } from 'vitest'
import { fuzz } from '../rig/fuzz.ts'
import { sheetParsers } from '../rig/fuzz-sheets.ts'

const named = sheetParsers.map((parser) => [parser.name, parser] as const)

test.for(named)('10,000 changed sheets: %s', { timeout: 300_000 }, ([, parser]) => {
  const { read, found } = fuzz(parser, { inputs: 10_000, seed: 20260117 })
  // A sheet is shown as text, or nobody could read the failure.
  expect(found && { ...found, input: Buffer.from(found.input).toString('latin1') }).toBeNull()
  expect(read).toBe(10_000)
})
