/** What lies on the disk of the simulation, and how people and instruments change it: sheets, and run folders. */
import type { Found, Reading, SheetReading } from '../../../src/handovers.ts'
import type { Batch, Library } from '../../../src/record/library.ts'
import type { Completion } from '../../../src/record/run.ts'
import { runFacts, silentClaim } from '../../rig/facts.ts'
import type { Chance } from './chance.ts'
import { REFUSED_HERE, REFUSED_THERE } from './kinds.ts'

export type Disk = {
  /** Names of what lies there. */
  paths(): string[]
  found(path: string): Found
  read(path: string): Reading
  /** Changes something, as people and instruments do; says what. */
  change(chance: Chance): string
  /** Every run has ended. */
  finishRuns(): void
}

type Sheet = {
  libraries: Map<string, { kit: string; pipe: string; run: string }>
  batches: Map<string, BatchFacts>
}
type BatchFacts = { tubes: string[]; tracking: string }
type Run = { ended: boolean; failed: boolean }

const RUNS = ['RUN-1', 'RUN-2']
const LIBRARIES = ['LIB-1', 'LIB-2']
const BATCHES = ['BATCH-1', 'BATCH-2']
const SHEETS = ['/sheets/a.csv', '/sheets/b.csv']
const TUBES = ['T1', 'T2', 'T3', 'T4']

export function openDisk(): Disk {
  const sheets = new Map<string, Sheet>()
  const runs = new Map<string, Run>()
  const prints = new Map<string, number>()
  const touch = (path: string): void => void prints.set(path, (prints.get(path) ?? 0) + 1)

  function changeRun(chance: Chance): string {
    const run = chance.pick(RUNS)
    const path = `/runs/${run}`
    const known = runs.get(run)
    const ended = known === undefined ? chance.happens(0.6) : true
    runs.set(run, { ended, failed: known?.failed ?? chance.happens(0.1) })
    touch(path)
    return `${run} ${known === undefined ? 'appears' : 'goes on'}${ended ? ' and has ended' : ''}`
  }

  function changeSheet(chance: Chance): string {
    const path = chance.pick(SHEETS)
    const sheet: Sheet = sheets.get(path) ?? { libraries: new Map(), batches: new Map() }
    sheets.set(path, sheet)
    if (chance.happens(0.6)) {
      const run = chance.pick(RUNS)
      const kit = chance.happens(0.08)
        ? REFUSED_THERE
        : chance.happens(0.05)
          ? REFUSED_HERE
          : `kit ${chance.below(3)}`
      sheet.libraries.set(chance.pick(LIBRARIES), { kit, pipe: `v${chance.below(2)}`, run })
    } else {
      const tubes = TUBES.filter(() => chance.happens(0.5))
      const batch = { tubes: tubes.length > 0 ? tubes : ['T1'], tracking: `R${chance.below(3)}` }
      sheet.batches.set(chance.pick(BATCHES), batch)
    }
    touch(path)
    return `${path} is dropped`
  }

  const reading = (path: string): Reading => {
    const run = runs.get(path.replace('/runs/', ''))
    if (run !== undefined) return runReading(path.replace('/runs/', ''), run)
    const sheet = sheets.get(path)
    if (sheet === undefined) throw new Error(`${path} is not there`)
    const said = sheetReading(sheet)
    return { kind: 'sample-sheet', recognisedAs: 'registration', reading: said, sha256: JSON.stringify(said) }
  }

  return {
    paths: () => [...prints.keys()],
    found: (path) => ({
      root: path.startsWith('/runs') ? '/runs' : '/sheets',
      path,
      type: path.startsWith('/runs') ? 'run-folder' : 'sheet',
      fingerprint: String(prints.get(path)),
      modified: '2026-11-21T00:00:00.000Z',
      quietSince: '2026-11-21T00:00:00.000Z',
      settled: true,
    }),
    read: reading,
    change: (chance) => (chance.happens(0.4) ? changeRun(chance) : changeSheet(chance)),
    finishRuns() {
      for (const [name, run] of runs)
        if (!run.ended) {
          run.ended = true
          touch(`/runs/${name}`)
        }
    },
  }
}

const FINISHED: Completion = { state: 'completed', because: 'CopyComplete.txt', missing: [], ended: true }
const FAILED: Completion = { ...FINISHED, state: 'failed' }
const RUNNING: Completion = { state: 'in_progress', because: 'no end marker', missing: [], ended: false }

function runReading(runId: string, { ended, failed }: Run): Reading {
  const completion = ended ? (failed ? FAILED : FINISHED) : RUNNING
  const run = runFacts({ runId, folderName: runId, flowcellId: null, status: completion.state })
  return {
    kind: 'run-folder',
    recognisedAs: 'illumina',
    sheet: null,
    sheetFile: null,
    reading: { run, provenance: {}, completion, problems: [], test: null },
  }
}

function sheetReading({ libraries, batches }: Sheet): SheetReading {
  return {
    format: 'registration',
    version: null,
    samples: libraries.size,
    rows: libraries.size,
    valid: true,
    experimentName: null,
    libraries: [...libraries].map(([name, { kit, pipe, run }]) => libraryOf(name, kit, pipe, run)),
    batches: [...batches].map(([name, { tubes, tracking }]): Batch & { blocked: boolean } => ({
      name,
      returnTrackingNumbers: [tracking],
      tubes: tubes.map((tubeBarcode) => ({
        tubeBarcode,
        specimenType: null,
        sequencingDepth: null,
        rows: [2],
      })),
      rows: [2],
      blocked: false,
    })),
    problems: [],
    blocked: false,
  }
}

const libraryOf = (name: string, kit: string, pipe: string, run: string): Library & { blocked: boolean } => ({
  name,
  layoutConfig: null,
  seqKit: kit,
  seqProtocol: null,
  sopName: null,
  sopVersion: null,
  layoutNominalLength: null,
  layoutReadLength: null,
  layoutInsertLength: null,
  biosamples: [],
  runs: [
    {
      link: { by: 'run_name', value: run },
      claim: { ...silentClaim, bioinfoPipeVersion: pipe, runName: run },
      rows: [2],
    },
  ],
  rows: [2],
  blocked: false,
})
