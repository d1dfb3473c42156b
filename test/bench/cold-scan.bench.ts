/** What does it cost to meet 1,000 finished runs for the first time, beyond reading them? */
import { execFileSync } from 'node:child_process'
import { test } from 'vitest'
import { writeRun } from './folders.ts'
import { tell } from './results.ts'
import { median, node, openSandbox, Place, spread, wait } from './rig.ts'

const RUNS = 1000
const ROUNDS = 3
const size = `${RUNS} finished NovaSeq runs, ${ROUNDS} rounds`

/** Seconds: of the wall clock from the start of the process, and of processor time of all its threads. */
type Cost = { wall: number; cpu: number; reading: number }

test(`a cold scan of ${RUNS} finished runs`, async () => {
  const starts: number[] = []
  const planned: Cost[] = []
  const registered: Cost[] = []
  for (let round = 0; round < ROUNDS; round++) {
    starts.push((await scan({ runs: 0, send: true })).cpu)
    planned.push(await scan({ runs: RUNS, send: false }))
    registered.push(await scan({ runs: RUNS, send: true }))
  }
  const times = registered.map(({ wall }) => wall)
  tell({
    figure: 'cold scan with full reading until all are registered at a sandbox that answers at once',
    size: `${size}, from the start of the process`,
    measured: spread(times, 's'),
    toReach: '<= 10 s',
    reached: median(times) <= 10,
  })
  const start = median(starts)
  const beyond = (costs: Cost[]) => costs.map(({ cpu, reading }) => ((cpu - start - reading) / RUNS) * 1000)
  const reading = spread(
    registered.map((one) => (one.reading / RUNS) * 1000),
    'ms',
    2,
  )
  tell({
    figure: 'processor time of the scan beyond reading: found, judged, kept, joined and planned',
    size: `${size}; all threads, without the ${start.toFixed(2)} s of a start with nothing to do`,
    measured: `${spread(beyond(planned), 'ms a run', 2)}; reading alone ${reading}`,
    toReach: '<= 0.3 ms a run',
    reached: median(beyond(planned)) <= 0.3,
  })
  tell({
    figure: 'the same, with all of them queued, sent and their answers kept',
    size,
    measured: spread(beyond(registered), 'ms a run', 2),
    toReach: 'none of its own',
    reached: null,
  })
})

async function scan({ runs, send }: { runs: number; send: boolean }): Promise<Cost> {
  using place = new Place()
  await using sandbox = await openSandbox()
  for (let number = 0; number < runs; number++) writeRun(place.runs, number, { daysOld: 30 })
  place.configure({ runs: { adopt: 'register' }, url: sandbox.url })
  const reading = runs === 0 ? 0 : readingSeconds(place.runs)
  const began = performance.now()
  await using daemon = place.daemon(...(send ? [] : ['--watch-only']))
  await daemon.until('root.first-scan')
  if (send && runs > 0) await daemon.until('registration.registered', runs)
  const wall = (performance.now() - began) / 1000
  // What a start does last of all.
  if (runs === 0) await wait(1)
  return { wall, cpu: daemon.cpuSeconds(), reading }
}

/** Processor time of reading every folder once, in a process of its own, without its start. */
const readingSeconds = (root: string): number =>
  Number(execFileSync(node, ['test/bench/reader.ts', root], { encoding: 'utf8' }))
