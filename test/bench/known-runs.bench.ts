/** What do ten years of finished runs cost while nothing happens: a restart, a sweep, memory, and the processor? */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'vitest'
import { writeRun } from './folders.ts'
import { writeHistory } from './history.ts'
import { tell } from './results.ts'
import { type Measured, median, openReceiver, Place, spread, systemCalls, wait } from './rig.ts'

const RUNS = 10_000
const RESTARTS = 3
const SWEEPS = 15
const WINDOW_SECONDS = 10
const IDLE_SECONDS = 20
const size = `${RUNS} known and registered runs`

test(`${RUNS} known run folders`, async () => {
  using place = new Place()
  await using receiver = await openReceiver(0)
  place.configure({ runs: {}, url: receiver.url, log: 'debug' })
  const paths = Array.from({ length: RUNS }, (_, number) => writeRun(place.runs, number, { daysOld: 30 }))
  await writeHistory(place, paths)
  await restarts(place)
  place.configure({ runs: { sweepSeconds: 0.5 }, url: receiver.url, log: 'debug' })
  await sweeps(place)
})

/** With the settings that everybody has: one sweep a minute. */
async function restarts(place: Place): Promise<void> {
  const times: number[] = []
  const memory: number[] = []
  for (let round = 0; round < RESTARTS; round++) {
    const began = performance.now()
    await using daemon = place.daemon()
    await ready(daemon)
    times.push((performance.now() - began) / 1000)
    // Until its first sweeps and the watchers are done.
    await wait(5)
    memory.push(daemon.memoryMb())
    if (round === RESTARTS - 1) await idle(daemon)
  }
  tell({
    figure: 'restart, from the start of the process until /readyz says ready',
    size: `${size}, ${RESTARTS} rounds`,
    measured: spread(times, 's', 2),
    toReach: '<= 2 s',
    reached: median(times) <= 2,
  })
  tell({
    figure: 'resident memory, without Redis',
    size: `${size}, 5 s after the start, ${RESTARTS} rounds`,
    measured: spread(memory, 'MB', 0),
    toReach: '<= 150 MB',
    reached: median(memory) <= 150,
  })
}

async function ready(daemon: Measured): Promise<void> {
  const { url } = await daemon.until('http.listening')
  while (!(await fetch(`${url}/readyz`)).ok) await wait(0.01)
}

async function idle(daemon: Measured): Promise<void> {
  const before = daemon.cpuSeconds()
  await wait(IDLE_SECONDS)
  const percent = ((daemon.cpuSeconds() - before) / IDLE_SECONDS) * 100
  tell({
    figure: 'processor while nothing happens, of one core',
    size: `${size}, one sweep a minute, ${IDLE_SECONDS} s`,
    measured: `${percent.toFixed(2)} %`,
    toReach: '<= 0.5 %',
    reached: percent <= 0.5,
  })
}

async function sweeps(place: Place): Promise<void> {
  await using daemon = place.daemon()
  await daemon.until('root.scanned', 5)
  const times: number[] = []
  const finds: number[] = []
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const { tookMs, folders } = await daemon.until('root.scanned', daemon.count('root.scanned') + 1)
    if (folders !== readdirSync(place.runs).length) throw new Error(`it saw ${folders} folders`)
    times.push(Number(tookMs))
    const start = performance.now()
    spawnSync('find', [place.runs, '-mindepth', '1', '-maxdepth', '1'], { maxBuffer: 1e8 })
    finds.push(performance.now() - start)
  }
  const ratio = median(times) / median(finds)
  tell({
    figure: 'a sweep of known run folders, against find -mindepth 1 -maxdepth 1',
    size: `${size}, depth 1, ${SWEEPS} of each in turn`,
    measured: `${ratio.toFixed(2)} x (${spread(times, 'ms')} against ${spread(finds, 'ms')})`,
    toReach: '<= 1.5 x',
    reached: ratio <= 1.5,
  })
  const before = daemon.count('root.scanned')
  const calls = await systemCalls(daemon.pid, WINDOW_SECONDS)
  const each = calls === null ? null : calls / (daemon.count('root.scanned') - before) / RUNS
  tell({
    figure: 'system calls of the whole daemon in a sweep, per known run',
    size: `${size}, depth 1, strace -c -f for ${WINDOW_SECONDS} s`,
    measured: each === null ? 'strace is not there or not permitted' : each.toFixed(3),
    toReach: '<= 0.1',
    reached: each === null ? null : each <= 0.1,
  })
}
