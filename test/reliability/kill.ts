/**
 * Kills the daemon at many system calls, and tells what the auditor found.
 *
 *   npm run kill-points -- --count 1000 --seed 1 --lanes 2
 */
import { parseArgs } from 'node:util'
import { killPoints } from './kill-points/run.ts'
import { straceFault } from './kill-points/strace.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    lanes: { type: 'string', default: '2' },
  },
})
const fault = straceFault()
if (fault !== null) throw new Error(fault)
const seed = Number(values.seed)
console.log(`killing at ${values.count} system calls, from seed ${seed}`)
const began = performance.now()
const told = await killPoints(Number(values.count), { seed, lanes: Number(values.lanes), say: console.log })
for (const [scenario, points] of told.points) console.log(`  ${scenario}: chosen from ${points} system calls`)
for (const { seed: at, scenario, rule, what } of told.findings)
  console.log(`seed ${at}, ${scenario}: ${rule}: ${what}`)
const seconds = Math.round((performance.now() - began) / 1000)
console.log(
  `killed at ${told.kills} different points; ${told.missed} more were not come to; ${told.findings.length} findings; ${seconds} s`,
)
process.exitCode = told.findings.length === 0 ? 0 : 1
