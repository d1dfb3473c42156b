/**
 * Prints the microseconds of CPU, user and system together, that one reading of the run folder named costs; with `csv`,
 * of the file named by csv-parse alone.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { inspectPath } from '../../src/inspect.ts'

const [path = '', times = '100', what = 'folder'] = process.argv.slice(2)
const read =
  what === 'csv' ? () => parse(readFileSync(path), { relax_column_count: true }) : () => inspectPath(path)

const batch = (): number => {
  const before = process.cpuUsage()
  for (let time = 0; time < Number(times); time++) read()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / Number(times)
}

// The quietest of ten, after three to warm up: what other programs do to caches is no cost of ours.
for (let warmUp = 0; warmUp < 3; warmUp++) batch()
console.log(Math.min(...Array.from({ length: 10 }, batch)))
