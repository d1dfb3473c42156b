/** How long to wait before the next attempt: ladders of fixed waits, a back-off with full jitter, and Retry-After. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The registry's own words for a race: these waits, then a person. */
const RACE = [2 * SECOND, 5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE]
/** A library or biosample is missing there: these waits, then every hour. */
const PREREQUISITE = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR]
/** After a lost answer, when to look whether it arrived. */
const LOOK_UP = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE]
/** A paused registry: soon at first, since many outages are short, then every five minutes. */
const PROBE = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE]

/** No rule waits longer than an hour, so a time further off was written by a clock that has been set back since. */
export const LONGEST_WAIT_MS = HOUR + MINUTE

/** Milliseconds before try `step` (from 0), or null when the ladder has ended. */
export const raceWaitMs = (step: number): number | null => RACE[step] ?? null
export const lookUpWaitMs = (step: number): number | null => LOOK_UP[step] ?? null
export const prerequisiteWaitMs = (step: number): number => PREREQUISITE[step] ?? HOUR
export const probeWaitMs = (step: number): number => PROBE[step] ?? 5 * MINUTE

/** Anything between one second and a ceiling that doubles from 5 s to 30 min; `random` is in [0, 1). */
export function backOffMs(step: number, random: number): number {
  const ceiling = Math.min(30 * MINUTE, 5 * SECOND * 2 ** Math.min(step, 20))
  return Math.max(SECOND, Math.round(random * ceiling))
}

/**
 * Milliseconds a registry asks to be left alone, from its Retry-After (seconds, or a date of HTTP).
 * At most one hour; null for what is absent, past, unreadable or longer than a day.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? ''
  const asked = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : sinceNow(text, now)
  return asked === null || asked < 0 || asked > 24 * HOUR ? null : Math.min(asked, HOUR)
}

/** RFC 9110, section 5.6.7: all three forms of a date begin with the name of a day, and mean GMT. */
function sinceNow(text: string, now: Date): number | null {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(at) ? null : at - now.getTime()
}
