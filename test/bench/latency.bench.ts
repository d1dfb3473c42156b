/** How long after its last marker is a run at the registry? */
import { test } from 'vitest'
import { finishRun, runIdOf, writeRun } from './folders.ts'
import { tell } from './results.ts'
import { arrivalsAt, openReceiver, Place, quantile, wait } from './rig.ts'

const SETTLE_SECONDS = 1

test.for([
  ['on', 200, 60],
  ['off', 40, 2],
] as const)('from the last marker to the POST, events %s', async ([events, count, sweepSeconds]) => {
  using place = new Place()
  await using receiver = await openReceiver(0)
  const runs = { events, sweepSeconds, settleSeconds: SETTLE_SECONDS, adopt: 'register' }
  place.configure({ runs, url: receiver.url, log: 'debug' })
  const folders = Array.from({ length: count }, (_, number) =>
    writeRun(place.runs, number, { finished: false }),
  )
  await using daemon = place.daemon()
  // The sweep that follows the watcher's own first look.
  await daemon.until('root.scanned', 2)
  await daemon.until('root.first-scan')
  await wait(SETTLE_SECONDS + 1)
  const marked: number[] = []
  for (const folder of folders) {
    finishRun(folder)
    marked.push(Date.now())
    await wait(0.12)
  }
  await daemon.until('registration.registered', count)
  const arrived = await arrivalsAt(receiver.url)
  const beyond = marked.map((at, number) => {
    const arrival = arrived.find(({ body }) => body.includes(runIdOf(number)))
    return (arrival?.at ?? Number.NaN) - at - SETTLE_SECONDS * 1000
  })
  const [p50, p99, most] = [quantile(beyond, 0.5), quantile(beyond, 0.99), quantile(beyond, 1)]
  const isOn = events === 'on'
  tell({
    figure: `last marker → POST at the registry beyond the settle time, events ${events}`,
    size: `${count} runs, one each 120 ms, settle time ${SETTLE_SECONDS} s, a sweep each ${sweepSeconds} s`,
    measured: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, most ${most.toFixed(0)} ms`,
    toReach: isOn ? 'p50 <= 150 ms, p99 <= 1 s' : `p99 <= one sweep and 150 ms`,
    reached: isOn ? p50 <= 150 && p99 <= 1000 : p99 <= sweepSeconds * 1000 + 150,
  })
})
