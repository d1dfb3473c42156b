/** How long does the status page take with 10,000 registrations in the journal, and what does it weigh? */
import { test } from 'vitest'
import { accepted, lost, openRig, planOf, type Rig, refused, runAt } from '../ops/rig.ts'

const RUNS = 5000
const REQUESTS = 300
const GOAL = { p95Ms: 100, bytes: 60_000 }

test(`the window with ${2 * RUNS} registrations`, { timeout: 300_000 }, async () => {
  await using rig = await openRig()
  await fill(rig)
  for (const path of ['/', '/metrics', '/api/registries']) {
    const url = `${rig.url}${path}`
    const took: number[] = []
    for (let count = 0; count < REQUESTS; count++) {
      // Something was written since the last look, as it is while the daemon works.
      await rig.journal.setMeta('bench', String(count))
      const began = performance.now()
      await (await fetch(url)).text()
      took.push(performance.now() - began)
    }
    const sorted = took.toSorted((a, b) => a - b)
    const at = (part: number) => (sorted[Math.floor(part * REQUESTS)] ?? 0).toFixed(1)
    console.log(
      `GET ${path} with ${2 * RUNS} registrations: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (goal ${GOAL.p95Ms}), p99 ${at(0.99)} ms`,
    )
  }
  const parts = await Promise.all(['/', '/style.css', '/live.js'].map(async (path) => sizeOf(rig.url + path)))
  const all = parts.reduce((sum, one) => sum + one, 0)
  console.log(`page, style and script: ${parts.join(' + ')} = ${all} bytes (goal ${GOAL.bytes})`)
})

const sizeOf = async (url: string) => (await (await fetch(url)).arrayBuffer()).byteLength

/** A run and its library each; every fortieth was refused, got no answer, or waits. */
async function fill({ journal }: Rig): Promise<void> {
  const now = new Date()
  for (let first = 0; first < RUNS; first += 250) {
    const numbers = Array.from({ length: 250 }, (_, index) => first + index)
    const at = new Date(now.getTime() - (RUNS - first) * 600_000)
    const runs = numbers.map((number) => {
      const [serial, ago] = [`A0056${number % 7}`, (RUNS - number) / 2]
      const runId = `261121_${serial}_${String(number).padStart(4, '0')}_AH7GTDSX3`
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
      const waits = index % 40 === 3 ? (['sheet'] as const) : index % 40 === 7 ? (['run'] as const) : []
      return [
        planOf({ name: path.slice(path.lastIndexOf('/') + 1), library, path, waitingFor: [...waits] }),
        planOf({ type: 'library', name: library, library, path: `/data/dropbox/${library}.csv` }),
      ]
    })
    const planned = await journal.plan(plans, at)
    await Promise.all(
      planned.map(async ({ id, revision }, index) => {
        const arming = await journal.arm({ id, revision, url: 'http://127.0.0.1' }, at)
        if (arming.may !== 'begin' || index % 40 === 0) return
        const outcome = index % 40 === 1 ? REFUSED : index % 40 === 2 ? lost : accepted(id)
        await journal.settle({ id, revision, attempt: arming.armed.attempt }, outcome, at)
        if (outcome === lost) await journal.openRegistry('climb', 'probe', at)
      }),
    )
  }
}

const REFUSED = refused(
  ...['library_seq_kit', 'library_seq_protocol', 'library_layout_config'].map(
    (name) => `${name}: "LSK-9" is not one of those that are known here`,
  ),
)
