/** Run folders and sheets by the thousand. Synchronous: nothing else is to run meanwhile. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const two = (value: number) => String(value).padStart(2, '0')

/** The id of the `number`-th run of a NovaSeq 6000, over ten years. */
export function runIdOf(number: number): string {
  const day = new Date(Date.UTC(2016, 0, 1 + Math.floor(number / 3)))
  const date = `${two(day.getUTCFullYear() % 100)}${two(day.getUTCMonth() + 1)}${two(day.getUTCDate())}`
  return `${date}_A00562_${String(number).padStart(5, '0')}_AH${String(number).padStart(5, '0')}DRXX`
}

/** Writes a run folder, finished or not; with `daysOld` as if it had lain there since. */
export function writeRun(
  root: string,
  number: number,
  { finished = true, daysOld = 0 }: { finished?: boolean; daysOld?: number } = {},
): string {
  const runId = runIdOf(number)
  const [, serial, , cell = ''] = runId.split('_')
  const folder = join(root, runId)
  mkdirSync(folder)
  const flowcell = cell.slice(1)
  const files: Record<string, string> = {
    'RunInfo.xml': `<?xml version="1.0" encoding="utf-8"?>
<RunInfo Version="5">
  <Run Id="${runId}" Number="${number}">
    <Flowcell>${flowcell}</Flowcell><Instrument>${serial}</Instrument><Date>3/3/2020 4:41:46 PM</Date>
    <Reads>
      <Read Number="1" NumCycles="151" IsIndexedRead="N" /><Read Number="2" NumCycles="10" IsIndexedRead="Y" />
      <Read Number="3" NumCycles="10" IsIndexedRead="Y" /><Read Number="4" NumCycles="151" IsIndexedRead="N" />
    </Reads>
    <FlowcellLayout LaneCount="2" SurfaceCount="2" SwathCount="4" TileCount="88" FlowcellSide="1" />
  </Run>
</RunInfo>
`,
    'RunParameters.xml': `<?xml version="1.0"?>
<RunParameters>
  <Side>A</Side><Application>NovaSeq Control Software</Application><ApplicationVersion>1.7.0</ApplicationVersion>
  <ExperimentName>Plate ${number}</ExperimentName><InstrumentName>${serial}</InstrumentName><RunId>${runId}</RunId>
  <RfidsInfo><FlowCellSerialBarcode>${flowcell}</FlowCellSerialBarcode><FlowCellMode>S2</FlowCellMode></RfidsInfo>
</RunParameters>
`,
    ...(finished ? { 'RTAComplete.txt': ' ', 'SequenceComplete.txt': '', 'CopyComplete.txt': '' } : {}),
  }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content)
    const then = new Date(Date.now() - daysOld * 86_400_000)
    if (daysOld > 0) utimesSync(join(folder, name), then, then)
  }
  return folder
}

export const finishRun = (folder: string): void => {
  for (const name of ['RTAComplete.txt', 'SequenceComplete.txt', 'CopyComplete.txt'])
    writeFileSync(join(folder, name), '')
}

const COLUMNS =
  'central_sample_id,library_name,library_source,library_selection,library_strategy,library_layout_config,library_seq_kit,library_seq_protocol,run_name'

/** A registration sheet of one library with two biosamples. */
export const sheetOf = (number: number): string =>
  [
    COLUMNS,
    ...[1, 2].map(
      (sample) =>
        `S${number}-${sample},LIB-${number},VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,LIGATION,${runIdOf(number)}`,
    ),
    '',
  ].join('\n')
