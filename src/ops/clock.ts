/** Instants as people read them: on the clock of the site, with the universal time beside it. */

export type Clock = {
  zone: string
  /** `22 Nov 14:05`, with the year where it is not the running one. */
  local(instant: string): string
  /** `2026-11-22 14:05:09 UTC` */
  utc(instant: string): string
  /** `Sat 21` */
  day(instant: Date): string
  /** Midnights on the site's clock from `from` to `to`. */
  midnights(from: Date, to: Date): Date[]
}

const HOUR_MS = 3_600_000

export function createClock(zone: string, now: Date): Clock {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options })
  const time = { hour: '2-digit', minute: '2-digit' } as const
  const date = { day: 'numeric', month: 'short' } as const
  const year = format({ year: 'numeric' })
  const short = format({ ...date, ...time })
  const long = format({ ...date, year: 'numeric', ...time })
  const day = format({ weekday: 'short', day: 'numeric' })
  const hour = format({ hour: 'numeric' })
  return {
    zone,
    local(instant) {
      const at = new Date(instant)
      return (year.format(at) === year.format(now) ? short : long).format(at).replace(',', '')
    },
    utc: (instant) => `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    day: (instant) => day.format(instant),
    midnights(from, to) {
      const found: Date[] = []
      const first = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS
      // Hour by hour, since a day may have 23 or 25 of them.
      for (let at = first; at <= to.getTime(); at += HOUR_MS)
        if (Number(hour.format(at)) === 0) found.push(new Date(at))
      return found
    },
  }
}
