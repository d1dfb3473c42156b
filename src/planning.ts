/** Planning from the configuration, and the dry run of it that `check` prints: everything but queueing and sending. */
import { resolve, sep } from 'node:path'
import type { Config, RunsRoot, SheetsRoot } from './config.ts'
import { quietSince } from './discover/quiet-since.ts'
import type { Json, Plan, Reading } from './handovers.ts'
import { inspectPath, recogniseFolder } from './inspect.ts'
import { memoryCatalogue, type RunSource, type SheetSource } from './planning/catalogue.ts'
import type { Destination, PlanningOptions } from './planning/destination.ts'
import { toRecord } from './planning/record.ts'
import { planRun, testRun } from './planning/run.ts'
import { planSheet } from './planning/sheet.ts'
import { refuseTakenTubes } from './planning/tubes.ts'
import type { Problem } from './problems.ts'
import type { Reason } from './record/registration.ts'
import type { Completion, Provenance, RunRecord, Source } from './record/run.ts'
import { registries } from './registries/index.ts'
import type { Registry } from './registries/registry.ts'
import { findSandboxes } from './sandboxes.ts'
import { stalledIf } from './stalling.ts'

const kinds: Record<string, Registry> = registries

/** The registries of a configuration. `sandboxes` are the names of those that were seen to be a sandbox. */
export const destinationsOf = (config: Config, sandboxes: ReadonlySet<string>): Destination[] =>
  config.registries.map((entry) => {
    const registry = kinds[entry.kind]
    if (registry === undefined) throw new Error(`no kind of registry is called ${entry.kind}`)
    return {
      name: entry.name,
      kind: entry.kind,
      registry,
      settings: {
        name: entry.name,
        url: entry.url,
        username: entry.auth.username,
        oauth: entry.auth.oauth !== null,
        defaults: entry.defaults,
        endTimeFromMtime: entry.endTimeFromMtime,
      },
      when: entry.when,
      libraryName: entry.map.libraryName,
      graceSeconds: entry.graceSeconds / config.timeScale,
      sandbox: sandboxes.has(entry.name),
    }
  })

export function planningOptions(config: Config, destinations: Destination[], now: Date): PlanningOptions {
  const instrument = (serial: string | null) => config.instruments.find((one) => one.serial === serial)
  return {
    destinations,
    zoneOfRun: (run, path) =>
      instrument(run.instrumentSerial)?.timeZone ?? rootOfRun(config, path)?.timeZone ?? config.site.timeZone,
    siteZone: config.site.timeZone,
    modelOf: (serial) => instrument(serial)?.model ?? null,
    runsFrom: (path) => rootOfSheet(config, path)?.runsFrom ?? 'folder',
    now,
  }
}

export const runsRoots = (config: Config): RunsRoot[] => config.watch.filter((one) => 'runs' in one)
export const sheetsRoots = (config: Config): SheetsRoot[] => config.watch.filter((one) => 'sheets' in one)
const rootOfRun = (config: Config, path: string) => runsRoots(config).find((root) => isBelow(root.runs, path))
export const rootOfSheet = (config: Config, path: string): SheetsRoot | undefined =>
  sheetsRoots(config).find((root) => isBelow(root.sheets, path))
const isBelow = (root: string, path: string): boolean => resolve(path).startsWith(resolve(root) + sep)

/** What lies at a path, with a run in a watched root shown as stalled by the settings of that root. */
export function readAsShown(path: string, config: Config, now: Date): Reading {
  const reading = inspectPath(path)
  const root = rootOfRun(config, path)
  if (reading.kind !== 'run-folder' || root === undefined) return reading
  const since = quietSince(path, recogniseFolder)
  if (since === null) return reading
  return stalledIf(reading, { quietSince: since, afterSeconds: root.stalledAfterSeconds, now })
}

// ── check ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type CheckedSubmission = {
  registry: string
  kind: string
  id: string
  /** The registry's own, which the path of each request follows. */
  url: string
  subject: { type: string; name: string; library: string | null }
  /** Secrets are `***`, in the body and in the headers that are the kind's own. */
  requests: Array<{ method: string; path: string; headers: Record<string, string>; body: Json }>
  waitingFor: Reason[]
  /** The library that must be registered there first; null where none must. */
  afterLibrary: string | null
  /** How long its sheet may still be corrected before it is sent. */
  graceSeconds: number
}

export type CheckResult = {
  path: string
  kind: Reading['kind']
  recognisedAs: string | null
  run: Json
  /** By the names of `run`. */
  provenance: Record<string, Source>
  completion: Pick<Completion, 'state' | 'because' | 'missing'> | null
  sheet: Json
  problems: Problem[]
  submissions: CheckedSubmission[]
}

export type CheckDocument = { results: CheckResult[] }

/**
 * Recognises, reads, joins and maps paths as the daemon would, given together, and sends nothing.
 * One result a path, in the order given.
 */
export async function checkPaths(
  paths: string[],
  config: Config,
  { now }: { now: Date },
): Promise<CheckDocument> {
  const readings = paths.map((path) => ({ path, reading: readAsShown(path, config, now) }))
  const since = now.toISOString()
  const runs = readings.flatMap(({ path, reading }): RunSource[] =>
    reading.kind === 'run-folder' ? [{ path, reading, since, leftAlone: false }] : [],
  )
  const sheets = readings.flatMap(({ path, reading }): SheetSource[] =>
    reading.kind === 'sample-sheet' ? [{ path, reading: reading.reading, since }] : [],
  )
  const catalogue = memoryCatalogue(runs, sheets)
  const sandboxes = await findSandboxes(config.registries)
  const options = planningOptions(config, destinationsOf(config, sandboxes), now)
  const checked: Array<{ plans: Plan[]; result(): CheckResult }> = []
  for (const { path, reading } of readings) {
    if (reading.kind === 'unrecognised') {
      const { problems } = reading
      checked.push({ plans: [], result: () => ({ path, kind: reading.kind, ...NOTHING, problems }) })
    } else if (reading.kind === 'run-folder') {
      const source = { path, reading, since, leftAlone: false }
      const { plans } = await planRun(source, catalogue, options)
      checked.push({ plans, result: () => checkedRun(source, toRecord(source, options), plans, options) })
    } else {
      const source = { path, reading: reading.reading, since }
      const { plans, problems } = await planSheet(source, catalogue, options)
      checked.push({ plans, result: () => checkedSheet(source, plans, problems, options) })
    }
  }
  await refuseTakenTubes(
    checked.flatMap((one) => one.plans),
    async () => [],
    (path) => sheets.find((one) => one.path === path)?.reading,
  )
  return { results: checked.map((one) => one.result()) }
}

/** What a path tells of which nothing is known. */
const NOTHING: Omit<CheckResult, 'path' | 'kind'> = {
  recognisedAs: null,
  run: null,
  provenance: {},
  completion: null,
  sheet: null,
  problems: [],
  submissions: [],
}

function checkedRun(
  { path, reading }: RunSource,
  record: RunRecord,
  plans: Plan[],
  { destinations }: PlanningOptions,
): CheckResult {
  const { completion, test } = reading.reading
  const { state, because, missing } = completion
  // Said even where only sandboxes are configured, to which it goes all the same.
  const own = test === 'instrument-test' ? [testRun(test)] : []
  return {
    path,
    kind: 'run-folder',
    recognisedAs: reading.recognisedAs,
    run: shownRun(record),
    provenance: shownProvenance(reading.reading.provenance),
    completion: { state, because, missing },
    sheet: null,
    problems: together([...reading.reading.problems, ...own], plans),
    submissions: plans.map((plan) => checkedSubmission(plan, destinations)),
  }
}

/** The contract's `run`: the record without what only planning needs. */
function shownRun(record: RunRecord): Json {
  const { runId, folderName, sequencingId, sequencingIdSource, ...facts } = record
  const { sequencingUuid: _, bioinfoPipeName: __, bioinfoPipeVersion: ___, path: ____, ...shown } = facts
  return { runId, folderName, sequencingId, sequencingIdSource, ...shown } as Json
}

/** Where the run's own UUID stands is where its sequencing id comes from. */
function shownProvenance({ sequencingUuid, ...provenance }: Provenance): CheckResult['provenance'] {
  return { ...provenance, ...(sequencingUuid && { sequencingId: sequencingUuid }) }
}

function checkedSheet(
  { path, reading }: SheetSource,
  plans: Plan[],
  problems: Problem[],
  { destinations }: PlanningOptions,
): CheckResult {
  const { format, version, samples, rows, valid, libraries, batches } = reading
  return {
    path,
    kind: 'sample-sheet',
    ...NOTHING,
    recognisedAs: format,
    sheet: { format, version, samples, rows, valid, libraries, batches } as unknown as Json,
    problems: together([...reading.problems, ...problems], plans),
    submissions: plans.map((plan) => checkedSubmission(plan, destinations)),
  }
}

/** All problems of a path and of what it asks for, each once. */
function together(own: Problem[], plans: Plan[]): Problem[] {
  const seen = new Set<string>()
  return [...own, ...plans.flatMap((plan) => plan.submission.problems)].filter((one) => {
    const key = JSON.stringify([one.code, one.file, one.rows, one.column, one.found])
    return !seen.has(key) && seen.add(key)
  })
}

function checkedSubmission(
  { submission: { registry, kind, id, subject, mapped, waitingFor, stop } }: Plan,
  destinations: Destination[],
): CheckedSubmission {
  const to = destinations.find((one) => one.name === registry)
  if (to === undefined) throw new Error(`${registry} was planned for and is not configured`)
  const { type, name, library } = subject
  const requests = mapped === null ? [] : [mapped.request]
  return {
    ...{ registry, kind, id, url: to.settings.url },
    subject: { type, name, library },
    requests: requests.map(({ method, path, headers = {}, body }) => ({ method, path, headers, body })),
    waitingFor: stop === null ? waitingFor : [...waitingFor, stop.reason],
    afterLibrary: mapped?.prerequisite ?? null,
    graceSeconds: to.graceSeconds,
  }
}
