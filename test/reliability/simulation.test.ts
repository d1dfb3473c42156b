/** The decisions, the planning and the flow of the daemon through many thousand histories in which everything fails. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { history } from './simulation/history.ts'

const FIRST_SEED = Number(process.env['RUNHERALD_SEED'] ?? Date.now() % 2 ** 31)
const HALF = 10_000

/** Histories that once broke a promise. They stay here for ever. */
const kept = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as Array<{
  seed: number
  broke: string
}>

describe('whatever people, registries, Redis and the machine do, nothing is lost, doubled, stuck or guessed', () => {
  test.for([
    [FIRST_SEED, HALF],
    [FIRST_SEED + HALF, HALF],
  ] as const)(
    'from seed %i, in %i histories of up to 50 steps',
    { timeout: 900_000 },
    async ([first, count]) => {
      const counts = new Map<string, number>()
      const broken: string[] = []
      for (let seed = first; seed < first + count; seed++) {
        const told = await history(seed)
        if (told.violations.length > 0)
          broken.push(`seed ${seed}, step ${told.steps}: ${told.violations.join('; ')}`)
        for (const [what, number] of told.counts) counts.set(what, (counts.get(what) ?? 0) + number)
      }
      expect(broken).toEqual([])
      // Histories in which nothing happens prove nothing.
      const mostHappened = [
        'crashes',
        'commits',
        'send: lost',
        'send: unknown',
        'send: pause',
        'look-up: look-up',
      ]
      for (const what of mostHappened) expect(counts.get(what) ?? 0, what).toBeGreaterThan(count / 20)
    },
  )

  test.for(kept)('from seed $seed, which once broke: $broke', async ({ seed }) => {
    expect((await history(seed)).violations).toEqual([])
  })
})
