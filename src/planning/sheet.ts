/** Everything a dropped sheet asks for by itself: its libraries, its batches, and its runs that have not come. */
import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Json, Plan, SheetReading } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import { registrationId } from '../record/identity.ts'
import type { Batch, Library, LibraryRun, RunLink } from '../record/library.ts'
import type { SubjectRef } from '../record/registration.ts'
import { InstrumentMake } from '../record/run.ts'
import { type Catalogue, canSupply, distinctRuns, type RunSource, type SheetSource } from './catalogue.ts'
import {
  type Destination,
  emptyPlan,
  fits,
  graceEnd,
  mapInto,
  notTaken,
  type Planned,
  type PlanningOptions,
  refuse,
} from './destination.ts'
import { awaitedKey, batchKey, libraryKey, runKey } from './keys.ts'
import { libraryPlans } from './library.ts'
import { located, ofLibrary, sheetPlaces } from './places.ts'
import { claimedIdentity, claimedRun } from './record.ts'
import { isCombined, runPlan } from './run.ts'

const LIBRARIES_A_TURN = 25
const NOTHING: Pick<SheetReading, 'libraries' | 'batches'> = { libraries: [], batches: [] }

/** `runs` are the run folders it speaks of, to be planned too. */
export async function planSheet(
  source: SheetSource,
  catalogue: Catalogue,
  options: PlanningOptions,
): Promise<Planned & { runs: RunSource[]; problems: Problem[]; doubts: Doubt[] }> {
  const plans: Plan[] = []
  const problems: Problem[] = []
  const doubts: Doubt[] = []
  const withdrawn: string[] = []
  const runs = new Map<string, RunSource>()
  const { libraries, batches } = source.reading.blocked ? NOTHING : source.reading
  for (const [index, library] of libraries.entries()) {
    if (library.blocked) continue
    // A large sheet must not hold up everything else; by count, so that the same history is the same again.
    if (index % LIBRARIES_A_TURN === LIBRARIES_A_TURN - 1) await nextTurn()
    const matches = await Promise.all(
      library.runs.map(async (run) => ({ run, found: await runsOf(run, catalogue) })),
    )
    for (const { found } of matches) for (const one of found) runs.set(one.path, one)
    const counts = await counting({ library: library.name }, catalogue)
    if (counts === undefined || counts.path === source.path) {
      const { path, since } = source
      const sheet = sheetPlaces(path, source.reading.columns)
      const planned = libraryPlans({ path, since, sheet }, library, makesOf(library, matches), options)
      plans.push(...planned)
      withdrawn.push(...elsewhere(library, planned, options))
    }
    for (const { run, found } of matches) {
      const doubt = found.length > 1 ? ambiguous(source, run, found) : null
      const absent = found.length === 1 ? [] : absentRunPlans(source, library, run, options, doubt)
      plans.push(...absent)
      if (doubt !== null) {
        const keys = found.map((one) => runKey(one.reading.reading.run, library.name))
        const candidates = idsOf(keys, options)
        problems.push(doubt)
        doubts.push({ asked: absent.map((plan) => plan.submission.id), candidates })
        withdrawn.push(...candidates)
      }
      if (found.length === 1 && found.every((one) => one.leftAlone))
        plans.push(...absentRunPlans(source, library, run, options, leftAlone(source, run)))
    }
  }
  for (const batch of batches) {
    if (batch.blocked) continue
    const counts = await counting({ batch: batch.name }, catalogue)
    if (counts === undefined || counts.path === source.path) plans.push(...batchPlans(source, batch, options))
  }
  return { plans, withdrawn, runs: [...runs.values()], problems, doubts }
}

/**
 * A name that fits several runs: what is `asked` for because of it, and the registrations that the candidates would
 * have. Where one of these was sent, it was the run that was meant, when there was no other yet.
 */
type Doubt = { asked: string[]; candidates: string[] }

/** The sheet that counts for a library or batch: the newest that can be used. */
const counting = async (
  what: { library: string } | { batch: string },
  catalogue: Catalogue,
): Promise<SheetSource | undefined> =>
  (await catalogue.sheetsNaming(what)).find(({ reading }) => canSupply(reading, what))

const runsOf = async (run: LibraryRun, catalogue: Catalogue): Promise<RunSource[]> =>
  run.link === null ? [] : distinctRuns(await catalogue.runsMatching(run.link))

/** The library where it was listed before its run told that it belongs elsewhere. */
function elsewhere(library: Library, planned: Plan[], options: PlanningOptions): string[] {
  const wanted = new Set(planned.map((plan) => plan.submission.registry))
  const others = options.destinations.filter((to) => !wanted.has(to.name))
  return others.map((to) => registrationId(to.name, libraryKey(library.name)))
}

const idsOf = (keys: string[], { destinations }: PlanningOptions): string[] =>
  keys.flatMap((key) => destinations.map((to) => registrationId(to.name, key)))

/** The makes a library's runs are known to be of; empty while nobody can tell. */
function makesOf(library: Library, matches: Array<{ run: LibraryRun; found: RunSource[] }>): string[] {
  const claimed = library.runs.map((run) => run.claim.instrumentMake)
  const found = matches.flatMap((one) => one.found.map((run) => run.reading.reading.run.instrumentMake))
  return [...new Set([...claimed, ...found])].filter((make) => make !== null)
}

function batchPlans(source: SheetSource, batch: Batch, options: PlanningOptions): Plan[] {
  return options.destinations
    .filter((to) => to.registry.takes.subjects.includes('batch'))
    .map((to) => {
      const subject: SubjectRef = {
        type: 'batch',
        key: batchKey(batch.name),
        name: batch.name,
        library: null,
        path: source.path,
      }
      const plan = emptyPlan(subject, to, { batch, sheet: source.path } as unknown as Json)
      plan.notBefore = graceEnd(to, source.since)
      mapInto(plan, to, { type: 'batch', batch }, sheetPlaces(source.path, source.reading.columns), options)
      return plan
    })
}

/** A run that a sheet names and no folder is there for: made from the sheet where the root says so, else awaited. */
function absentRunPlans(
  source: SheetSource,
  library: Library,
  run: LibraryRun,
  options: PlanningOptions,
  doubt: Problem | null,
): Plan[] {
  const link = run.link
  if (link === null) return []
  const make = InstrumentMake.safeParse(run.claim.instrumentMake)
  return options.destinations.flatMap((to) => {
    const makesRuns = doubt === null && options.runsFrom(source.path) === 'sheet'
    const fit = make.success ? fits(to, make.data) : 'yes'
    if (fit === 'no' || (fit === 'not-taken' && !makesRuns)) return []
    if (makesRuns && make.success) {
      const record = claimedRun(link, run.claim, make.data, options)
      const named = {
        ...{ name: library.name, library, claim: run.claim, sheet: source.path, since: source.since },
        places: sheetPlaces(source.path, source.reading.columns, run.rows),
      }
      const reading = {
        completion: { state: 'completed' as const, because: 'the sheet', missing: [], ended: true },
        provenance: {},
        problems: [],
        test: null,
      }
      const plan = runPlan(source.path, reading, record, named, to, [], options)
      if (fit === 'not-taken') refuse(plan, notTaken(to, record))
      return [plan]
    }
    if (!to.registry.takes.subjects.includes('run')) return []
    const subject: SubjectRef = {
      type: 'run',
      key: awaitedKey(link, library.name),
      name: link.value,
      library: library.name,
      path: null,
    }
    const plan = emptyPlan(subject, to, { library, awaited: link, sheet: source.path } as unknown as Json)
    if (doubt?.severity === 'error') plan.submission.stop = { state: 'held', reason: 'conflict' }
    else plan.submission.waitingFor.push('run')
    if (doubt !== null) plan.submission.problems.push(doubt)
    if (plan.submission.stop === null && isCombined(to))
      for (const one of unfitLibrary(source, library, run, link, to, options)) refuse(plan, one)
    return [plan]
  })
}

/**
 * What the one call that carries a run with its library would refuse of the library, told before the run has come:
 * until then there is time to mend the sheet. Where no one knows the make, it is one that the registry takes.
 */
function unfitLibrary(
  source: SheetSource,
  library: Library,
  run: LibraryRun,
  link: RunLink,
  to: Destination,
  options: PlanningOptions,
): Problem[] {
  const make = InstrumentMake.safeParse(run.claim.instrumentMake).data ?? to.registry.takes.makes[0]
  if (make === undefined) return []
  const subject = {
    type: 'run' as const,
    run: claimedRun(link, run.claim, make, options),
    libraryName: library.name,
    library,
  }
  const mapped = to.registry.map(subject, to.settings, options.now)
  const sheet = sheetPlaces(source.path, source.reading.columns)
  return mapped.ok ? [] : located(ofLibrary(mapped.error), { sheet, run: null })
}

function ambiguous(source: SheetSource, { link, rows }: LibraryRun, found: RunSource[]): Problem {
  const ids = found.map((one) => one.reading.reading.run.runId).join(', ')
  const file = basename(source.path)
  return problem('sheet.run-ambiguous', `${link?.by} ${link?.value} fits ${ids}`, { file, rows })
}

const leftAlone = (source: SheetSource, run: LibraryRun): Problem =>
  problem('run.left-alone', `${run.link?.value} was finished before its folder was watched`, {
    file: basename(source.path),
    rows: run.rows,
  })

/** The keys of everything a sheet speaks of: its libraries and batches, and its runs, come or awaited. */
async function subjectKeysOf(sheet: SheetReading, catalogue: Catalogue): Promise<string[]> {
  const keys = await Promise.all(sheet.libraries.map((library) => libraryKeysOf(library, catalogue)))
  return [...sheet.batches.map((batch) => batchKey(batch.name)), ...keys.flat()]
}

/** The key of a library, and those of its runs. */
export async function libraryKeysOf(library: Library, catalogue: Catalogue): Promise<string[]> {
  const keys = [libraryKey(library.name)]
  for (const run of library.runs) {
    if (run.link === null) continue
    keys.push(awaitedKey(run.link, library.name))
    for (const { reading } of await runsOf(run, catalogue))
      keys.push(runKey(reading.reading.run, library.name))
    const make = InstrumentMake.safeParse(run.claim.instrumentMake)
    if (make.success) keys.push(runKey(claimedIdentity(run.link, run.claim, make.data), library.name))
  }
  return keys
}

/**
 * What a sheet asked for before its content changed, and neither it nor another sheet asks for any more; `runs` are
 * the run folders it spoke of, `others` the sheets of which one may count in its stead now. A sheet that cannot be used
 * takes nothing back.
 */
export async function noLongerAsked(
  before: SheetReading,
  source: SheetSource,
  catalogue: Catalogue,
  options: PlanningOptions,
): Promise<{ withdrawn: string[]; runs: RunSource[]; others: SheetSource[] }> {
  if (source.reading.blocked) return { withdrawn: [], runs: [], others: [] }
  const asked = new Set(await subjectKeysOf(before, catalogue))
  const naming: SheetSource[] = []
  for (const { name } of before.libraries) naming.push(...(await catalogue.sheetsNaming({ library: name })))
  for (const { name } of before.batches) naming.push(...(await catalogue.sheetsNaming({ batch: name })))
  const asking = new Map([source, ...naming].map((one) => [one.path, one]))
  for (const { reading } of asking.values())
    for (const key of await subjectKeysOf(reading, catalogue)) asked.delete(key)
  asking.delete(source.path)
  const runs = await Promise.all(
    before.libraries.flatMap((library) => library.runs.map((run) => runsOf(run, catalogue))),
  )
  return { withdrawn: idsOf([...asked], options), runs: runs.flat(), others: [...asking.values()] }
}
