/** How many registrations a second are delivered, each with its two durable commits, against a worker without a journal? */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { test } from 'vitest'
import { writeRun } from './folders.ts'
import { writeHistory } from './history.ts'
import { tell } from './results.ts'
import { arrivalsAt, node, openReceiver, Place, quantile, spread } from './rig.ts'

const COUNT = 2000
const ROUNDS = 3

test.for([
  [20, 0.85],
  [0, 0.5],
] as const)('delivery to a registry that answers in %s ms', async ([delayMs, toReach]) => {
  using planned = new Place()
  planned.configure({ runs: { adopt: 'register' }, url: 'http://127.0.0.1:9' })
  const paths = Array.from({ length: COUNT }, (_, number) => writeRun(planned.runs, number, { daysOld: 30 }))
  await writeHistory(planned, paths, { isSent: false })
  const ours: number[] = []
  const bare: number[] = []
  const cpu: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const mine = await ourRate(planned, delayMs)
    const plain = await bareRate(mine.body, delayMs)
    ours.push(mine.rate)
    cpu.push(mine.cpuMs)
    bare.push(plain)
    ratios.push(mine.rate / plain)
  }
  tell({
    figure: `queued → accepted POST, every commit durable, against a bare BullMQ worker doing the same POST; registry of ${delayMs} ms`,
    size: `${COUNT} registrations, concurrency 16, ${ROUNDS} rounds of each in turn`,
    measured: `${spread(ratios, '×', 2)} (${spread(ours, '/s', 0)} against ${spread(bare, '/s', 0)}; ${spread(cpu, 'ms of processor time each', 2)})`,
    toReach: `>= ${toReach} ×`,
    reached: quantile(ratios, 0.5) >= toReach,
  })
})

/** POSTs a second, once a tenth of them has warmed it up. All were planned before. */
async function ourRate(
  planned: Place,
  delayMs: number,
): Promise<{ rate: number; body: string; cpuMs: number }> {
  await using receiver = await openReceiver(delayMs)
  using place = new Place()
  cpSync(planned.state, place.state, { recursive: true })
  place.configure({ runs: { adopt: 'register' }, url: receiver.url })
  await using daemon = place.daemon('--work-only')
  await daemon.until('registration.registered', COUNT / 10)
  const [from, before] = [daemon.count('registration.registered'), daemon.cpuSeconds()]
  await daemon.until('registration.registered', COUNT)
  const cpuMs = ((daemon.cpuSeconds() - before) / (COUNT - from)) * 1000
  const arrived = await arrivalsAt(receiver.url)
  return { rate: rateOf(arrived), body: arrived[0]?.body ?? '', cpuMs }
}

async function bareRate(body: string, delayMs: number): Promise<number> {
  await using receiver = await openReceiver(delayMs)
  execFileSync(node, ['test/bench/bare-worker.ts', receiver.url, String(COUNT), body])
  return rateOf(await arrivalsAt(receiver.url))
}

function rateOf(arrived: Array<{ at: number }>): number {
  if (arrived.length !== COUNT) throw new Error(`${arrived.length} POSTs arrived`)
  const [first, last] = [arrived[COUNT / 10 - 1], arrived.at(-1)]
  return (COUNT * 0.9) / (((last?.at ?? 0) - (first?.at ?? 0)) / 1000)
}
