/** A registry as planning sees it, and the steps that every planned registration goes through there. */
import type { Json, Plan, RegistrySettings, Subject } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import { registrationId } from '../record/identity.ts'
import type { SubjectRef } from '../record/registration.ts'
import type { RunFacts, RunRecord } from '../record/run.ts'
import type { Registry } from '../registries/registry.ts'
import { located, type SheetPlaces } from './places.ts'

export type Destination = {
  name: string
  kind: string
  registry: Registry
  settings: RegistrySettings
  /** Null: everything the kind can take. */
  when: { make?: readonly string[] | undefined } | null
  /** `{experimentName}` and the like, or null. */
  libraryName: string | null
  graceSeconds: number
  sandbox: boolean
}

export type PlanningOptions = {
  destinations: Destination[]
  /** Zone of the clocks of a run's instrument, if one is configured for it, its root, or the site. */
  zoneOfRun(run: RunFacts, path: string): string | null
  /** Zone of times written in sheets. */
  siteZone: string | null
  modelOf(serial: string | null): string | null
  runsFrom(sheetPath: string): 'folder' | 'sheet'
  now: Date
}

export function emptyPlan(subject: SubjectRef, to: Destination, facts: Json): Plan {
  return {
    submission: {
      id: registrationId(to.name, subject.key),
      registry: to.name,
      kind: to.kind,
      subject,
      mapped: null,
      waitingFor: [],
      stop: null,
      problems: [],
      facts,
    },
    traits: to.registry.traits(subject.type),
    notBefore: null,
  }
}

export function mapInto(
  plan: Plan,
  to: Destination,
  subject: Subject,
  sheet: SheetPlaces,
  options: PlanningOptions,
): void {
  const mapped = to.registry.map(subject, to.settings, options.now)
  const places = { sheet, run: null }
  if (mapped.ok) {
    plan.submission.mapped = mapped.value
    plan.submission.problems.push(...located(mapped.value.warnings, places))
  } else {
    plan.submission.stop = { state: 'refused', reason: 'by-rule' }
    plan.submission.problems.push(...located(mapped.error, places))
  }
}

export function refuse(plan: Plan, because: Problem): void {
  plan.submission.stop = { state: 'refused', reason: 'by-rule' }
  plan.submission.waitingFor = []
  plan.submission.problems.push(because)
}

/** Does a registry want runs of this make? `not-taken`: its `when` asks for it and its kind cannot take it. */
export function fits(to: Destination, make: string): 'yes' | 'no' | 'not-taken' {
  const taken = to.registry.takes.makes.some((one) => one === make)
  const asked = to.when?.make
  if (asked === undefined) return taken ? 'yes' : 'no'
  if (!asked.includes(make)) return 'no'
  return taken ? 'yes' : 'not-taken'
}

export const notTaken = (to: Destination, run: RunRecord): Problem =>
  problem(
    'run.make-not-taken',
    `${to.kind} does not take runs of ${run.instrumentMake}, and \`when\` of ${to.name} asks for them`,
  )

export const graceEnd = (to: Destination, since: string | null): string | null =>
  to.graceSeconds === 0 || since === null
    ? null
    : new Date(Date.parse(since) + to.graceSeconds * 1000).toISOString()

/** What to ask the journal for, and which stand-ins are no longer wanted. */
export type Planned = { plans: Plan[]; withdrawn: string[] }
