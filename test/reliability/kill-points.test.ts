/** The daemon is killed with -9 at system calls of its own, other ones in each run; then the auditor asks everybody. */
import { expect, test } from 'vitest'
import { killPoints } from './kill-points/run.ts'
import { straceFault } from './kill-points/strace.ts'

const COUNT = 80
const SEED = Number(process.env['RUNHERALD_SEED'] ?? Date.now() % 2 ** 31)
const fault = straceFault()
if (fault !== null) console.log(`Kill points are skipped: ${fault}`)

test.skipIf(fault !== null)(
  `killed at ${COUNT} system calls, from seed ${SEED}: nothing is lost, doubled or stuck`,
  { timeout: 900_000 },
  async () => {
    const told = await killPoints(COUNT, { seed: SEED, lanes: 2 })
    expect(told.findings).toEqual([])
    expect(told.kills).toBeGreaterThanOrEqual(COUNT)
  },
)
