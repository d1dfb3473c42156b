/** Prints the microseconds of CPU, user and system together, that one reading of the run folder named costs. */
import { inspectPath } from '../../src/inspect.ts'

const [path = '', times = '100'] = process.argv.slice(2)

const batch = (): number => {
  const before = process.cpuUsage()
  for (let time = 0; time < Number(times); time++) inspectPath(path)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / Number(times)
}

// The quietest of ten, after three to warm up: what other programs do to caches is no cost of ours.
for (let warmUp = 0; warmUp < 3; warmUp++) batch()
console.log(Math.min(...Array.from({ length: 10 }, batch)))
