/** What a batch of things just read asks for at every registry: all that they touch is planned, once each. */
import type { Plan, SheetReading } from '../handovers.ts'
import type { Artifact, JournalReader, RegistrationRow } from '../journal/journal.ts'
import {
  type Catalogue,
  journalCatalogue,
  namesOf,
  type RunSource,
  runSourceOf,
  type SheetSource,
  sheetSourceOf,
} from './catalogue.ts'
import type { PlanningOptions } from './destination.ts'
import { planRun } from './run.ts'
import { noLongerAsked, planSheet } from './sheet.ts'
import { refuseTakenTubes } from './tubes.ts'

/** What planning reads in the journal. */
export type PlanningJournal = Pick<
  JournalReader,
  'artifact' | 'claimants' | 'registrations' | 'runsMatching' | 'runsSame' | 'sheetsLinking' | 'sheetsNaming'
>

/** Something that was read and is kept in the journal. `replaces`: what a sheet at its path said before. */
export type Kept = { artifact: Artifact; replaces: SheetReading | null }

/** Everything asked for, registrations that nobody asks for any more, and the sheets that were planned with it. */
export type BatchPlan = { plans: Plan[]; withdrawn: string[]; sheets: string[] }

export async function planBatch(
  batch: readonly Kept[],
  journal: PlanningJournal,
  options: PlanningOptions,
): Promise<BatchPlan> {
  const asked: Asked = { plans: new Map(), withdrawn: new Set() }
  const catalogue = journalCatalogue(journal)
  const { runs, sheets } = await spokenOf(batch, catalogue)
  /** Run folders that a sheet speaks of, or spoke of. */
  const touch = async (touched: RunSource[]) => {
    for (const { path } of touched) {
      const run = runs.has(path) ? null : await journal.artifact(path)
      if (run !== null) runs.set(path, run)
    }
  }
  for (const { artifact, replaces } of batch) {
    const sheet = sheetSourceOf(artifact)
    if (sheet === null || replaces === null) continue
    const former = await noLongerAsked(replaces, sheet, catalogue, options)
    withdraw(asked, former.withdrawn)
    for (const other of former.others) sheets.set(other.path, other)
    await touch(former.runs)
  }
  for (const sheet of sheets.values()) {
    const planned = await planSheet(sheet, catalogue, options)
    ask(asked, planned.plans)
    withdraw(asked, planned.withdrawn)
    await touch(planned.runs)
    for (const doubt of planned.doubts) {
      const sent = (await journal.registrations({ ids: doubt.candidates })).filter(wasSent)
      for (const { id } of sent) asked.withdrawn.delete(id)
      if (sent.length === 0) continue
      for (const id of doubt.asked) asked.plans.delete(id)
      withdraw(asked, doubt.asked)
    }
  }
  for (const run of runs.values()) await planRunOf(run, asked, journal, catalogue, options)
  for (const id of asked.plans.keys()) asked.withdrawn.delete(id)
  await refuseTakenTubes(
    asked.plans.values(),
    async (registry, claims) => {
      const claimants = await journal.claimants(registry, claims)
      return claimants.filter(({ submission }) => !asked.withdrawn.has(submission.id))
    },
    (path) => sheets.get(path)?.reading,
  )
  return { plans: [...asked.plans.values()], withdrawn: [...asked.withdrawn], sheets: [...sheets.keys()] }
}

/** By registration. */
type Asked = { plans: Map<string, Plan>; withdrawn: Set<string> }

function ask({ plans }: Asked, more: readonly Plan[]): void {
  for (const one of more) plans.set(one.submission.id, one)
}

function withdraw({ withdrawn }: Asked, ids: readonly string[]): void {
  for (const id of ids) withdrawn.add(id)
}

/** The run folders of a batch, and its sheets with those that speak of these run folders. */
async function spokenOf(
  batch: readonly Kept[],
  catalogue: Catalogue,
): Promise<{ runs: Map<string, Artifact>; sheets: Map<string, SheetSource> }> {
  const runs = new Map<string, Artifact>()
  const sheets = new Map<string, SheetSource>()
  for (const { artifact } of batch) {
    const sheet = sheetSourceOf(artifact)
    if (sheet !== null) sheets.set(artifact.path, sheet)
    const run = runSourceOf(artifact)
    if (run === null) continue
    runs.set(artifact.path, artifact)
    for (const linked of await catalogue.sheetsLinking(namesOf(run))) sheets.set(linked.path, linked)
  }
  return { runs, sheets }
}

const wasSent = ({ state, attempts }: RegistrationRow): boolean => state === 'registered' || attempts > 0

async function planRunOf(
  run: Artifact,
  asked: Asked,
  journal: PlanningJournal,
  catalogue: Catalogue,
  options: PlanningOptions,
): Promise<void> {
  const source = runSourceOf(run)
  if (source === null) return
  const known = await journal.registrations({ paths: [run.path] })
  if (source.leftAlone) {
    // It was listed as a run to come while its files had not rested long enough.
    for (const { id } of known) asked.withdrawn.add(id)
    return
  }
  const planned = await planRun(source, catalogue, options)
  const standing = known.filter(({ id }) => !asked.withdrawn.has(id))
  const wanted = planned.plans.filter((one) => !isNeedlessStandIn(one, standing))
  ask(asked, await asSentBefore(wanted, planned.withdrawn, journal))
  withdraw(asked, planned.withdrawn)
}

/**
 * A run that a sheet alone told of may have been sent before its folder came, which may know it by another id: it is the
 * same registration, whose revision the folder's facts are.
 */
async function asSentBefore(plans: Plan[], standIns: string[], journal: PlanningJournal): Promise<Plan[]> {
  const rows = await journal.registrations({ ids: [...standIns, ...plans.map((one) => one.submission.id)] })
  return plans.map((plan) => {
    const { id, registry, subject } = plan.submission
    if (rows.some((row) => row.id === id)) return plan
    const before = rows.find(
      (row) => wasSent(row) && row.registry === registry && row.subject.library === subject.library,
    )
    if (before === undefined || subject.library === null) return plan
    const same = { ...subject, key: before.subject.key }
    return { ...plan, submission: { ...plan.submission, id: before.id, subject: same } }
  })
}

/** A run listed as waiting for a sheet though a library of it is registered or on its way there. */
const isNeedlessStandIn = ({ submission: { registry, subject } }: Plan, known: RegistrationRow[]): boolean =>
  subject.library === null &&
  known.some((row) => row.registry === registry && row.subject.library !== null && row.state !== 'superseded')
