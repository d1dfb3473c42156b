/**
 * Runs as many histories as asked for, and tells which seeds broke a promise.
 *
 *   npm run simulate-histories -- --count 1000000 --seed 1
 *
 * One seed alone with `--count 1 --trace` tells step by step what happened.
 */
import { parseArgs } from 'node:util'
import { histories } from './simulation/histories.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    steps: { type: 'string', default: '50' },
    trace: { type: 'boolean', default: false },
  },
})
const [count, first, steps] = [Number(values.count), Number(values.seed), Number(values.steps)]
console.log(`${count} histories of up to ${steps} steps, from seed ${first}`)
const trace = values.trace ? (line: string) => console.log(line) : () => {}
let said = 0
const began = performance.now()
const { broken, counts } = await histories(
  { first, count },
  (line) => {
    said += 1
    if (said <= 20) console.log(line)
  },
  { steps, trace },
)
const seconds = (performance.now() - began) / 1000
for (const [what, number] of [...counts].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`  ${what.padEnd(24)}${number}`)
console.log(`${broken} of ${count} histories broke a promise; ${seconds.toFixed(0)} s`)
process.exitCode = broken === 0 ? 0 : 1
