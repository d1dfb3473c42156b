/** Ten thousand sheets at once: when are all seen, when are all queued, at what memory, and is the loop held up? */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { sheetOf } from './folders.ts'
import { tell } from './results.ts'
import { openReceiver, Place, wait } from './rig.ts'

const COUNT = 10_000

test.for(['running', 'stopped'] as const)('10,000 sheets at once while the daemon is %s', async (how) => {
  using place = new Place()
  await using receiver = await openReceiver(0)
  place.configure({
    sheets: { settleSeconds: 1, sweepSeconds: 5, finished: 'keep' },
    url: receiver.url,
    log: 'debug',
  })
  await using daemon = place.daemon()
  await daemon.until('daemon.started')
  await daemon.until('root.scanned', 2)
  const url = String((await daemon.until('http.listening'))['url'])
  // What its start took is no part of it: each look begins anew.
  await longestHoldUpMs(url)
  const began = performance.now()
  if (how === 'stopped') daemon.child.kill('SIGSTOP')
  for (let number = 0; number < COUNT; number++)
    writeFileSync(join(place.sheets, `plate${number}.csv`), sheetOf(number))
  if (how === 'stopped') daemon.child.kill('SIGCONT')
  const landed = performance.now()
  const health = watchHealth(url)
  // The meter counts the stop itself; what comes right after it holds up the first answer of /healthz.
  if (how === 'stopped') await longestHoldUpMs(url)
  await daemon.until('sheet.seen', COUNT)
  const seen = (performance.now() - landed) / 1000
  // A run and a library of each: the run is queued, or waits for its folder.
  await daemon.until('registration.planned', COUNT)
  const queued = (performance.now() - landed) / 1000
  const memory = daemon.memoryMb('VmHWM')
  const heldUp = await longestHoldUpMs(url)
  const longest = await health.end()
  tell({
    figure: `10,000 sheets at once, the daemon ${how} while they land`,
    size: `${COUNT} sheets of two samples, copied in ${((landed - began) / 1000).toFixed(1)} s`,
    measured: `all seen in ${seen.toFixed(1)} s, all queued in ${queued.toFixed(1)} s, at most ${memory.toFixed(0)} MB; the slowest answer of /healthz took ${longest.toFixed(0)} ms`,
    toReach: 'seen in 30 s, queued in 90 s, 400 MB',
    reached: seen <= 30 && queued <= 90 && memory <= 400,
  })
  tell({
    figure: `the event loop meanwhile, the daemon ${how} while they land`,
    size: `${COUNT} sheets, by the daemon's own meter in /metrics${how === 'stopped' ? ', from its first answer on' : ''}`,
    measured: `held up for at most ${heldUp.toFixed(0)} ms`,
    toReach: 'never over 100 ms',
    reached: heldUp <= 100,
  })
})

/** The meter is a timer of so many milliseconds: what it says beyond them the loop was held up. */
const METER_MS = 50

/** Since this was asked last. */
async function longestHoldUpMs(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const seconds = Number(/^runherald_nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(metrics)?.[1])
  return Math.max(0, seconds * 1000 - METER_MS)
}

/** Asks for its health ten times a second: what holds up the loop holds up the answer. */
function watchHealth(url: string): { end(): Promise<number> } {
  let longest = 0
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const asked = performance.now()
      await (await fetch(`${url}/healthz`)).text()
      longest = Math.max(longest, performance.now() - asked)
      await wait(0.1)
    }
  })()
  return {
    async end() {
      isOver = true
      await watching
      return longest
    },
  }
}
