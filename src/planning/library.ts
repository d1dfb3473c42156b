/** A library at every registry that takes libraries by themselves. */
import type { Json, Plan } from '../handovers.ts'
import type { Library } from '../record/library.ts'
import type { SubjectRef } from '../record/registration.ts'
import { emptyPlan, fits, graceEnd, mapInto, type PlanningOptions } from './destination.ts'
import { libraryKey } from './keys.ts'
import type { SheetPlaces } from './places.ts'

/**
 * One plan a registry. `makes` are what the library's runs are known to be of. While nobody can tell, it is sent at once
 * where runs of every make go; of several registries, one for some makes only waits until the run has decided.
 */
export function libraryPlans(
  source: { path: string; since: string | null; sheet: SheetPlaces },
  library: Library,
  makes: string[],
  options: PlanningOptions,
): Plan[] {
  const takers = options.destinations.filter((to) => to.registry.takes.subjects.includes('library'))
  const runTakers = options.destinations.filter((to) => to.registry.takes.subjects.includes('run'))
  return takers.flatMap((to) => {
    if (makes.length > 0 && !makes.some((make) => fits(to, make) === 'yes')) return []
    const subject: SubjectRef = {
      type: 'library',
      key: libraryKey(library.name),
      name: library.name,
      library: library.name,
      path: source.path,
    }
    const plan = emptyPlan(subject, to, { library, sheet: source.path } as unknown as Json)
    plan.notBefore = graceEnd(to, source.since)
    mapInto(plan, to, { type: 'library', library }, source.sheet, options)
    const undecided = makes.length === 0 && runTakers.length > 1 && to.when?.make !== undefined
    if (undecided) plan.submission.waitingFor.push('run')
    return [plan]
  })
}
