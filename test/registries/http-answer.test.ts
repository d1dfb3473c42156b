/** How long a registry asks us to wait. */
import { expect, test } from 'vitest'
import { retryAfterSeconds } from '../../src/registries/http-answer.ts'

const date = 'Sun, 12 Apr 2020 08:00:00 GMT'

test.for([
  ['120', 120],
  [' 0 ', 0],
  ['3600', 3600],
  ['3601', undefined],
  ['1000000000', undefined],
  ['99999999999999999999', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  ['Sun, 12 Apr 2020 08:01:30 GMT', 90],
  ['Sun, 12 Apr 2020 09:00:00 GMT', 3600],
  ['Sun, 12 Apr 2020 09:00:01 GMT', undefined],
  ['Sun, 12 Apr 2020 07:59:59 GMT', undefined],
  ['2020-04-12T08:01:30Z', undefined],
] as const)('Retry-After %j asks for %s seconds', ([text, seconds]) => {
  expect(retryAfterSeconds({ 'retry-after': text, date })).toBe(seconds)
})

test('a date is worth nothing without the clock it was read from', () => {
  expect(retryAfterSeconds({ 'retry-after': 'Sun, 12 Apr 2020 08:01:30 GMT' })).toBeUndefined()
  expect(retryAfterSeconds({})).toBeUndefined()
})
