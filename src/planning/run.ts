/** Everything one run folder asks for at every registry, joined with the sheets that speak of it. */
import { basename, dirname } from 'node:path'
import type { Json, Plan } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import { isAmong } from '../record/join.ts'
import type { Library, LibraryRun, RunLink } from '../record/library.ts'
import type { SubjectRef } from '../record/registration.ts'
import type { RunReading, RunRecord } from '../record/run.ts'
import { type Catalogue, distinctRuns, namesOf, type RunSource } from './catalogue.ts'
import {
  type Destination,
  emptyPlan,
  fits,
  graceEnd,
  notTaken,
  type Planned,
  type PlanningOptions,
  refuse,
} from './destination.ts'
import { runKey, standIns } from './keys.ts'
import { libraryPlans } from './library.ts'
import { againstOwnSheet, type NamedLibrary } from './own-sheet.ts'
import { fileAndRows, located, ofLibrary, sheetPlaces } from './places.ts'
import { disagreements, fillTemplate, toRecord, withClaim } from './record.ts'

export async function planRun(
  given: RunSource,
  catalogue: Catalogue,
  options: PlanningOptions,
): Promise<Planned> {
  const facts = given.reading.reading.run
  const same = await catalogue.runsSame(facts.runId, facts.sequencingUuid)
  const source = furthest([given, ...same])
  const run = toRecord(source, options)
  const named = await librariesOf(source, [source, given, ...same].flatMap(namesOf), catalogue)
  const conflicts = conflictsWith(source, same)
  const contradicted = againstOwnSheet(named, source)
  const plans = ownLibraryPlans(source, run, named, options)
  for (const to of options.destinations) {
    const fit = fits(to, run.instrumentMake)
    if (fit === 'no') continue
    const libraries = named.length > 0 ? named : fromTemplate(to, run)
    // No sheet is asked for a run that will go nowhere.
    const unnamed = source.reading.reading.test === null || to.sandbox ? [null] : []
    for (const one of libraries.length > 0 ? libraries : unnamed) {
      const record = withClaim(run, one?.claim ?? null, options)
      const plan = runPlan(source.path, source.reading.reading, record, one, to, conflicts, options)
      plan.submission.problems.push(...disagreements(run, one, source.reading.reading.provenance))
      plan.submission.problems.push(...(contradicted.get(one) ?? []))
      if (libraries.length > 1 && isCombined(to)) refuse(plan, twoLibraries(libraries))
      if (fit === 'not-taken') refuse(plan, notTaken(to, run))
      plans.push(plan)
    }
  }
  const wanted = new Set(plans.map((plan) => plan.submission.id))
  const libraries = plans.flatMap((plan) => plan.submission.subject.library ?? [])
  const registries = options.destinations.map((to) => to.name)
  return { plans, withdrawn: standIns(run, libraries, registries).filter((id) => !wanted.has(id)) }
}

/** Of several folders that hold the same run, the one that counts: ended, then fully copied, then seen first. */
function furthest(sources: RunSource[]): RunSource {
  const rank = ({ reading: { reading } }: RunSource) =>
    (reading.completion.ended ? 2 : 0) + (reading.run.fullyCopied ? 1 : 0)
  const [first, ...others] = sources
  if (first === undefined) throw new Error('no run folder to choose from')
  return others.reduce((best, one) => {
    const gain = rank(one) - rank(best)
    return gain > 0 || (gain === 0 && one.since < best.since) ? one : best
  }, first)
}

/** The libraries that the sheet in the run folder itself supplies. */
function ownLibraryPlans(
  source: RunSource,
  run: RunRecord,
  named: NamedLibrary[],
  options: PlanningOptions,
): Plan[] {
  const { path, since } = source
  const own = named.filter((one) => one.sheet === null)
  return own.flatMap(({ library, places: sheet }) =>
    library === null || sheet === null
      ? []
      : libraryPlans({ path, since, sheet }, library, [run.instrumentMake], options),
  )
}

/**
 * The libraries of a run: from dropped sheets that link to it by any of the names of its folders, newest first, one sheet
 * for each library; where none speaks of it, from the sheet in the run folder itself.
 */
async function librariesOf(
  source: RunSource,
  names: RunLink[],
  catalogue: Catalogue,
): Promise<NamedLibrary[]> {
  const found = new Map<string, NamedLibrary>()
  for (const sheet of await catalogue.sheetsLinking(names)) {
    for (const library of sheet.reading.libraries) {
      if (found.has(library.name) || library.blocked || sheet.reading.blocked) continue
      const link = await linkTo(names, library, catalogue)
      if (link === null) continue
      found.set(library.name, {
        name: library.name,
        library,
        claim: link.claim,
        sheet: sheet.path,
        since: sheet.since,
        places: sheetPlaces(sheet.path, sheet.reading.columns, link.rows),
      })
    }
  }
  const own = source.reading.sheet
  if (found.size === 0 && own !== null && !own.blocked)
    for (const library of own.libraries)
      if (!library.blocked)
        found.set(library.name, {
          name: library.name,
          library,
          claim: library.runs[0]?.claim ?? null,
          sheet: null,
          since: null,
          places: sheetPlaces(source.reading.sheetFile ?? '', own.columns, library.runs[0]?.rows),
        })
  return [...found.values()]
}

/** Where the library names this run and no other: a name that fits several runs says nothing of any. */
async function linkTo(names: RunLink[], library: Library, catalogue: Catalogue): Promise<LibraryRun | null> {
  for (const run of library.runs) {
    if (run.link === null || !isAmong(names, run.link)) continue
    if (distinctRuns(await catalogue.runsMatching(run.link)).length === 1) return run
  }
  return null
}

/** The library name of `map.libraryName`, when every field it uses is known. */
function fromTemplate(to: Destination, run: RunRecord): NamedLibrary[] {
  const filled = to.libraryName === null ? null : fillTemplate(to.libraryName, run)
  if (filled?.name == null) return []
  return [{ name: filled.name, library: null, claim: null, sheet: null, since: null, places: null }]
}

export function runPlan(
  path: string | null,
  reading: Pick<RunReading, 'completion' | 'provenance' | 'problems' | 'test'>,
  run: RunRecord,
  named: NamedLibrary | null,
  to: Destination,
  conflicts: Problem[],
  options: PlanningOptions,
): Plan {
  const subject: SubjectRef = {
    type: 'run',
    key: runKey(run, named?.name ?? null),
    name: run.runId,
    library: named?.name ?? null,
    path,
  }
  const plan = emptyPlan(subject, to, {
    run,
    provenance: reading.provenance,
    completion: reading.completion,
  } as unknown as Json)
  const { submission } = plan
  const { completion } = reading
  if (!completion.ended) submission.waitingFor.push('run-completion')
  if (named === null) {
    submission.waitingFor.push('sheet')
    submission.problems.push(...missingTemplateFields(to, run))
    return plan
  }
  plan.notBefore = graceEnd(to, named.since)
  const folder = { folder: run.folderName, provenance: reading.provenance }
  const places = { sheet: named.places, run: path === null || named.sheet === path ? null : folder }
  const { name: libraryName, library } = named
  const mapped = to.registry.map({ type: 'run', run, libraryName, library }, to.settings, options.now)
  const fatal = [...reading.problems.filter((one) => one.severity === 'error'), ...conflicts]
  if (mapped.ok) {
    submission.mapped = mapped.value
    submission.problems.push(...located(mapped.value.warnings, places))
  } else if (completion.ended) submission.problems.push(...located(mapped.error, places))
  else if (isCombined(to) && named.library !== null)
    for (const one of located(ofLibrary(mapped.error), places)) refuse(plan, one)
  if (!completion.ended) return plan
  if (!mapped.ok) submission.stop = { state: 'refused', reason: 'by-rule' }
  else if (reading.test !== null && !to.sandbox) refuse(plan, testRun(reading.test))
  else if (run.status !== 'completed' && run.status !== 'stopped')
    submission.stop = { state: 'held', reason: 'run-failed' }
  else if (fatal.length > 0) submission.stop = { state: 'held', reason: 'conflict' }
  submission.problems.push(...fatal)
  return plan
}

/** One call there carries a run and its library, so a run has one library. */
export const isCombined = (to: Destination): boolean => !to.registry.takes.subjects.includes('library')

/** Each with its place: the person who reads it may know of one sheet alone. */
const twoLibraries = (libraries: NamedLibrary[]): Problem =>
  problem('run.two-libraries', `it is in ${libraries.map(withPlace).join(' and ')}`)

/** `LIB-1 (needs-fixing/plate7.csv, rows 2, 3)`: with its folder, since an earlier sheet may well have the same name. */
function withPlace({ name, sheet, places }: NamedLibrary): string {
  if (places === null) return name
  const file = sheet === null ? places.file : `${basename(dirname(sheet))}/${places.file}`
  return `${name} (${fileAndRows(file, places.runRows)})`
}

function missingTemplateFields(to: Destination, run: RunRecord): Problem[] {
  if (to.libraryName === null) return []
  const { missing } = fillTemplate(to.libraryName, run)
  return missing.map((field) => {
    const found = `the run folder does not tell ${field}, which map.libraryName of ${to.name} uses`
    return problem('run.library-name-unknown', found)
  })
}

/** The same run id in another folder with other facts: a person must say which is right. */
function conflictsWith(source: RunSource, same: RunSource[]): Problem[] {
  const mine = source.reading.reading
  const others = same.filter(({ path }) => path !== source.path)
  const differing = (['flowcellId', 'instrumentSerial'] as const).flatMap((field) =>
    others.flatMap(({ path, reading: { reading } }) => {
      const [here, there] = [mine.run[field], reading.run[field]]
      return here === null || there === null || here === there
        ? []
        : [problem('run.same-id-differs', `${field} is ${here} here and ${there} in ${path}`)]
    }),
  )
  const starts = others
    .filter(({ reading: { reading } }) => startDiffers(mine, reading))
    .map(({ path, reading: { reading } }) => {
      const [here, there] = [mine.run.start?.text, reading.run.start?.text]
      return problem('run.same-id-differs', `the run starts at ${here} here and at ${there} in ${path}`)
    })
  return [...differing, ...starts]
}

/**
 * Do two folders of one run start it at two moments? One moment may be written in two ways; and two files of one run
 * may well tell two, as set-up and imaging, so that only what stands in the same place is held against each other.
 */
function startDiffers(mine: RunReading, theirs: RunReading): boolean {
  const [one, other] = [mine.run.start, theirs.run.start]
  const [place, otherPlace] = [mine.provenance.start, theirs.provenance.start]
  if (one === null || other === null || one.precision !== other.precision) return false
  if (place?.file !== otherPlace?.file || place?.at !== otherPlace?.at) return false
  if (one.instant !== null && other.instant !== null) return one.instant !== other.instant
  return one.local !== other.local
}

export const testRun = (test: RunReading['test']): Problem =>
  problem(
    'run.test',
    test === 'simulated'
      ? 'this folder was written by `runherald simulate`'
      : "this is the instrument's own test",
  )
