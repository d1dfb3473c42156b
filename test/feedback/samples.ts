/** Reports as a laboratory gets them: a sheet full of mistakes, one that is registered, one that waits, one in part. */
import type { SheetReport } from '../../src/feedback/report.ts'
import type { SheetReading } from '../../src/handovers.ts'
import { readSheet } from '../../src/sample-sheets/index.ts'
import { LIBRARY_COLUMNS, registrationSheet, type SheetRow } from '../rig/runs.ts'
import { libraryOf, registrationOf, reportOf, runOf } from './rig.ts'

const COLUMNS = [...LIBRARY_COLUMNS, 'library_layout_read_length', 'sequencing_org_received_date', 'run_name']
const RUN = '200303_A00562_0352_AHKFVLDRXX'
const REFUSED = '5a1e0b77-2222-5c8a-9d0e-1f2a3b4c5d6e'

const rows = (library: string, from: number): SheetRow[] =>
  Array.from({ length: 24 }, (_, at) => ({
    central_sample_id: `BIRM-${from + at}`,
    library_name: library,
    library_layout_read_length: '151',
    sequencing_org_received_date: '2020-03-02',
    run_name: RUN,
  }))

function read(sheet: SheetRow[]): SheetReading {
  const bytes = new Uint8Array(Buffer.from(registrationSheet(sheet, COLUMNS)))
  const { recognised } = readSheet(bytes, { file: 'plate7.csv' })
  if (recognised === null) throw new Error('the sheet was not recognised')
  return recognised
}

function spoilt(): SheetRow[] {
  const sheet = rows('BIRM-PLATE-7', 4001)
  const spoil = (row: number, cells: SheetRow) => Object.assign(sheet[row - 2] ?? {}, cells)
  spoil(4, { library_source: 'VIRAL_RMA' })
  spoil(5, { library_source: 'VIRAL_RMA' })
  spoil(6, { central_sample_id: '1.23E+13' })
  spoil(9, { central_sample_id: '' })
  spoil(12, { sequencing_org_received_date: '31/02/2020' })
  spoil(14, { library_layout_read_length: 'long' })
  spoil(17, { central_sample_id: 'BIRM-4003' })
  spoil(20, { library_seq_kit: 'LSK110' })
  spoil(21, { library_layout_config: 'paired' })
  return sheet
}

const bad = read(spoilt())
const good = read([...rows('BIRM-PLATE-7', 4001), ...rows('BIRM-PLATE-8', 4101)])

const registeredLibrary = (name: string, first: number) =>
  libraryOf({
    name,
    rows: Array.from({ length: 24 }, (_, at) => first + at),
    samples: 24,
    outcome: 'registered',
    sent: 'all',
    registrations: [
      registrationOf({
        state: 'registered',
        attempts: 1,
        remoteIds: { library: '8f2b4c1e-66aa-4a0f-9f5e-0c1d2e3f4a5b' },
      }),
      runOf({
        state: 'registered',
        attempts: 1,
        subject: { type: 'run', name: RUN, library: name, path: null },
        remoteIds: { sequencing: 'c1d2e3f4-0011-4a0f-9f5e-8f2b4c1e66aa' },
      }),
    ],
  })

const awaited = runOf({
  state: 'waiting',
  reason: 'run',
  subject: { type: 'run', name: RUN, library: 'BIRM-PLATE-8', path: null },
})

export const sampleReports = (
  folder: string,
): Record<'bad' | 'good' | 'waiting' | 'partly', SheetReport> => ({
  bad: reportOf(folder, {
    state: 'needs-fixing',
    about: { format: 'registration', samples: bad.samples },
    subjects: bad.libraries.map((one) =>
      libraryOf({
        ...{ name: one.name, rows: one.rows, samples: one.biosamples.length },
        ...{ outcome: 'blocked', registrations: [] },
      }),
    ),
    problems: bad.problems,
    liesIn: 'needs-fixing',
  }),
  good: reportOf(folder, {
    state: 'done',
    sent: true,
    about: { format: 'registration', samples: good.samples },
    subjects: [registeredLibrary('BIRM-PLATE-7', 2), registeredLibrary('BIRM-PLATE-8', 26)],
    problems: good.problems,
    liesIn: 'done',
  }),
  waiting: reportOf(folder, {
    sent: true,
    about: { format: 'registration', samples: 24 },
    subjects: [
      libraryOf({
        ...{ name: 'BIRM-PLATE-8', samples: 24, sent: 'part' },
        registrations: [registrationOf({ state: 'registered', attempts: 1 }), awaited],
      }),
    ],
  }),
  partly: reportOf(folder, {
    state: 'partly',
    sent: true,
    about: { format: 'registration', samples: 47 },
    subjects: [
      registeredLibrary('BIRM-PLATE-6', 26),
      libraryOf({ name: 'BIRM-PLATE-7', samples: 23, outcome: 'blocked', registrations: [] }),
      libraryOf({
        name: 'BIRM-PLATE-8',
        ...{ outcome: 'attention', sent: 'all' },
        registrations: [
          registrationOf({ id: REFUSED, state: 'refused', reason: 'by-registry', attempts: 1 }),
        ],
      }),
    ],
    problems: bad.problems.slice(0, 1),
    said: new Map([[REFUSED, ['library_seq_kit: Ensure this value has at most 24 characters (it has 31).']]]),
  }),
})
