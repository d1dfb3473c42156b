/** Every ladder of waits, step by step, and what a registry may ask for by Retry-After. */
import { describe, expect, test } from 'vitest'
import {
  backOffMs,
  lookUpWaitMs,
  prerequisiteWaitMs,
  probeWaitMs,
  raceWaitMs,
  retryAfterMs,
} from '../../src/deliver/backoff.ts'

const minutes = (count: number) => count * 60

test.for([
  ['the words for a race', raceWaitMs, [2, 5, 15, 60, minutes(5), null, null]],
  ['a missing prerequisite', prerequisiteWaitMs, [60, minutes(5), minutes(15), 3600, 3600, 3600]],
  ['a lost answer', lookUpWaitMs, [5, 30, minutes(2), minutes(10), null]],
  ['a paused registry', probeWaitMs, [5, 30, minutes(2), minutes(5), minutes(5)]],
] as const)('the seconds to wait after %s', ([, waitMs, seconds]) => {
  const waited = seconds.map((_, step) => waitMs(step))
  expect(waited.map((ms) => (ms === null ? null : ms / 1000))).toEqual(seconds)
})

describe('the back-off', () => {
  test.for([
    [0, 5],
    [1, 10],
    [8, 1280],
    [9, 1800],
    [20, 1800],
    [5000, 1800],
  ])('of step %i is anything below %i s', ([step, ceiling]) => {
    expect(backOffMs(step ?? 0, 0.5)).toBe((ceiling ?? 0) * 500)
    expect(backOffMs(step ?? 0, 1)).toBe((ceiling ?? 0) * 1000)
  })

  test('is never shorter than a second', () => {
    expect(backOffMs(0, 0)).toBe(1000)
  })
})

test.for<[header: string | undefined, seconds: number | null]>([
  [undefined, null],
  ['', null],
  ['0', 0],
  ['90', 90],
  [' 90 ', 90],
  ['3600', 3600],
  ['3601', 3600],
  ['86400', 3600],
  ['86401', null],
  ['1.5', null],
  ['-5', null],
  ['soon', null],
  ['Sun, 22 Nov 2026 10:01:30 GMT', 90],
  ['Sun, 22 Nov 2026 09:59:59 GMT', null],
  ['Sunday, 22-Nov-26 10:01:30 GMT', 90],
  ['Sun Nov 22 10:01:30 2026', 90],
  ['2026-11-22T10:01:30Z', null],
  ['Sun, 32 Nov 2026 10:01:30 GMT', null],
])('Retry-After %s', ([header, seconds]) => {
  const asked = retryAfterMs(header, new Date('2026-11-22T10:00:00Z'))
  expect(asked === null ? null : asked / 1000).toBe(seconds)
})
