/** Texts in which Illumina software writes a time. Shapes are exact: a year of five digits or a day 0 is no time. */
import { instantStamp, type Stamp, wallStamp } from '../../record/time.ts'

/**
 * `text` as an instant, a wall clock or a day; null when it has none of the shapes that were ever seen. A NovaSeq
 * writes its month first whatever the PC's locale, unless only the other order fits the `day` the run is named by; a
 * first number above 12 can only be a day.
 */
export function stampOf(text: string, day: Stamp | null = null): Stamp | null {
  const compact = /^(?:20)?(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (compact) return wallStamp(text, `20${compact[1]}-${compact[2]}-${compact[3]}`)
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.\d+)?)?$/.exec(text)
  if (iso) return wallStamp(text, iso[2] ? `${iso[1]}T${iso[2]}` : String(iso[1]))
  const locals = clockIn(text, true)?.locals ?? []
  const local = locals.find((one) => isWithin(daysBetween(day, one), -1, 7)) ?? locals[0]
  return local === undefined ? instantStamp(text) : wallStamp(text, local)
}

type Clock = { text: string; locals: string[]; open: boolean }

/**
 * What a marker's text tells: `clock` with the wall clocks it may mean, the likelier first; `blank`; `other` when it
 * tells no time, as very old base callers. `open`: it may be no more than the beginning of what is being written.
 */
export type ClockText = (Clock & { is: 'clock' }) | { is: 'blank' | 'other'; open: boolean }

/**
 * `7/1/2015,05:12:25.107,Illumina RTA 1.18.64`, `RTA 2.7.7 completed on 3/23/2020 9:17:40 AM`, `Read 1 complete …`,
 * `Sequencing for flowcell B completed on …`, and what other Windows locales make of the date.
 */
export function clockTextOf(text: string): ClockText {
  if (text.trim() === '') return { is: 'blank', open: false }
  const clock = clockIn(text, false)
  if (clock) return { is: 'clock', ...clock }
  const ended = /[\r\n]$|Illumina RTA \d|[^\x20-\x7e]/.test(text)
  return { is: 'other', open: !ended && /^[\dRS]/.test(text) }
}

/**
 * The wall clock that a marker means, by the day the run started: a run of more than 30 days, or one that ended
 * before it began, was read in the wrong order of day and month. Null when no order fits, or when nothing tells
 * which of two it is. `ambiguous` when both fit.
 */
export function endingOf(clock: Clock, start: Stamp | null): { value: Stamp; ambiguous: boolean } | null {
  const stamps = clock.locals.flatMap((local) => wallStamp(clock.text, local) ?? [])
  const fitting =
    start === null
      ? stamps
      : stamps.filter(({ local }) => isWithin(daysBetween(start, String(local)), -1, 30))
  const [first, second] = fitting
  if (!first || (second && start === null)) return null
  return { value: first, ambiguous: second !== undefined }
}

/** Days from the one to the other, by the calendar; NaN where there is none to count from. */
const daysBetween = (start: Stamp | null, local: string): number =>
  (Date.parse(local.slice(0, 10)) - Date.parse((start?.local ?? start?.instant ?? '').slice(0, 10))) /
  86_400_000

const isWithin = (days: number, least: number, most: number): boolean => days >= least && days <= most

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const DATE = [
  /(?<one>\d{1,2})(?<mark>[/.-]) ?(?<two>\d{1,2})\k<mark> ?(?<year>\d{4}|\d\d)/,
  /(?<dayOfMonth>\d{1,2})-(?<month>Sept|[A-Za-z]{3})-(?<yearOfMonth>\d{4}|\d\d)/,
  /(?<firstYear>\d{4})(?<between>[/.-]) ?(?<thenMonth>\d{1,2})\k<between> ?(?<thenDay>\d{1,2})\.?/,
]
const HALF = /[ \u00a0\u202f]?(?:[AaPp][Mm]|[ap]\.[ \u00a0]?m\.)/
const TIME = new RegExp(
  String.raw`(?<hour>\d{1,2})(?<colon>[:.])(?<minute>\d\d)\k<colon>(?<second>\d\d)(?:\.\d+)?(?<half>${HALF.source})?(?<after>[,\r\n]|$)`,
)
const CLOCK = new RegExp(`(?:^| )(?<clock>(?:${DATE.map((one) => one.source).join('|')})[ ,]${TIME.source})`)

/**
 * The clock in a text, with the wall clocks it may mean, impossible ones left out: month before day first. `whole`:
 * the text is nothing else and all there; otherwise one that may lack its AM or PM, or its fraction, is `open`.
 */
function clockIn(text: string, whole: boolean): Clock | null {
  const found = CLOCK.exec(text)
  if (!found?.groups || (whole && found[0] !== text)) return null
  const { clock, hour, minute, second, half, after } = found.groups
  const of24 = hourOf(Number(hour), half)
  if (of24 === null) return null
  const whatMayFollow = /^\d/.test(text) ? 'fraction' : Number(hour) <= 12 ? 'half' : null
  const written = String(clock).replace(/[,\r\n]$/, '')
  const locals = daysOf(found.groups).map((day) => `${day}T${pad(of24)}:${minute}:${second}`)
  const possible = locals.filter((local) => wallStamp(written, local) !== null)
  if (possible.length === 0) return null
  return { text: written, locals: possible, open: !half && !after && whatMayFollow !== null }
}

/** The days a date may mean, the likelier first. */
function daysOf(date: Record<string, string | undefined>): string[] {
  const { one, two, mark, year, month, dayOfMonth, yearOfMonth, firstYear, thenMonth, thenDay } = date
  if (firstYear !== undefined) return [`${firstYear}-${pad(Number(thenMonth))}-${pad(Number(thenDay))}`]
  if (month !== undefined) {
    const number = MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1
    return [`${fullYear(yearOfMonth)}-${pad(number)}-${pad(Number(dayOfMonth))}`]
  }
  const monthFirst = `${fullYear(year)}-${pad(Number(one))}-${pad(Number(two))}`
  const dayFirst = `${fullYear(year)}-${pad(Number(two))}-${pad(Number(one))}`
  // Full stops are only written where the day comes first.
  return mark === '.' || monthFirst === dayFirst ? [dayFirst] : [monthFirst, dayFirst]
}

/** The hour of 24; null where there is no such hour. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null
  if (hour < 1 || hour > 12) return null
  return (hour % 12) + (/p/i.test(half) ? 12 : 0)
}

const pad = (number: number): string => String(number).padStart(2, '0')

const fullYear = (year: string | undefined): string => (year?.length === 2 ? `20${year}` : String(year))
