import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRounds } from '../../src/discover/rounds.ts'

const HOUR_MS = 3_600_000

/** Rounds that end when they are let. */
function heldRounds() {
  const rounds: Array<PromiseWithResolvers<void>> = []
  const work = () => {
    const round = Promise.withResolvers<void>()
    rounds.push(round)
    return round.promise
  }
  return { rounds, ...createRounds(work, HOUR_MS) }
}

test('a round that is asked for while others are under way or wait begins after them', async () => {
  const { rounds, now, close } = heldRounds()
  const first = now()
  await turn()
  const second = now()
  await turn()
  expect(rounds).toHaveLength(1)
  rounds[0]?.resolve()
  await first
  await turn()
  const third = now()
  await turn()
  expect(rounds).toHaveLength(2)
  rounds[1]?.resolve()
  await second
  await turn()
  expect(rounds).toHaveLength(3)
  rounds[2]?.resolve()
  await third
  await close()
})

test('a closing ends with the round under way, and those asked for before or after it are not begun', async () => {
  const { rounds, now, soon, close } = heldRounds()
  const first = now()
  await turn()
  const second = now()
  const closing = close()
  // Nobody waits for what is not begun any more.
  await now()
  soon()
  rounds[0]?.resolve()
  await Promise.all([first, second, closing])
  await turn()
  expect(rounds).toHaveLength(1)
})

test('after each round comes the next one by itself', async () => {
  let made = 0
  const third = Promise.withResolvers<void>()
  const { soon, close } = createRounds(async () => {
    if (++made === 3) third.resolve()
  }, 1)
  soon()
  await third.promise
  await close()
  expect(made).toBe(3)
})
