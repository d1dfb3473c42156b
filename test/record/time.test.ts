/** Instants, wall clocks, and the zones that make one of the other. */
import { describe, expect, test } from 'vitest'
import { instantStamp, inZone, toInstant, wallStamp } from '../../src/record/time.ts'

describe('an instant', () => {
  test.for([
    ['2020-06-02T01:46:25.8840085Z', '2020-06-02T01:46:25.884Z', 'utc'],
    ['2023-11-08T16:06:11.5342935+01:00', '2023-11-08T15:06:11.534Z', 'offset'],
    ['2022-09-12T16:32:24-07:00', '2022-09-12T23:32:24.000Z', 'offset'],
    ['2021-03-10T21:51:17.158001+03:00', '2021-03-10T18:51:17.158Z', 'offset'],
  ])('%s is %s', ([text, instant, zone]) => {
    expect(instantStamp(String(text))).toMatchObject({
      text,
      instant,
      zone,
      local: null,
      precision: 'second',
    })
  })

  test.for([
    '2020-06-02T01:46:25',
    '22020-03-08T01:06:02Z',
    '0001-01-01T00:00:00Z',
    '2020-37-11T16:37:02.554Z',
    '2021-02-29T10:00:00Z',
    '170609',
    '',
    'yesterday',
  ])('"%s" is none', (text) => {
    expect(instantStamp(text)).toBeNull()
  })
})

describe('a wall clock', () => {
  test('keeps the file’s text and invents no instant', () => {
    expect(wallStamp('3/3/2020 4:41:46 PM', '2020-03-03T16:41:46')).toEqual({
      text: '3/3/2020 4:41:46 PM',
      local: '2020-03-03T16:41:46',
      instant: null,
      zone: 'local',
      precision: 'second',
    })
  })

  test.for(['2020-02-30', '2020-03-03T24:00:00', '2020-03-03T10:60', '0001-01-01T00:00:00', '2020-3-3'])(
    '%s is none',
    (local) => {
      expect(wallStamp(local, local)).toBeNull()
    },
  )

  test('becomes an instant by a configured zone, but a date alone never does', () => {
    const noon = wallStamp('x', '2020-07-01T12:00:00')
    const day = wallStamp('200701', '2020-07-01')
    expect(noon && inZone(noon, 'Europe/London')).toMatchObject({
      instant: '2020-07-01T11:00:00.000Z',
      zone: 'configured',
      local: '2020-07-01T12:00:00',
    })
    expect(day && inZone(day, 'Europe/London')).toEqual(day)
    expect(noon && inZone(noon, null)).toEqual(noon)
  })
})

test.for([
  ['an ordinary hour in winter', '2020-01-15T12:00:00', 'Europe/London', '2020-01-15T12:00:00.000Z'],
  ['an ordinary hour in summer', '2020-07-15T12:00:00', 'America/New_York', '2020-07-15T16:00:00.000Z'],
  [
    'an hour the clocks repeat is the first',
    '2020-10-25T01:30:00',
    'Europe/London',
    '2020-10-25T00:30:00.000Z',
  ],
  [
    'an hour the clocks skip is moved forward',
    '2020-03-29T01:30:00',
    'Europe/London',
    '2020-03-29T01:30:00.000Z',
  ],
  ['the hour before a repeat', '2020-10-25T00:59:59', 'Europe/London', '2020-10-24T23:59:59.000Z'],
  ['half-hour zones', '2020-10-25T01:30:00', 'Asia/Kolkata', '2020-10-24T20:00:00.000Z'],
  [
    'a half-hour change of clocks, repeated',
    '2020-04-05T01:45:00',
    'Australia/Lord_Howe',
    '2020-04-04T14:45:00.000Z',
  ],
  ['a day without a time of day', '2020-10-25', 'Europe/Berlin', '2020-10-24T22:00:00.000Z'],
])('%s', ([, local, zone, instant]) => {
  expect(toInstant(String(local), String(zone))).toBe(instant)
})
