/** What becomes of registrations when the daemon, Redis or the registry fail; counted in the registry's own commit log. */
import { describe, expect, test } from 'vitest'
import { climb, openLab, type Row } from '../rig/lab.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'

const registered = (count: number) => (rows: Row[]) =>
  rows.filter((row) => row.state === 'registered').length === count

const SEQUENCING_ADD = '/api/v2/process/sequencing/add/'

/** Names that were committed more than once. */
function doubled(commits: Array<{ identity: Record<string, unknown> }>): string[] {
  const names = commits.map((one) => JSON.stringify(one.identity))
  return names.filter((name, index) => names.indexOf(name) !== index)
}

describe('the daemon is killed with -9 in the middle of delivering', () => {
  test.for(['with Redis kept', 'with Redis emptied'])(
    '%s: after a restart each run is registered once',
    async (redis) => {
      await using lab = await openLab({
        faults: { rules: [{ match: {}, fault: { do: 'delay', beforeCommitMs: 30 } }] },
      })
      const runs = Array.from({ length: 12 }, (_, index) => novaSeqRun(index + 100))
      for (const [index, run] of runs.entries()) {
        await writeRun(lab.runs, run)
        await lab.drop(`plate${index}.csv`, sheetFor(run, `LIB-${index}-X`))
      }
      await lab.start()
      await lab.event('registration.registered', (line) => line['attempt'] === 1)
      await lab.end('SIGKILL')
      if (redis === 'with Redis emptied') await lab.emptyRedis()
      await lab.start()
      const isHeld = (row: Row) => row.state === 'held'
      // What was on the wire when it died is not known here: at most one, and a person is told.
      const rows = await lab.registrations((all) => {
        const held = all.filter(isHeld)
        const behind = all.filter(
          (row) => row.state === 'queued' && held.some((one) => one.subject.library === row.subject.library),
        )
        return all.length === 24 && held.length <= 1 && registered(24 - held.length - behind.length)(all)
      })
      expect(rows.filter(isHeld).every((row) => row.reason === 'unknown-outcome')).toBe(true)
      const commits = [
        ...lab.commits('majora-2020-03-25', 'run'),
        ...lab.commits('majora-2020-03-25', 'library'),
      ]
      expect(doubled(commits)).toEqual([])
      expect(commits.length).toBeGreaterThanOrEqual(rows.filter((row) => row.state === 'registered').length)
    },
  )
})

test('429 twice, then accepted: one registration', async () => {
  await using lab = await openLab({
    faults: {
      rules: [
        { match: { path: SEQUENCING_ADD }, times: 2, fault: { do: 'status', status: 429, retryAfter: 0 } },
      ],
    },
  })
  const run = novaSeqRun(200)
  await lab.start()
  await writeRun(lab.runs, run)
  await lab.drop('plate.csv', sheetFor(run, 'LIB-429'))
  const rows = await lab.registrations(registered(2))
  expect(rows.find((row) => row.subject.type === 'run')?.attempts).toBe(3)
  expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
})

test('a connection reset after the commit holds one run, and after its probe the registry takes the next twenty', async () => {
  await using lab = await openLab({
    faults: {
      rules: [{ match: { path: SEQUENCING_ADD }, times: 1, fault: { do: 'reset', at: 'after-commit' } }],
    },
  })
  await lab.start()
  const first = novaSeqRun(300)
  await writeRun(lab.runs, first)
  await lab.drop('first.csv', sheetFor(first, 'LIB-FIRST'))
  await lab.event('registry.paused', (line) => line['reason'] === 'away')
  for (let number = 301; number <= 320; number++) {
    const run = novaSeqRun(number)
    await writeRun(lab.runs, run)
    await lab.drop(`plate${number}.csv`, sheetFor(run, `LIB-${number}`))
  }
  await lab.event('registry.opened')
  const rows = await lab.registrations(registered(41))
  const held = rows.filter((row) => row.state === 'held')
  expect(held.map((row) => [row.subject.name, row.reason])).toEqual([[first.runId, 'unknown-outcome']])
  expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(21)
})

test('a registry that is away costs nothing: what waits goes when it is back, and nobody is asked', async () => {
  await using lab = await openLab()
  const away = { ...climb(lab.sandbox), url: 'http://127.0.0.1:9' }
  lab.settings.registries = [away]
  await lab.configure()
  await lab.start()
  const run = novaSeqRun(400)
  await writeRun(lab.runs, run)
  await lab.drop('plate.csv', sheetFor(run, 'LIB-400'))
  await lab.event('registry.paused', (line) => line['reason'] === 'away')
  await lab.end()
  lab.settings.registries = [climb(lab.sandbox)]
  await lab.configure()
  await lab.start()
  const rows = await lab.registrations(registered(2))
  expect(rows.every((row) => row.state === 'registered')).toBe(true)
})
