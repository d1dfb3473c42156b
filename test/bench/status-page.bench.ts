/** How long does the status page take with 10,000 registrations in the journal? */
import { test } from 'vitest'
import { accepted, openRig, planOf, type Rig, runAt } from '../ops/rig.ts'

const RUNS = 5000

test(`the window with ${2 * RUNS} registrations`, { timeout: 300_000 }, async ({ bench }) => {
  await using rig = await openRig()
  await fill(rig)
  for (const path of ['/', '/metrics']) {
    const { latency } = await bench(
      path,
      async () => void (await (await fetch(`${rig.url}${path}`)).text()),
    ).run()
    console.log(
      `GET ${path} with ${2 * RUNS} registrations: p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms`,
    )
  }
})

/** A run and its library each, some of them without an answer. */
async function fill({ journal }: Rig): Promise<void> {
  const now = new Date()
  for (let first = 0; first < RUNS; first += 250) {
    const numbers = Array.from({ length: 250 }, (_, index) => first + index)
    const at = new Date(now.getTime() - (RUNS - first) * 600_000)
    const runs = numbers.map((number) => {
      const [serial, ago] = [`A00${number % 7}`, (RUNS - number) / 2]
      const runId = `261121_${serial}_${number}_AHX`
      return runAt(now, {
        model: 'NovaSeq 6000',
        serial,
        runId,
        flowcell: `H${number}`,
        from: ago + 20,
        to: ago,
      })
    })
    await Promise.all(runs.map((one) => journal.saveArtifact(one)))
    const plans = runs.flatMap(({ path }, index) => {
      const library = `LIB-${first + index}`
      return [
        planOf({ name: path.slice(path.lastIndexOf('/') + 1), library, path }),
        planOf({ type: 'library', name: library, library, path: `/data/dropbox/${library}.csv` }),
      ]
    })
    const planned = await journal.plan(plans, at)
    await Promise.all(
      planned.map(async ({ id, revision }, index) => {
        const arming = await journal.arm({ id, revision, url: 'http://127.0.0.1' }, at)
        if (arming.may === 'begin' && index % 40 > 0)
          await journal.settle({ id, revision, attempt: arming.armed.attempt }, accepted(id), at)
      }),
    )
  }
}
