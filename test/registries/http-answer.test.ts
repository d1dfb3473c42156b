/** What an answer's status alone tells, and how long a registry asks us to wait. */
import { expect, test } from 'vitest'
import { judgeStatus, retryAfterSeconds } from '../../src/registries/http-answer.ts'

const meaning = (status: number, busyIsSafe: boolean) => {
  const verdict = judgeStatus({ status, headers: {}, body: '' }, { busyIsSafe })
  if (verdict === null) return 'the body tells'
  return verdict.is === 'pause' ? `pause: ${verdict.reason}` : verdict.is
}

test.for<[is: string, ...statuses: number[]]>([
  ['the body tells', 200, 201, 204, 299, 400, 406, 411, 422],
  ['pause: credentials', 401, 402, 403, 407],
  ['pause: answers-changed', 199, 300, 301, 307, 399, 404, 405, 410],
  ['look-up', 409],
  ['try-later', 429],
  ['unknown', 408, 500, 502, 504, 599],
])('%s: %i, %i, …', ([is, ...statuses]) => {
  for (const status of statuses)
    expect([status, meaning(status, true), meaning(status, false)]).toEqual([status, is, is])
})

test('503 is no more than a delay where the same may be sent again', () => {
  expect([meaning(503, true), meaning(503, false)]).toEqual(['try-later', 'unknown'])
})

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
