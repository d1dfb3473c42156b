/** The decisions, the planning and the flow of the daemon through many thousand histories in which everything fails. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { histories } from './simulation/histories.ts'
import { history } from './simulation/history.ts'

const FIRST_SEED = Number(process.env['RUNHERALD_SEED'] ?? Date.now() % 2 ** 31)
const COUNT = 20_000

/** Histories that once broke a promise. They stay here for ever. */
const kept = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as Array<{
  seed: number
  broke: string
}>

/** Histories in which nothing happens prove nothing: each of these happens once in twenty of them at least. */
const HAPPENS = ['crashes', 'commits', 'send: lost', 'send: unknown', 'send: pause', 'look-up: look-up']

describe('whatever people, registries, Redis and the machine do, nothing is lost, doubled, stuck or guessed', () => {
  test(`from seed ${FIRST_SEED}, in ${COUNT} histories of up to 50 steps`, {
    timeout: 1_800_000,
  }, async () => {
    const broken: string[] = []
    const { counts } = await histories({ first: FIRST_SEED, count: COUNT }, (line) => broken.push(line))
    expect(broken).toEqual([])
    for (const what of HAPPENS) expect(counts.get(what) ?? 0, what).toBeGreaterThan(COUNT / 20)
  })

  test.for(kept)('from seed $seed, which once broke: $broke', async ({ seed }) => {
    expect((await history(seed)).violations).toEqual([])
  })
})
