/** What the simulation is worth: mistakes that somebody could make, put in one at a time, and found. */
import { expect, test } from 'vitest'
import { bugs } from './simulation/bugs.ts'
import { history } from './simulation/history.ts'

const WITHIN = 3000

test.for(Object.keys(bugs))('%s: the simulation finds it', { timeout: 600_000 }, async (name) => {
  const bug = bugs[name]
  if (bug === undefined) throw new Error(name)
  expect(await firstBroken(bug)).not.toBe(null)
})

async function firstBroken(bug: (typeof bugs)[string]): Promise<string | null> {
  for (let seed = 1; seed <= WITHIN; seed++) {
    const { violations } = await history(seed, { bug })
    const own = violations.find((one) => !one.startsWith('our own fault'))
    if (own !== undefined) return own
  }
  return null
}
