/** An outage of three days, at a clock that is sped up: whatever waits goes through afterwards, once, and nobody is asked. */
import { expect, test } from 'vitest'
import { type Lab, openLab } from '../rig/lab.ts'
import { COLUMNS, registrationSheet } from '../rig/runs.ts'
import { batchSheet } from './kill-points/scenarios.ts'

/** Waiting at each kind; a thousand with RUNHERALD_LONG=1. */
const COUNT = process.env['RUNHERALD_LONG'] === '1' ? 1000 : 20
const TIME_SCALE = 20_000
const OUTAGE_MS = (3 * 24 * 3600 * 1000) / TIME_SCALE
const LIMITS = { concurrency: 2, perSecond: 500, timeoutSeconds: 5 }
const KINDS = ['majora-2020-03-24', 'majora-2020-03-25', 'majora-2', 'onecodex-v1', 'webhook'] as const

test(`three days without answers, with ${COUNT} runs or batches waiting at each kind`, {
  timeout: 3_600_000,
}, async () => {
  await using lab = await openLab({
    timeScale: TIME_SCALE,
    // Every answer is cut off, whether the request was taken or not.
    faults: { rules: [{ match: {}, fault: { do: 'reset', at: 'before-commit' } }] },
    sheets: { runsFrom: 'sheet' },
    config: {
      queue: { sweepSeconds: 2 * TIME_SCALE, lockSeconds: 60 * TIME_SCALE, stalledSeconds: 30 * TIME_SCALE },
    },
  })
  lab.settings.registries = KINDS.map((kind) => ({
    name: kind,
    kind,
    url: lab.sandbox.urlOf(kind),
    limits: LIMITS,
    graceSeconds: 0,
    ...(kind.startsWith('majora') ? {} : { auth: { tokenFile: `${lab.folder}/token` } }),
  }))
  await lab.configure()
  await lab.start()
  await lab.drop('runs.csv', runsSheet())
  for (let index = 0; index < COUNT; index++) {
    const tube = `TB${String(index).padStart(7, '0')}A`
    await lab.drop(`batch${index}.csv`, batchSheet(`Batch ${index}`, [tube]))
  }
  const began = performance.now()
  await lab.until(() => performance.now() - began > OUTAGE_MS || undefined, 'three days', 60_000)
  lab.sandbox.setFaults({ rules: [] })
  await delivered(lab)
  const rows = await lab.rows()
  for (const kind of KINDS) {
    const here = rows.filter((row) => row.registry === kind)
    expect(here.filter((row) => row.state === 'held').length, kind).toBeLessThanOrEqual(LIMITS.concurrency)
    expect(here.filter((row) => row.state === 'registered').length, kind).toBeGreaterThanOrEqual(
      COUNT - LIMITS.concurrency,
    )
  }
  const made = lab.sandbox
    .log()
    .flatMap((one) => (one.entry === 'commit' && one.effect === 'created' ? [one] : []))
  const keys = made.map(({ kind, type, name, identity }) =>
    JSON.stringify([kind, type, type === 'batch' || type === 'event' ? name : identity]),
  )
  expect(new Set(keys).size).toBe(keys.length)
})

/** Runs that no folder is needed for. */
function runsSheet(): string {
  const run = {
    instrument_make: 'ILLUMINA',
    instrument_model: 'NovaSeq 6000',
    start_time: '2020-03-03T16:41:00Z',
    end_time: '2020-03-04T16:41:00Z',
    library_sop_name: 'ARTIC',
    library_sop_version: 'v2',
  }
  const rows = Array.from({ length: COUNT }, (_, index) => ({
    ...run,
    central_sample_id: `S-${index}`,
    library_name: `OUTAGE-${index}`,
    run_name: `RUN-OUTAGE-${index}`,
    flowcell_id: `H${String(index).padStart(4, '0')}DRXX`,
  }))
  return registrationSheet(rows, [...COLUMNS, ...Object.keys(run), 'flowcell_id'])
}

/** Waits until nothing moves any more but what a held library keeps back. */
async function delivered(lab: Lab): Promise<void> {
  const MOVING = ['waiting', 'queued', 'sending', 'unknown']
  // The log tells of each; all of them are looked at only when no more are under way than those held can keep back.
  const most = KINDS.length * LIMITS.concurrency
  const planned = new Set<unknown>()
  const ended = new Set<unknown>()
  let read = 0
  await lab.until(
    async () => {
      for (; read < lab.lines.length; read++) {
        const line = lab.lines[read]
        if (line?.event === 'registration.planned') planned.add(line['registration'])
        if (line?.event === 'registration.registered' || line?.event === 'registration.held')
          ended.add(line['registration'])
      }
      if (planned.size < KINDS.length * COUNT || planned.size - ended.size > most) return undefined
      const rows = await lab.rows()
      const held = new Set(
        rows.filter((one) => one.state === 'held').map((one) => `library ${one.subject.name}`),
      )
      return rows.every((row) => !MOVING.includes(row.state) || held.has(row.reason ?? '')) || undefined
    },
    'all delivered',
    1_800_000,
  )
}
