/** Element AVITI runs: which folders they are, and what a file that is still being copied does to them. */
import { describe, expect, test } from 'vitest'
import { element } from '../../src/sequencers/element/index.ts'
import { memoryFolder } from '../rig/folders.ts'
import { filesIn, runFixtures } from '../rig/run-fixtures.ts'

const fixtures = runFixtures('element').map((one) => [one.name, one] as const)

describe('cut off anywhere, a file makes the run wait or leaves it as it is', () => {
  const finished = fixtures.filter(([, { record }]) => record.completion.ended)
  test.for(finished)('%s', ([name, { path }]) => {
    const files = filesIn(path)
    const whole = element.read(memoryFolder(name, files))
    for (const file of ['RunParameters.json', 'RunUploaded.json']) {
      const bytes = files[file] ?? new Uint8Array()
      for (let length = 0; length < bytes.length; length++) {
        const cut = element.read(memoryFolder(name, { ...files, [file]: bytes.subarray(0, length) }))
        if (cut.completion.ended) expect([file, length, cut]).toEqual([file, length, whole])
      }
      const { [file]: _, ...others } = files
      expect(element.read(memoryFolder(name, others)).completion.ended).toBe(false)
    }
  })
})

const NAME = '20250210_AV240512_A_exome_14'
const parameters = (more: Record<string, unknown>) => ({
  'RunParameters.json': JSON.stringify({ RunFolderName: NAME, InstrumentName: 'AV240512', ...more }),
})

test('one flow cell planned and another loaded is a problem, and nobody knows which it was', () => {
  const flowcells = { FlowcellID: '2401', Consumables: { Flowcell: { SerialNumber: '2402' } } }
  const { run, problems } = element.read(memoryFolder(NAME, parameters(flowcells)))
  expect([run.flowcellId, problems.map((one) => one.code)]).toEqual([null, ['run-folder.ids-disagree']])
})

test('a date is in UTC, whether it says so or not', () => {
  for (const text of ['2025-02-10T10:15:30.123456789Z', '2025-02-10T10:15:30.123456789']) {
    const { run } = element.read(memoryFolder(NAME, parameters({ Date: text })))
    expect(run.start).toMatchObject({ text, instant: '2025-02-10T10:15:30.123Z', zone: 'utc' })
  }
})

test('a folder under a name of the site’s own is pointed out', () => {
  const { problems } = element.read(memoryFolder('exomes of February', parameters({})))
  expect(problems.map((one) => one.code)).toEqual(['run-folder.renamed'])
})

test.for([
  ['20250127_AV244103_1234_NT1850075L', [], true],
  ['renamed', ['RunParameters.json'], true],
  ['20250127_AV244103_1234_NT1850075L', ['RunInfo.xml'], false],
  ['20240926_LH00317_0041_A22GK7TLT3', [], false],
  ['AV244103', ['20250127_AV244103_1234_NT1850075L/'], false],
] as const)('%s with %j is recognised: %s', ([name, names, known]) => {
  expect(element.recognise({ name, names, list: () => [] })).toBe(known)
})

test('a table in the folder is a sheet and a mark, the manifest of the instrument is not', () => {
  const names = ['IndexAssignment.csv', 'RunManifest.csv', 'RunParameters.json', 'plate.csv']
  const folder = { name: 'x', names, list: () => [] }
  expect(element.sheets(folder)).toEqual(['plate.csv'])
  expect(element.marks(folder)).toEqual(['RunParameters.json', 'plate.csv'])
})
