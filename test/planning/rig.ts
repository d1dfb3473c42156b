/** Registries, runs and sheets as planning is given them, to be varied. */
import type { SheetReading } from '../../src/handovers.ts'
import type { RunSource } from '../../src/planning/catalogue.ts'
import type { Destination, PlanningOptions } from '../../src/planning/destination.ts'
import type { Completion, RunFacts, RunReading } from '../../src/record/run.ts'
import { type RegistryKind, registries } from '../../src/registries/index.ts'
import { readSheet } from '../../src/sample-sheets/index.ts'
import { runFacts } from '../rig/facts.ts'

export const destination = (
  name: string,
  kind: RegistryKind,
  more: Partial<Destination> = {},
): Destination => ({
  ...{ name, kind, registry: registries[kind], when: null, libraryName: null, graceSeconds: 0 },
  settings: {
    ...{ name, url: 'https://x.example', username: 'birm', oauth: false },
    ...{ defaults: {}, endTimeFromMtime: false },
  },
  sandbox: false,
  ...more,
})
export const climb = destination('climb', 'majora-2020-03-25')

export const options = (
  destinations: Destination[] = [climb],
  more: Partial<PlanningOptions> = {},
): PlanningOptions => ({
  ...{ destinations, zoneOfRun: () => null, siteZone: null, modelOf: () => null, runsFrom: () => 'folder' },
  now: new Date('2026-01-01T00:00:00Z'),
  ...more,
})

export const finished: Completion = {
  ...{ state: 'completed', because: 'CopyComplete.txt', missing: [], ended: true },
}

/** A run that has ended, with what lies in its folder. */
export const run = (
  facts: Partial<RunFacts> = {},
  more: Partial<RunReading> & { path?: string; sheet?: SheetReading | null } = {},
): RunSource => {
  const { path = '/runs/r1', sheet = null, ...reading } = more
  const told = { provenance: {}, completion: finished, problems: [], test: null }
  return {
    ...{ path, since: '2025-12-31T00:00:00Z', leftAlone: false },
    reading: {
      ...{ kind: 'run-folder', recognisedAs: 'illumina', sheet, sheetFile: sheet && 'SampleSheet.csv' },
      reading: { run: runFacts(facts), ...told, ...reading },
    },
  }
}

/** A sheet as it is read; `inRunFolder`: it lies there, and was not dropped. */
export function read(text: string, inRunFolder = false): SheetReading {
  const { recognised } = readSheet(new Uint8Array(Buffer.from(text)), { file: 'a.csv', inRunFolder })
  if (recognised === null) throw new Error('not recognised')
  return recognised
}
