import { expect, test } from 'vitest'
import { simulate } from './simulation.ts'

/** More of them with SIMULATION_SEEDS; one of them again with SIMULATION_SEED. */
const COUNT = Number(process.env['SIMULATION_SEEDS'] ?? 300)
const FIRST = Number(process.env['SIMULATION_SEED'] ?? Math.floor(Math.random() * 1_000_000_000))
const TURNS = 200

test(`in ${COUNT} histories from seed ${FIRST} nothing is lost, doubled or stuck`, () => {
  const states = new Map<string, number>()
  for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
    const { violations, registrations } = simulate(seed, TURNS)
    expect(violations.slice(0, 5)).toEqual([])
    for (const { revisions } of registrations) {
      const { state } = revisions.at(-1) ?? { state: 'none' }
      states.set(state, (states.get(state) ?? 0) + 1)
    }
  }
  // A simulation that reaches no end proves nothing.
  expect([...states.keys()].sort()).toEqual(expect.arrayContaining(['held', 'refused', 'registered']))
})
