/** Counts and moments as people write them. */

/** `1 error`, `2 libraries`, `3 batches` */
export function count(number: number, what: string): string {
  if (number === 1) return `1 ${what}`
  if (what.endsWith('y')) return `${number} ${what.slice(0, -1)}ies`
  return `${number} ${what}${/(?:ch|s)$/.test(what) ? 'es' : 's'}`
}

/** `22 November 2026, 10:31`; in UTC where no zone is configured. */
export function moment(iso: string, timeZone: string | null): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ dateStyle: 'long', timeStyle: 'short', timeZone: timeZone ?? 'UTC' },
  })
  return format.format(new Date(iso)).replace(' at ', ', ')
}
