/** Runs as registries are told of them: the folder's facts in their zone, with what a sheet adds, or a sheet's alone. */
import { type Problem, problem } from '../problems.ts'
import { sequencingId } from '../record/identity.ts'
import { comparable } from '../record/join.ts'
import type { RunClaim, RunLink } from '../record/library.ts'
import type { InstrumentMake, Provenance, RunFacts, RunRecord } from '../record/run.ts'
import { instantStamp, inZone, type Stamp, wallStamp } from '../record/time.ts'
import type { RunSource } from './catalogue.ts'
import type { PlanningOptions } from './destination.ts'
import type { SheetPlaces } from './places.ts'

/** A run's facts with the zone of its instrument applied, the configured model, and its id. */
export function toRecord(source: RunSource, options: PlanningOptions): RunRecord {
  const { run } = source.reading.reading
  const zone = options.zoneOfRun(run, source.path)
  return {
    ...run,
    ...sequencingId(run),
    instrumentModel: options.modelOf(run.instrumentSerial) ?? run.instrumentModel,
    start: run.start && inZone(run.start, zone),
    end: run.end && inZone(run.end, zone),
    cells: run.cells.map((cell) => ({
      ...cell,
      start: cell.start && inZone(cell.start, zone),
      end: cell.end && inZone(cell.end, zone),
    })),
    bioinfoPipeName: null,
    bioinfoPipeVersion: null,
    path: source.path,
  }
}

/** What a sheet adds where the run folder is silent. */
export function withClaim(run: RunRecord, claim: RunClaim | null, options: PlanningOptions): RunRecord {
  if (claim === null) return run
  return {
    ...run,
    instrumentModel: run.instrumentModel ?? claim.instrumentModel,
    flowcellId: run.flowcellId ?? claim.flowcellId,
    flowcellType: run.flowcellType ?? claim.flowcellType,
    start: run.start ?? sheetTime(claim.startTime, options),
    end: run.end ?? sheetTime(claim.endTime, options),
    bioinfoPipeName: claim.bioinfoPipeName,
    bioinfoPipeVersion: claim.bioinfoPipeVersion,
  }
}

/** Where the sheet and the run folder tell different things: the folder wins, and the person is told. */
export function disagreements(
  run: RunRecord,
  named: { claim: RunClaim | null; places: SheetPlaces | null } | null,
  provenance: Provenance,
): Problem[] {
  const claim = named?.claim ?? null
  if (claim === null) return []
  const pairs: Array<[column: string, said: string | null, fact: keyof Provenance, read: string | null]> = [
    ['instrument_make', claim.instrumentMake, 'instrumentMake', run.instrumentMake],
    ['instrument_model', claim.instrumentModel, 'instrumentModel', run.instrumentModel],
    ['flowcell_id', claim.flowcellId, 'flowcellId', run.flowcellId],
    ['flowcell_type', claim.flowcellType, 'flowcellType', run.flowcellType],
  ]
  const { file = null, columns = {}, runRows: rows = [] } = named?.places ?? {}
  return pairs
    .filter(([column, said, , read]) => said !== null && read !== null && !isSame(column, said, read))
    .map(([column, said, fact, read]) => {
      const source = provenance[fact]
      const there = source === undefined ? 'the run folder' : `${source.file} in the run folder`
      const found = `${column} is ${said} in the sheet and ${read} in ${there}`
      return problem('run.sheet-disagrees', found, { file, rows, column: columns[column] ?? null })
    })
}

function isSame(column: string, said: string, read: string): boolean {
  if (column !== 'flowcell_id') return said.toLowerCase() === read.toLowerCase()
  const [one, other] = [said, read].map((value) => comparable({ by: column, value }).value)
  return one === other
}

/** Who a run is that only a sheet tells of. */
export const claimedIdentity = (link: RunLink, claim: RunClaim, make: InstrumentMake) => ({
  runId: claim.runName ?? link.value,
  sequencingUuid: claim.sequencingId,
  instrumentMake: make,
})

/** A run made from a sheet's own columns, where no folder is to come. */
export function claimedRun(
  link: RunLink,
  claim: RunClaim,
  make: InstrumentMake,
  options: PlanningOptions,
): RunRecord {
  const identity = claimedIdentity(link, claim, make)
  const facts: RunFacts = {
    ...identity,
    folderName: identity.runId,
    instrumentModel: claim.instrumentModel,
    instrumentSerial: null,
    flowcellId: claim.flowcellId,
    flowcellType: claim.flowcellType,
    position: null,
    start: sheetTime(claim.startTime, options),
    end: sheetTime(claim.endTime, options),
    status: 'completed',
    fullyCopied: true,
    experimentName: claim.experimentName,
    sampleId: null,
    readStructure: null,
    laneCount: null,
    kit: null,
    softwareVersion: null,
    cells: [],
    sheet: null,
  }
  return {
    ...facts,
    ...sequencingId(facts),
    bioinfoPipeName: claim.bioinfoPipeName,
    bioinfoPipeVersion: claim.bioinfoPipeVersion,
    path: null,
  }
}

function sheetTime(text: string | null, options: PlanningOptions): Stamp | null {
  if (text === null) return null
  const stamp = instantStamp(text) ?? wallStamp(text, text.trim().replace(' ', 'T'))
  return stamp && inZone(stamp, options.siteZone)
}

/** Puts a run's fields into a template; `missing` names those that are null. */
export function fillTemplate(template: string, run: RunRecord): { name: string | null; missing: string[] } {
  const missing: string[] = []
  const facts: Record<string, unknown> = run
  const name = template.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = facts[field]
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    missing.push(field)
    return ''
  })
  return { name: missing.length > 0 || name.trim() === '' ? null : name.trim(), missing }
}
