/** What the simulation is worth: mistakes that somebody could make, put in one at a time, and found. */
import { expect, test } from 'vitest'
import { type Bug, bugs } from './simulation/bugs.ts'
import { FAULTS, type Fault } from './simulation/faults.ts'
import { history } from './simulation/history.ts'

const WITHIN = 3000

test.for(bugs)('%s: found, since %s', { timeout: 600_000 }, async ([, found, bug, from]) => {
  expect(await firstFound(found, bug, from)).toEqual(found.map((fault) => [fault, expect.any(Number)]))
})

test('each fault that the simulation knows of is the work of one of these bugs', () => {
  expect(new Set(bugs.flatMap(([, found]) => found))).toEqual(new Set(FAULTS))
})

/** The first seed at which each is found; null where none is. */
async function firstFound(wanted: Fault[], bug: Bug, from = 1): Promise<Array<[Fault, number | null]>> {
  const seeds = new Map<Fault, number>()
  for (let seed = from; seed < from + WITHIN && seeds.size < wanted.length; seed++) {
    const { violations } = await history(seed, { bug })
    for (const fault of wanted)
      if (!seeds.has(fault) && violations.some((one) => one.startsWith(fault))) seeds.set(fault, seed)
  }
  return wanted.map((fault) => [fault, seeds.get(fault) ?? null])
}
