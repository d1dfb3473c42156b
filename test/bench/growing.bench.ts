/** What does a run cost that grows by thousands of files of reads a second? */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { writeRun } from './folders.ts'
import { tell } from './results.ts'
import { node, openReceiver, Place, wait } from './rig.ts'

const FILES = 200_000
const A_SECOND = 2000
const SECONDS = 20
const READS = 'Data/Intensities/BaseCalls/L001'

test('an active run that grows', async () => {
  using place = new Place()
  await using receiver = await openReceiver(0)
  place.configure({ runs: { sweepSeconds: 5 }, url: receiver.url, log: 'debug' })
  const reads = join(writeRun(place.runs, 1, { finished: false }), READS)
  mkdirSync(reads, { recursive: true })
  for (let file = 0; file < FILES; file++) writeFileSync(join(reads, `${file}.cbcl`), '')
  await using daemon = place.daemon()
  await daemon.until('root.scanned', 2)
  await wait(2)
  const growing = spawn(node, ['test/bench/grow.ts', reads, String(A_SECOND)])
  await wait(2)
  const before = daemon.cpuSeconds()
  await wait(SECONDS)
  const share = ((daemon.cpuSeconds() - before) / SECONDS) * 100
  const watches = daemon.inotifyWatches()
  const listed = await listings(daemon.pid)
  growing.kill()
  tell({
    figure: 'inotify watches beside an active run that grows',
    size: `1 root, 1 active run of ${FILES} files and ${A_SECOND} more a second, from /proc/PID/fdinfo`,
    measured: `${watches} watches; ${listed === null ? 'calls that name its read data not permitted to be traced' : `${listed} calls in 12 s that name its read data`}`,
    toReach: 'roots + active runs (2), read data never listed',
    reached: watches <= 2 && (listed ?? 0) === 0,
  })
  tell({
    figure: 'processor time beside an active run that grows',
    size: `the same, over ${SECONDS} s`,
    measured: `${share.toFixed(2)} % of a core`,
    toReach: '<= 2 %',
    reached: share <= 2,
  })
})

/** How often it asked for anything in the folder of reads over two sweeps; null where it may not be traced. */
async function listings(pid: number): Promise<number | null> {
  const file = join('/tmp', `runherald-listed-${pid}`)
  const strace = spawn('strace', ['-f', '-y', '-e', 'trace=%file,getdents64', '-o', file, '-p', String(pid)])
  const ended = new Promise<number | null>((resolve) => {
    strace.on('exit', resolve)
    strace.on('error', () => resolve(-1))
  })
  await wait(12)
  strace.kill('SIGINT')
  if ((await ended) === -1) return null
  const calls = readFileSync(file, 'utf8').split('\n')
  rmSync(file)
  return calls.some((call) => call.includes(', '))
    ? calls.filter((call) => call.includes('/Data/')).length
    : null
}
