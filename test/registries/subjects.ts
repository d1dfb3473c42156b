/** Subjects that every kind which takes them accepts, to be varied, and the settings to map them with. */
import type { Mapped, RegistrySettings, Subject, Submission } from '../../src/handovers.ts'
import type { Batch, Biosample, Library, Tube } from '../../src/record/library.ts'
import type { RunRecord } from '../../src/record/run.ts'
import type { Stamp } from '../../src/record/time.ts'

export const NOW = new Date('2020-04-12T08:00:00.000Z')

export const settings = (more: Partial<RegistrySettings> = {}): RegistrySettings => ({
  name: 'climb',
  url: 'https://registry.example.org',
  username: 'birm',
  oauth: false,
  defaults: {},
  endTimeFromMtime: false,
  ...more,
})

export const utc = (instant: string): Stamp => ({
  text: instant,
  local: null,
  instant,
  zone: 'utc',
  precision: 'second',
})

export const biosample = (more: Partial<Biosample> = {}): Biosample => ({
  centralSampleId: 'BIRM-1E4A2',
  librarySource: 'VIRAL_RNA',
  librarySelection: 'PCR',
  libraryStrategy: 'AMPLICON',
  barcode: null,
  libraryPrimers: null,
  libraryProtocol: null,
  sequencingOrgReceivedDate: null,
  rows: [2],
  ...more,
})

export const library = (more: Partial<Library> = {}): Library => ({
  name: 'BIRM-LIBRARY-20200409',
  layoutConfig: 'SINGLE',
  seqKit: 'LSK109',
  seqProtocol: 'LIGATION',
  sopName: 'ARTIC nCov',
  sopVersion: 'v2',
  layoutNominalLength: null,
  layoutReadLength: null,
  layoutInsertLength: null,
  biosamples: [biosample(), biosample({ centralSampleId: 'BIRM-1E4B1', rows: [3] })],
  runs: [],
  rows: [2, 3],
  ...more,
})

export const run = (more: Partial<RunRecord> = {}): RunRecord => ({
  runId: '20200409_1840_X3_FAK12345_5e2c9b1d',
  folderName: '20200409_1840_X3_FAK12345_5e2c9b1d',
  sequencingUuid: '5e2c9b1d-0c1f-4b7e-9c55-2f1d6f2a9c11',
  sequencingId: '5e2c9b1d-0c1f-4b7e-9c55-2f1d6f2a9c11',
  sequencingIdSource: 'instrument',
  instrumentMake: 'OXFORD_NANOPORE',
  instrumentModel: 'GridION',
  instrumentSerial: 'GXB02045',
  flowcellId: 'FAK12345',
  flowcellType: 'FLO-MIN106',
  position: 'X3',
  start: utc('2020-04-09T18:40:59.900Z'),
  end: utc('2020-04-11T09:00:31.120Z'),
  status: 'completed',
  fullyCopied: true,
  experimentName: 'nCoV_week15',
  sampleId: null,
  readStructure: null,
  laneCount: null,
  kit: 'SQK-LSK109',
  softwareVersion: '19.12.5',
  cells: [],
  sheet: null,
  bioinfoPipeName: null,
  bioinfoPipeVersion: null,
  path: '/data/ont/20200409_1840_X3_FAK12345_5e2c9b1d',
  ...more,
})

export const tube = (more: Partial<Tube> = {}): Tube => ({
  tubeBarcode: 'OCX4930017',
  specimenType: 'Human stool',
  sequencingDepth: 'Standard',
  rows: [2],
  ...more,
})

export const batch = (more: Partial<Batch> = {}): Batch => ({
  name: 'Gut study, plate 7',
  returnTrackingNumbers: ['1Z 999 AA1 01 2345 6784'],
  tubes: [tube(), tube({ tubeBarcode: '10203040506070', sequencingDepth: 'Deep', rows: [3] })],
  rows: [2, 3],
  ...more,
})

export const asLibrary = (more: Partial<Library> = {}): Subject => ({
  type: 'library',
  library: library(more),
})

export const asRun = (more: Partial<RunRecord> = {}, of: Library | null = library()): Subject => ({
  type: 'run',
  run: run(more),
  libraryName: of?.name ?? 'BIRM-LIBRARY-20200409',
  library: of,
})

export const asBatch = (more: Partial<Batch> = {}): Subject => ({ type: 'batch', batch: batch(more) })

/** The subject as one that was sent. */
export const sent = (subject: Subject, mapped: Mapped): Submission => ({
  id: '7d0c2a52-3f0e-5a43-8f3c-0f3f0c1f5a11',
  registry: 'climb',
  kind: 'any',
  subject: { type: subject.type, key: 'any', name: 'any', library: null, path: null },
  mapped,
  waitingFor: [],
  stop: null,
  problems: [],
  facts: null,
})
