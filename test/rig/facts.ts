/** Facts of an ordinary finished NovaSeq run, and of a sheet that says nothing of its run, to be varied. */
import type { RunClaim } from '../../src/record/library.ts'
import type { RunFacts } from '../../src/record/run.ts'

export const runFacts = (more: Partial<RunFacts> = {}): RunFacts => ({
  runId: '200303_A00562_0352_AHKFVLDRXX',
  folderName: '200303_A00562_0352_AHKFVLDRXX',
  sequencingUuid: null,
  instrumentMake: 'ILLUMINA',
  instrumentModel: 'NovaSeq 6000',
  instrumentSerial: 'A00562',
  flowcellId: 'HKFVLDRXX',
  flowcellType: 'S2',
  position: 'A',
  start: {
    text: '3/3/2020 4:41:46 PM',
    local: '2020-03-03T16:41:46',
    instant: null,
    zone: 'local',
    precision: 'second',
  },
  end: null,
  status: 'completed',
  fullyCopied: true,
  experimentName: null,
  sampleId: null,
  readStructure: '151T10B10B151T',
  laneCount: 2,
  kit: null,
  softwareVersion: '1.7.0',
  cells: [],
  sheet: null,
  ...more,
})

/** A sheet that says nothing of a run. */
export const silentClaim: RunClaim = {
  instrumentMake: null,
  instrumentModel: null,
  flowcellId: null,
  flowcellType: null,
  startTime: null,
  endTime: null,
  bioinfoPipeName: null,
  bioinfoPipeVersion: null,
  runName: null,
  sequencingId: null,
  experimentName: null,
}
