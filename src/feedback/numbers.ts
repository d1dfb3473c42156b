/** Counts and moments as people write them. */

/** `1 error`, `2 libraries`, `3 batches` */
export function count(number: number, what: string): string {
  if (number === 1) return `1 ${what}`
  if (what.endsWith('y')) return `${number} ${what.slice(0, -1)}ies`
  return `${number} ${what}${/(?:ch|s)$/.test(what) ? 'es' : 's'}`
}

/** `22 November 2026, 10:31`; in UTC where no zone is configured. */
export const moment = (iso: string, timeZone: string | null): string =>
  formatOf(timeZone ?? 'UTC')
    .format(new Date(iso))
    .replace(' at ', ', ')

/** Kept, one for each zone: making one takes as long as writing a report. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone })
  formats.set(timeZone, format)
  return format
}
