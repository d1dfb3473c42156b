/** Times of runs: UTC, cut to a kind's precision, and left out rather than guessed. */
import { describe, expect, test } from 'vitest'
import type { Stamp } from '../../src/record/time.ts'
import { runTimes, type TimeRules } from '../../src/registries/run-times.ts'
import { NOW, run, utc } from './subjects.ts'

const rules = (more: Partial<TimeRules> = {}): TimeRules => ({
  precision: 'second',
  future: 'refused',
  endTimeFromMtime: false,
  now: NOW,
  ...more,
})
const wall: Stamp = {
  text: '9.4.2020 18:40',
  local: '2020-04-09T18:40',
  instant: null,
  zone: 'local',
  precision: 'minute',
}
const marker: Stamp = {
  text: null,
  local: null,
  instant: '2020-04-11T09:00:31.999Z',
  zone: 'mtime',
  precision: 'second',
}
const told = (start: Stamp | null, end: Stamp | null, more: Partial<TimeRules> = {}) => {
  const { problems, ...times } = runTimes(run({ start, end }), rules(more))
  return { ...times, codes: problems.map((one) => one.code), severities: problems.map((one) => one.severity) }
}

describe('the precision of a kind', () => {
  const start = utc('2020-04-09T18:40:59.999Z')
  test('seconds are cut, never rounded', () => {
    expect(told(start, null).start_time).toBe('2020-04-09 18:40:59')
  })
  test('minutes are cut, never rounded', () => {
    expect(told(start, null, { precision: 'minute' }).start_time).toBe('2020-04-09 18:40')
  })
})

test('a time in no zone is left out, and a warning says so', () => {
  expect(told(wall, null)).toEqual({
    start_time: undefined,
    end_time: undefined,
    codes: ['registry.time-left-out'],
    severities: ['warning'],
  })
})

test('an end known only from a marker is sent only where the operator wants it', () => {
  expect(told(null, marker)).toMatchObject({ end_time: undefined, codes: ['registry.end-time-left-out'] })
  expect(told(null, marker, { endTimeFromMtime: true })).toMatchObject({
    end_time: '2020-04-11 09:00:31',
    codes: [],
  })
})

test('a time after now is an error where the registry refuses it', () => {
  const later = utc('2020-04-12T08:00:00.001Z')
  expect(told(later, null)).toMatchObject({ codes: ['registry.time-in-future'], severities: ['error'] })
  expect(told(null, utc(NOW.toISOString())).codes).toEqual([])
  expect(told(later, null, { future: 'taken' }).codes).toEqual([])
})

test('an end before the start is an error, the same instant is not', () => {
  const start = utc('2020-04-09T18:40:00.000Z')
  expect(told(start, utc('2020-04-09T18:39:59.999Z')).codes).toEqual(['registry.end-before-start'])
  expect(told(start, start).codes).toEqual([])
})
