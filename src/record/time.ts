/**
 * Times as files give them: an instant only where the file or the configuration names a zone, else the wall clock.
 *
 * Pure; "now" is always an argument, and so is the zone, which `planning.ts` chooses for each run.
 */
import * as z from 'zod'

/** RFC 3339 in UTC with `Z`, cut (never rounded) to milliseconds. */
export type Instant = string

/** `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or `YYYY-MM-DDTHH:MM:SS`: a clock on a wall, in no zone. */
type WallTime = string

export const Stamp = z.strictObject({
  /** As the file writes it; null where only a file's modification time is known. */
  text: z.string().nullable(),
  /** The wall clock meant, ISO without zone; null when the file gives an instant. */
  local: z.string().nullable(),
  /** The instant, null when no zone is known. */
  instant: z.string().nullable(),
  /** utc, offset: the file says so. local: it does not. configured: local, with the lab's zone. mtime: from a marker file. */
  zone: z.enum(['utc', 'offset', 'local', 'configured', 'mtime']),
  precision: z.enum(['date', 'minute', 'second']),
})
export type Stamp = z.infer<typeof Stamp>

const ISO_INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(Z|[+-]\d\d:?\d\d)$/

/**
 * A stamp from ISO text that carries `Z` or an offset; null when it is anything else, impossible dates included.
 * Fractions of any length are cut to milliseconds, since Date would round nothing but also keep nothing.
 */
export function instantStamp(text: string): Stamp | null {
  const found = ISO_INSTANT.exec(text.trim())
  if (!found) return null
  const [, date, clock, seconds, fraction, zone] = found
  const offset = zone === 'Z' ? 'Z' : `${zone?.slice(0, 3)}:${zone?.slice(-2)}`
  const millis = (fraction ?? '').padEnd(3, '0').slice(0, 3)
  const at = new Date(`${date}T${clock}:${seconds ?? '00'}.${millis}${offset}`)
  if (Number.isNaN(at.getTime()) || !isCalendarDate(String(date))) return null
  return {
    text,
    local: null,
    instant: at.toISOString(),
    zone: zone === 'Z' ? 'utc' : 'offset',
    precision: seconds === undefined ? 'minute' : 'second',
  }
}

/** A stamp for a wall clock: `local` is ISO without a zone, of which `text` is the spelling in the file. */
export function wallStamp(text: string, local: WallTime): Stamp | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(local)
  if (!found || !isCalendarDate(String(found[1]))) return null
  const [, , hour, minute, second] = found
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return null
  const precision = hour === undefined ? 'date' : second === undefined ? 'minute' : 'second'
  return { text, local, instant: null, zone: 'local', precision }
}

/** A stamp known only from the modification time of a marker file. */
export const mtimeStamp = (modified: Date): Stamp => ({
  text: null,
  local: null,
  instant: modified.toISOString(),
  zone: 'mtime',
  precision: 'second',
})

/** Is this `YYYY-MM-DD` a day of the calendar, and not a placeholder such as 0001-01-01? */
export function isCalendarDate(date: string): boolean {
  const [year, month, day] = date.split('-').map(Number)
  if (year === undefined || month === undefined || day === undefined || year < 1990) return false
  const at = new Date(Date.UTC(year, month - 1, day))
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day
}

export function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** Gives a wall clock its zone. Anything that is not a wall clock with a time of day comes back as it was. */
export function inZone(stamp: Stamp, zone: string | null): Stamp {
  if (zone === null || stamp.zone !== 'local' || stamp.local === null || stamp.precision === 'date')
    return stamp
  return { ...stamp, instant: toInstant(stamp.local, zone), zone: 'configured' }
}

/**
 * The instant of a wall clock in an IANA zone. An hour that the clocks repeat is taken the first time;
 * an hour that they skip is moved forward by what was skipped (02:30 becomes 03:30).
 */
export function toInstant(local: WallTime, zone: string): Instant {
  const [date, clock = '00:00:00'] = local.split('T')
  const asUtc = Date.parse(`${date}T${clock.length === 5 ? `${clock}:00` : clock}Z`)
  const before = offsetAt(asUtc - 86_400_000, zone)
  const after = offsetAt(asUtc + 86_400_000, zone)
  // The larger offset gives the earlier instant, so the first of a repeated hour.
  const fitting = [before, after]
    .sort((a, b) => b - a)
    .find((offset) => offsetAt(asUtc - offset, zone) === offset)
  return new Date(asUtc - (fitting ?? before)).toISOString()
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Milliseconds that the clocks of `zone` are ahead of UTC at an instant. */
function offsetAt(instant: number, zone: string): number {
  let formatter = formatters.get(zone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    formatters.set(zone, formatter)
  }
  // `1/1/2026, GMT+01:00`; a zone on UTC has no more than GMT.
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)$/.exec(formatter.format(instant)) ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
