/** A run as a registry is told of it: the folder's facts, the configuration's, and a sheet's alone. */
import { expect, test } from 'vitest'
import { claimedRun, fillTemplate, toRecord } from '../../src/planning/record.ts'
import { silentClaim } from '../rig/facts.ts'
import { options, run } from './rig.ts'

test('the model is the one configured for the instrument, else the one in the folder', () => {
  const modelOf = (serial: string | null) => (serial === 'A00001' ? 'NovaSeq 6000' : null)
  const of = (instrumentSerial: string, instrumentModel: string | null) =>
    toRecord(run({ instrumentSerial, instrumentModel }), options([], { modelOf })).instrumentModel
  expect([of('A00001', 'NovaSeq'), of('A00002', 'NextSeq 500'), of('A00002', null)]).toEqual([
    ...['NovaSeq 6000', 'NextSeq 500', null],
  ])
})

test.each([
  ['2026-03-20 09:00', 'Europe/London', '2026-03-20T09:00', '2026-03-20T09:00:00.000Z'],
  ['2026-07-20T09:00:30', 'Europe/London', '2026-07-20T09:00:30', '2026-07-20T08:00:30.000Z'],
  ['2026-07-20 09:00', null, '2026-07-20T09:00', null],
  ['2026-07-20T09:00:00+02:00', null, null, '2026-07-20T07:00:00.000Z'],
])('a start of %s in a sheet, in zone %s', (said, siteZone, local, instant) => {
  const link = { by: 'run_name' as const, value: 'R1' }
  const { start, runId } = claimedRun(
    link,
    { ...silentClaim, startTime: said },
    'ILLUMINA',
    options([], { siteZone }),
  )
  expect(runId).toBe('R1')
  expect(start).toMatchObject({ instant, ...(local === null ? {} : { local }) })
})

test('a name from a template is made of facts that are there, and says which are not', () => {
  const record = toRecord(run({ runId: 'R1', flowcellId: null, laneCount: 2 }), options())
  expect(fillTemplate('LIB-{runId}-{laneCount}', record)).toEqual({ name: 'LIB-R1-2', missing: [] })
  expect(fillTemplate('{runId}-{flowcellId}-{constructor}', record)).toEqual({
    ...{ name: null, missing: ['flowcellId', 'constructor'] },
  })
  expect(fillTemplate('  ', record)).toEqual({ name: null, missing: [] })
})
