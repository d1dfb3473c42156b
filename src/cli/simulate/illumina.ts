/** A run of a NovaSeq 6000: RunInfo.xml first, base calls cycle by cycle, CopyComplete.txt last. */
import {
  clock,
  digits,
  freshIds,
  letters,
  type RunFile,
  type RunIds,
  type RunTemplate,
} from './run-template.ts'

export const illuminaIds = (now: Date): RunIds => freshIds(`A0${digits(4)}`, `H${letters(4)}DRXX`, now)

const READS = [
  { cycles: 151, index: false },
  { cycles: 8, index: true },
  { cycles: 8, index: true },
  { cycles: 151, index: false },
]

export function illuminaRun(ids: RunIds): RunTemplate {
  const runId = `${clock(ids.start).shortDay}_${ids.serial}_${String(ids.number).padStart(4, '0')}_A${ids.flowcell}`
  const lanes = ['L001', 'L002']
  const cycles: RunFile[] = [1, 50, 100, 151, 318].flatMap((cycle, index) =>
    lanes.map((lane) => ({
      path: `Data/Intensities/BaseCalls/${lane}/C${cycle}.1/${lane}_1.cbcl`,
      content: '',
      at: 0.1 + index * 0.15,
    })),
  )
  return {
    folder: runId,
    files: [
      { path: 'SampleSheet.csv', content: sampleSheet(ids), at: 0 },
      { path: 'RunInfo.xml', content: runInfo(runId, ids), at: 0.05 },
      { path: 'RunParameters.xml', content: runParameters(runId, ids), at: 0.05 },
      ...cycles,
      { path: 'InterOp/TileMetricsOut.bin', content: '', at: 0.8 },
      { path: 'SequenceComplete.txt', content: '', at: 0.85 },
      { path: 'RTAComplete.txt', content: `RTA v3.4.4 completed on ${clock(ids.end).american}\r\n`, at: 0.9 },
      { path: 'CopyComplete.txt', content: '', at: 1 },
    ],
  }
}

function runInfo(runId: string, { start, serial, number, flowcell }: RunIds): string {
  const reads = READS.map(
    ({ cycles, index }, at) =>
      `      <Read Number="${at + 1}" NumCycles="${cycles}" IsIndexedRead="${index ? 'Y' : 'N'}" />`,
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<RunInfo xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" Version="5">
  <Run Id="${runId}" Number="${number}">
    <Flowcell>${flowcell}</Flowcell>
    <Instrument>${serial}</Instrument>
    <Date>${clock(start).american}</Date>
    <Reads>
${reads.join('\n')}
    </Reads>
    <FlowcellLayout LaneCount="2" SurfaceCount="2" SwathCount="2" TileCount="78" FlowcellSide="1" />
  </Run>
</RunInfo>
`
}

const runParameters = (
  runId: string,
  { start, serial, number, flowcell, experiment }: RunIds,
): string => `<?xml version="1.0"?>
<RunParameters xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Side>A</Side>
  <Application>NovaSeq Control Software</Application>
  <ApplicationVersion>1.7.5</ApplicationVersion>
  <InstrumentName>${serial}</InstrumentName>
  <RunId>${runId}</RunId>
  <RunNumber>${number}</RunNumber>
  <RunStartDate>${clock(start).shortDay}</RunStartDate>
  <ExperimentName>${experiment}</ExperimentName>
  <WorkflowType>NovaSeqStandard</WorkflowType>
  <Read1NumberOfCycles>151</Read1NumberOfCycles>
  <Read2NumberOfCycles>151</Read2NumberOfCycles>
  <IndexRead1NumberOfCycles>8</IndexRead1NumberOfCycles>
  <IndexRead2NumberOfCycles>8</IndexRead2NumberOfCycles>
  <RfidsInfo>
    <FlowCellSerialBarcode>${flowcell}</FlowCellSerialBarcode>
    <FlowCellMode>S1</FlowCellMode>
  </RfidsInfo>
</RunParameters>
`

const sampleSheet = ({ experiment }: RunIds): string =>
  [
    '[Header]',
    'IEMFileVersion,5',
    `Experiment Name,${experiment}`,
    'Workflow,GenerateFASTQ',
    'Application,NovaSeq FASTQ Only',
    'Chemistry,Amplicon',
    '',
    '[Reads]',
    '151',
    '151',
    '',
    '[Data]',
    'Sample_ID,Sample_Name,I7_Index_ID,index,I5_Index_ID,index2,Sample_Project',
    'EX-0001,EX-0001,UDI0001,CCGCGGTT,UDI0001,CTAGCGCT,examples',
    'EX-0002,EX-0002,UDI0002,TTATAACC,UDI0002,TCGATATC,examples',
    'EX-0003,EX-0003,UDI0003,GGACTTGG,UDI0003,CGTCTGCG,examples',
    '',
  ].join('\r\n')
