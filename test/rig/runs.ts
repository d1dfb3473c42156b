/** Run folders and sheets as tests need them: small, believable, each with names of its own. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type NovaSeqRun = { runId: string; flowcellId: string; serial: string; experiment: string }

/** The `number`-th run of a NovaSeq 6000. */
export function novaSeqRun(number: number): NovaSeqRun {
  const count = String(number).padStart(4, '0')
  const flowcellId = `H${count}DRXX`
  return {
    runId: `200303_A00562_${count}_A${flowcellId}`,
    flowcellId,
    serial: 'A00562',
    experiment: `Plate ${number}`,
  }
}

const runInfo = ({ runId, flowcellId, serial }: NovaSeqRun) => `<?xml version="1.0" encoding="utf-8"?>
<RunInfo Version="5">
  <Run Id="${runId}" Number="${Number(runId.split('_')[2])}">
    <Flowcell>${flowcellId}</Flowcell>
    <Instrument>${serial}</Instrument>
    <Date>3/3/2020 4:41:46 PM</Date>
    <Reads>
      <Read Number="1" NumCycles="151" IsIndexedRead="N" />
      <Read Number="2" NumCycles="10" IsIndexedRead="Y" />
      <Read Number="3" NumCycles="10" IsIndexedRead="Y" />
      <Read Number="4" NumCycles="151" IsIndexedRead="N" />
    </Reads>
    <FlowcellLayout LaneCount="2" SurfaceCount="2" SwathCount="4" TileCount="88" FlowcellSide="1" />
  </Run>
</RunInfo>
`

const runParameters = ({ runId, flowcellId, serial, experiment }: NovaSeqRun) => `<?xml version="1.0"?>
<RunParameters xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Side>A</Side>
  <Application>NovaSeq Control Software</Application>
  <ApplicationVersion>1.7.0</ApplicationVersion>
  <ExperimentName>${experiment}</ExperimentName>
  <InstrumentName>${serial}</InstrumentName>
  <RunId>${runId}</RunId>
  <RfidsInfo>
    <FlowCellSerialBarcode>${flowcellId}</FlowCellSerialBarcode>
    <FlowCellMode>S2</FlowCellMode>
  </RfidsInfo>
</RunParameters>
`

/** Writes a run as far as its instrument has come: planned, or finished and copied. */
export async function writeRun(root: string, run: NovaSeqRun, { finished = true } = {}): Promise<string> {
  const folder = join(root, run.runId)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'RunInfo.xml'), runInfo(run))
  await writeFile(join(folder, 'RunParameters.xml'), runParameters(run))
  if (finished) await finishRun(folder)
  return folder
}

export async function finishRun(folder: string): Promise<void> {
  await writeFile(join(folder, 'RTAComplete.txt'), ' ')
  await writeFile(join(folder, 'SequenceComplete.txt'), '')
  await writeFile(join(folder, 'CopyComplete.txt'), '')
}

/** The columns of a library, which every registration sheet begins with here. */
export const LIBRARY_COLUMNS = [
  'central_sample_id',
  'library_name',
  'library_source',
  'library_selection',
  'library_strategy',
  'library_layout_config',
  'library_seq_kit',
  'library_seq_protocol',
] as const
export const COLUMNS = [...LIBRARY_COLUMNS, 'run_name'] as const
export type SheetRow = Partial<Record<string, string>>

const ordinary: SheetRow = {
  library_source: 'VIRAL_RNA',
  library_selection: 'PCR',
  library_strategy: 'AMPLICON',
  library_layout_config: 'PAIRED',
  library_seq_kit: 'LSK109',
  library_seq_protocol: 'LIGATION',
}

/** A registration sheet; what a row leaves out is filled with ordinary values. */
export function registrationSheet(rows: SheetRow[], columns: readonly string[] = COLUMNS): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? ordinary[column] ?? '').join(','))
  return `${[columns.join(','), ...lines].join('\n')}\n`
}

/** Sheets that put one run into two libraries, and it and another into a third; by file name. */
export const sheetsAcross = (first: NovaSeqRun, second: NovaSeqRun): Array<[file: string, text: string]> => [
  ['a.csv', sheetFor(first, 'LIB-A')],
  ['b.csv', sheetFor(first, 'LIB-B')],
  [
    'c.csv',
    registrationSheet([
      { central_sample_id: 'S1', library_name: 'LIB-C', run_name: first.runId },
      { central_sample_id: 'S2', library_name: 'LIB-C', run_name: second.runId },
    ]),
  ],
]

/** A sheet with one library of two biosamples for one run. */
export const sheetFor = (run: NovaSeqRun, library: string): string =>
  registrationSheet(
    [1, 2].map((number) => ({
      central_sample_id: `${library}-S${number}`,
      library_name: library,
      run_name: run.runId,
    })),
  )
