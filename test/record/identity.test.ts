/** Ids that must never change, and the names a run answers to. */
import { expect, test } from 'vitest'
import { registrationId, sequencingId, uuid5 } from '../../src/record/identity.ts'
import { answersTo } from '../../src/record/join.ts'
import { runFacts } from '../rig/facts.ts'

test('a derived id never changes: it is a version 5 UUID of make, serial and run id', () => {
  const run = runFacts({ runId: '200303_A00562_0352_AHKFVLDRXX', instrumentSerial: 'A00562' })
  expect(sequencingId(run)).toEqual({
    sequencingId: uuid5('ILLUMINA\nA00562\n200303_A00562_0352_AHKFVLDRXX'),
    sequencingIdSource: 'derived',
  })
  expect(sequencingId(run).sequencingId).toBe('6f06b24a-a12d-5df1-b955-ebf35737a6c3')
})

test('the instrument’s own UUID is taken as it is, in lower case', () => {
  const run = runFacts({ sequencingUuid: '136E9F68-0BAA-43D7-AAF7-6D5D63EF5733' })
  expect(sequencingId(run)).toEqual({
    sequencingId: '136e9f68-0baa-43d7-aaf7-6d5d63ef5733',
    sequencingIdSource: 'instrument',
  })
})

test('a registration id depends on the registry and the subject, and on nothing else', () => {
  expect(registrationId('a', 'run\nx\nL')).toBe(registrationId('a', 'run\nx\nL'))
  expect(registrationId('a', 'run\nx\nL')).not.toBe(registrationId('b', 'run\nx\nL'))
})

test.for([
  ['its run id', { by: 'run_name', value: '141105_M01102_0149_000000000-AAC1Y' }, true],
  ['its folder name', { by: 'run_name', value: 'renamed' }, true],
  ['its run id in another case', { by: 'run_name', value: '141105_m01102_0149_000000000-aac1y' }, false],
  ['its flow cell', { by: 'flowcell_id', value: '000000000-AAC1Y' }, true],
  ['its flow cell without MiSeq’s zeros, in lower case', { by: 'flowcell_id', value: 'aac1y' }, true],
  ['another flow cell', { by: 'flowcell_id', value: 'AAC1Z' }, false],
  ['its experiment', { by: 'experiment_name', value: 'Plate 7' }, true],
  ['its experiment in another case', { by: 'experiment_name', value: 'plate 7' }, false],
] as const)('a run answers to %s', ([, link, expected]) => {
  const run = runFacts({
    runId: '141105_M01102_0149_000000000-AAC1Y',
    folderName: 'renamed',
    flowcellId: '000000000-AAC1Y',
    experimentName: 'Plate 7',
  })
  expect(answersTo(run, link)).toBe(expected)
})
