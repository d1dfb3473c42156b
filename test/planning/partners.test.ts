/** A sheet waits for a run of a name that fits none: which of those that lie there is likely meant? */
import { expect, test } from 'vitest'
import { likelyRun } from '../../src/planning/partners.ts'
import { runFacts } from '../rig/facts.ts'

const runs = (...names: string[]) =>
  names.map((runId) => ({
    run: runFacts({ runId, folderName: runId, flowcellId: null, experimentName: null }),
  }))

test.each([
  ['plate-12', ['PLATE-12'], 'the same but for its case'],
  ['230101_A00001_0001', ['230101_A00001_0002'], 'differs in one place'],
  ['230101_A00001_0001', ['230101_B00001_0002'], 'differs in 2 places'],
  ['230101_A00001_0001', ['230101_B00002_0002'], null],
  ['Plate B', ['Plato B'], 'differs in one place'],
  ['Plate', ['PLATE'], 'the same but for its case'],
  ['Exomes', ['Exomes of the third week'], 'one name contains the other'],
  ['Exomes of the third week', ['exomes'], 'one name contains the other'],
  // Two plates, not one mistyped.
  ['Plate 7', ['Plate 8'], null],
  // Too short to be alike by anything but chance.
  ['ABCD', ['ABCD'], null],
  ['Kidney', ['Liver'], null],
])('%s beside %j: %j', (wanted, names, because) => {
  const [name = ''] = names
  expect(likelyRun(wanted, runs(...names))).toEqual(because === null ? null : { name, because })
})

test('the nearer of two is meant, and neither where both are as near', () => {
  const nearer = runs('Exomes-week-15', 'Exomes-week-12')
  expect(likelyRun('exomes-week-12', nearer)?.name).toBe('Exomes-week-12')
  expect(likelyRun('Exomes-week-11', nearer)).toBe(null)
  const longer = runs('Exomes-week-12-repeat', 'Exomes-weak-12')
  expect(likelyRun('Exomes-week-12', longer)?.name).toBe('Exomes-weak-12')
})

test('a run is known by its flow cell and its experiment too', () => {
  const run = runFacts({
    runId: 'R1',
    folderName: 'R1',
    flowcellId: 'HFVYKDRXX',
    experimentName: 'Exome plate 7',
  })
  expect(likelyRun('HFVYKDRXY', [{ run }])).toEqual({ name: 'R1', because: 'differs in one place' })
  expect(likelyRun('exome plate 7', [{ run }])).toEqual({ name: 'R1', because: 'the same but for its case' })
})
