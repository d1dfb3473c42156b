/** A registry finds something wrong with a value: the person is sent to where that value stands. */
import { expect, test } from 'vitest'
import { located, ofLibrary, type Places } from '../../src/planning/places.ts'
import { problem } from '../../src/problems.ts'

const missing = (name: string, rows: number[] = []) =>
  problem('registry.value-missing', name, { rows, column: { letter: '', name } })

const sheet = {
  file: 'plate7.csv',
  columns: {
    instrument_model: { letter: 'F', name: 'Instrument_Model' },
    library_name: { letter: 'B', name: 'library_name' },
  },
  runRows: [2, 3],
}
const run = { folder: 'RUN-1', provenance: { start: { file: 'RunInfo.xml', at: 'Run/Date' } } }

const cases: Array<[what: string, name: string, places: Places, place: unknown]> = [
  ['a fact that a file of the run tells', 'start_time', { sheet, run }, ['RunInfo.xml', [9], null]],
  [
    'a fact of the run that only the sheet tells',
    'instrument_model',
    { sheet, run },
    ['plate7.csv', [2, 3], 'F'],
  ],
  ['a fact that neither tells', 'flowcell_id', { sheet, run }, ['RUN-1', [9], null]],
  [
    'a fact that neither tells, and no folder',
    'flowcell_id',
    { sheet, run: null },
    ['plate7.csv', [9], null],
  ],
  ['a value of the library', 'library_name', { sheet, run }, ['plate7.csv', [9], 'B']],
  ['a value the sheet has no column for', 'library_seq_kit', { sheet, run }, ['plate7.csv', [9], null]],
  ['a name that every object has', 'constructor', { sheet, run }, ['plate7.csv', [9], null]],
  ['a value of the library without a sheet', 'library_name', { sheet: null, run }, [null, [9], null]],
]

test.each(cases)('%s', (_, name, places, place) => {
  const [one] = located([missing(name, [9])], places)
  const column = one?.column ?? null
  expect([one?.file, one?.rows, column === null ? null : column.letter]).toEqual(place)
})

test('what has a place already keeps it', () => {
  const placed = problem('registry.value-missing', 'x', {
    file: 'other.csv',
    column: { letter: 'C', name: 'start_time' },
  })
  const nowhere = problem('registry.value-missing', 'x', { file: 'other.csv', column: null })
  expect(located([placed, nowhere], { sheet, run })).toEqual([placed, nowhere])
})

test('of a library alone, what a run folder may yet tell is not asked', () => {
  const nowhere = problem('registry.value-missing', 'x', { column: null })
  const found = [missing('library_name'), missing('start_time'), nowhere]
  expect(ofLibrary(found)).toEqual([found[0], nowhere])
})
