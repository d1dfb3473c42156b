/** What becomes of registrations when the daemon, Redis or the registry fail; counted in the registry's own commit log. */
import { describe, expect, test } from 'vitest'
import { climb, openLab, type Row, registered } from '../rig/lab.ts'
import { novaSeqRun } from '../rig/runs.ts'

const SEQUENCING_ADD = '/api/v2/process/sequencing/add/'

describe('the daemon is killed with -9 when the registry has taken a run and not answered yet', () => {
  test.for(['with Redis kept', 'with Redis emptied'])(
    '%s: after a restart each run is registered once',
    async (redis) => {
      await using lab = await openLab({
        faults: {
          rules: [{ match: { path: SEQUENCING_ADD }, times: 1, fault: { do: 'hang', at: 'after-commit' } }],
        },
      })
      for (let number = 101; number <= 112; number++) await lab.bring(novaSeqRun(number), `LIB-${number}`)
      await lab.start()
      await lab.until(() => lab.commits('majora-2020-03-25', 'run')[0], 'the first run at the registry')
      await lab.end('SIGKILL')
      if (redis === 'with Redis emptied') await lab.emptyRedis()
      await lab.start()
      // Whether it arrived is not known here, and a person is told.
      const isDoubtful = ({ reason }: Row) => reason === 'unknown-outcome'
      const rows = await lab.registrations((all) => registered(23)(all.filter((row) => !isDoubtful(row))))
      expect(rows.filter(isDoubtful)).toMatchObject([{ state: 'held', attempts: 1 }])
      for (const type of ['library', 'run'] as const) {
        const names = lab.commits('majora-2020-03-25', type).map(({ identity }) => JSON.stringify(identity))
        expect(names).toHaveLength(12)
        expect(new Set(names).size).toBe(12)
      }
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
  await lab.start()
  await lab.bring(novaSeqRun(200), 'LIB-429')
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
  await lab.bring(first, 'LIB-FIRST')
  await lab.event('registry.paused', (line) => line['reason'] === 'away')
  for (let number = 301; number <= 320; number++) await lab.bring(novaSeqRun(number), `LIB-${number}`)
  await lab.event('registry.opened')
  const isFirst = (row: Row) => row.subject.name === first.runId
  const rows = await lab.registrations((all) => registered(41)(all.filter((row) => !isFirst(row))))
  const held = rows.filter(isFirst)
  expect(held.map((row) => [row.subject.name, row.reason])).toEqual([[first.runId, 'unknown-outcome']])
  expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(21)
})

test('a registry that is away costs nothing: what waits goes when it is back, and nobody is asked', async () => {
  await using lab = await openLab({}, ({ sandbox }) => [climb(sandbox, { url: 'http://127.0.0.1:9' })])
  await lab.start()
  await lab.bring(novaSeqRun(400), 'LIB-400')
  await lab.event('registry.paused', (line) => line['reason'] === 'away')
  await lab.end()
  await lab.configure({ registries: [climb(lab.sandbox)] })
  await lab.start()
  await lab.registrations(registered(2))
  expect(lab.lines.filter(({ event }) => event === 'registration.held')).toEqual([])
})
