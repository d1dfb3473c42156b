/** Waits that the table of verdicts does not walk through: of a probe, of a thousandth try, and of Retry-After. */
import { expect, test } from 'vitest'
import { backOffMs, probeWaitMs, retryAfterMs } from '../../src/deliver/backoff.ts'

test('a paused registry is probed after 5 s, 30 s, 2 min, and then every 5 min', () => {
  expect([0, 1, 2, 3, 4, 5000].map((step) => probeWaitMs(step) / 1000)).toEqual([5, 30, 120, 300, 300, 300])
})

test('the back-off is half an hour at most, however often it was tried, and a second at least', () => {
  expect([backOffMs(5000, 1), backOffMs(0, 0)]).toEqual([1_800_000, 1000])
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
  ['1000000000', null],
  ['1.5', null],
  ['-5', null],
  ['soon', null],
  ['Sun, 22 Nov 2026 10:01:30 GMT', 90],
  ['Sun, 22 Nov 2026 09:59:59 GMT', null],
  ['Sunday, 22-Nov-26 10:01:30 GMT', 90],
  ['Sun Nov 22 10:01:30 2026', 90],
  ['2026-11-22T10:01:30Z', null],
  ['Sun, 32 Nov 2026 10:01:30 GMT', null],
])('Retry-After %j is %s seconds from now', ([header, seconds]) => {
  const asked = retryAfterMs(header, new Date('2026-11-22T10:00:00Z'))
  expect(asked === null ? null : asked / 1000).toBe(seconds)
})
