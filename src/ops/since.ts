/** Since when: the one reading of `--since` and `?since=`. */
import { durationSeconds } from '../config/values.ts'
import { isCalendarDate } from '../record/time.ts'

/** The instant of `7d` ago, of the first moment of a date here, or of an instant as it is; null for anything else. */
export function instantSince(text: string, now: Date): string | null {
  const seconds = durationSeconds(text)
  if (seconds !== null) return new Date(now.getTime() - seconds * 1000).toISOString()
  const [date = ''] = /^\d{4}-\d\d-\d\d(?=$|T)/.exec(text) ?? []
  // A date alone would be taken for one of UTC, and a day that is none for one of the next month.
  const at = new Date(text === date ? `${date}T00:00:00` : text)
  return isCalendarDate(date) && !Number.isNaN(at.getTime()) ? at.toISOString() : null
}
