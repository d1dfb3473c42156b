/** What goes on in a lab while its daemon is killed: five ways in which runs and sheets come. */
import type { FaultScript, Sandbox } from '../../../src/sandbox/index.ts'
import { climb, type Lab } from '../../rig/lab.ts'
import { COLUMNS, novaSeqRun, registrationSheet, sheetFor, writeRun } from '../../rig/runs.ts'
import { bringPlate, type Notes, noted } from '../evidence.ts'

export type Scenario = {
  name: string
  registries(sandbox: Sandbox): Array<Record<string, unknown>>
  faults?: FaultScript
  /** The `number`-th thing that people and instruments do, from 1; the last of them ends what was begun. */
  step(lab: Lab, notes: Notes, number: number, isLast: boolean): Promise<void>
}

const limits = { concurrency: 1, perSecond: 500, timeoutSeconds: 5 }

const majora2 = (sandbox: Sandbox) => ({
  name: 'majora',
  kind: 'majora-2',
  url: sandbox.urlOf('majora-2'),
  limits,
})

/** Most of what a life does is then done while something is on the wire that a repeat would double. */
const SLOW_ANSWERS: FaultScript = {
  rules: [{ match: { method: 'POST' }, fault: { do: 'delay', afterCommitMs: 300 } }],
}

export const scenarios: Scenario[] = [
  {
    name: 'a run and its sheet come together',
    registries: (sandbox) => [climb(sandbox)],
    faults: SLOW_ANSWERS,
    step: bringPlate,
  },
  {
    name: 'a sheet comes first, and its run later',
    registries: (sandbox) => [climb(sandbox)],
    faults: SLOW_ANSWERS,
    async step(lab, notes, number, isLast) {
      const run = novaSeqRun(number)
      const file = `plate${number}.csv`
      notes.sheets.push(noted(file, `LIB-${number}-A`, run.runId))
      await lab.drop(file, sheetFor(run, `LIB-${number}-A`))
      for (const come of isLast ? [number - 1, number] : [number - 1])
        if (come > 0) {
          notes.runs.push(novaSeqRun(come).runId)
          await writeRun(lab.runs, novaSeqRun(come))
        }
    },
  },
  {
    name: 'a sheet is corrected again and again',
    registries: (sandbox) => [majora2(sandbox)],
    async step(lab, notes, number) {
      const run = novaSeqRun(1)
      const samples = Array.from({ length: number + 1 }, (_, index) => `LIB-1-A-S${index}`)
      notes.sheets.push({
        file: 'plate.csv',
        libraries: [{ name: 'LIB-1-A', samples, run: run.runId }],
        batches: [],
      })
      const rows = samples.map((central_sample_id) => ({
        central_sample_id,
        library_name: 'LIB-1-A',
        run_name: run.runId,
      }))
      await lab.drop('plate.csv', registrationSheet(rows, COLUMNS))
      if (number > 1) return
      notes.runs.push(run.runId)
      await writeRun(lab.runs, run)
    },
  },
  {
    name: 'two registries take the same',
    registries: (sandbox) => [
      majora2(sandbox),
      { name: 'hook', kind: 'webhook', url: sandbox.urlOf('webhook'), limits, auth: null },
    ],
    step: bringPlate,
  },
  {
    name: 'answers are lost, and batches looked up',
    registries: (sandbox) => [
      {
        name: 'codex',
        kind: 'onecodex-v1',
        url: sandbox.urlOf('onecodex-v1'),
        limits,
        graceSeconds: 0,
        auth: null,
      },
    ],
    faults: {
      rules: [
        {
          match: { path: '/api/v1/sequencing/batches/register', probability: 0.6 },
          fault: { do: 'reset', at: 'after-commit' },
        },
      ],
    },
    async step(lab, notes, number) {
      const tubes = [1, 2].map((one) => `TUBE${String(number).padStart(4, '0')}A${one}`)
      const file = `batch${number}.csv`
      notes.sheets.push({ file, libraries: [], batches: [{ name: `Batch ${number}`, tubes }] })
      await lab.drop(file, batchSheet(`Batch ${number}`, tubes))
    },
  },
]

export const batchSheet = (name: string, tubes: string[]): string =>
  [
    'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth',
    ...tubes.map((tube) => `${name},1Z999AA10123456784,${tube},Human stool,Standard`),
    '',
  ].join('\n')
