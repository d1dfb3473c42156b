/** What does a sweep cost for each folder between the root and its run folders, where all runs are known? */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { writeRun } from './folders.ts'
import { writeHistory } from './history.ts'
import { tell } from './results.ts'
import { openReceiver, Place, systemCalls } from './rig.ts'

const [GROUPS, SAMPLES, RUNS] = [20, 50, 2]
const WINDOW_SECONDS = 10

test('a sweep at depth 3', async () => {
  using place = new Place()
  await using receiver = await openReceiver(0)
  place.configure({ runs: { sweepSeconds: 0.5, depth: 3 }, url: receiver.url, log: 'debug' })
  const paths: string[] = []
  for (let group = 0; group < GROUPS; group++)
    for (let sample = 0; sample < SAMPLES; sample++) {
      const folder = join(place.runs, `group${group}`, `sample${sample}`)
      mkdirSync(folder, { recursive: true })
      for (let run = 0; run < RUNS; run++) paths.push(writeRun(folder, paths.length, { daysOld: 30 }))
    }
  await writeHistory(place, paths)
  await using daemon = place.daemon()
  await daemon.until('root.scanned', 10)
  const before = daemon.count('root.scanned')
  const calls = await systemCalls(daemon.pid, WINDOW_SECONDS)
  const between = GROUPS + GROUPS * SAMPLES
  const each = calls === null ? null : calls / (daemon.count('root.scanned') - before) / between
  tell({
    figure: 'system calls of the whole daemon in a sweep, per folder between',
    size: `${between} folders of groups and samples above ${paths.length} known runs, strace -c -f for ${WINDOW_SECONDS} s`,
    measured: each === null ? 'strace is not there or not permitted' : each.toFixed(2),
    toReach: '<= 1.2',
    reached: each === null ? null : each <= 1.2,
  })
})
