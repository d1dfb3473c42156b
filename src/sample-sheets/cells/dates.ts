/** Dates and times as people and Excel write them, put into the one form that cannot be misread. */
import { instantStamp, isCalendarDate, wallStamp } from '../../record/time.ts'
import { type Checked, normalised } from './damage.ts'
import { shown } from './findings.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `YYYY-MM-DD`. Other spellings are read where only one day can be meant, and named where two can. */
export function readDate(text: string): Checked<string> {
  const { sure, likely } = understand(text.replace(/[T ]00?:00(?::00(?:\.0+)?)?$/, ''))
  if (sure === text) return { value: text, faults: [] }
  if (sure !== null) return { value: sure, faults: [normalised(text, sure)] }
  const suggestion = likely ?? serialDate(text)
  return {
    value: null,
    faults: [{ code: 'sample-sheet.not-a-date', found: shown(text), ...(suggestion ? { suggestion } : {}) }],
  }
}

/** A time in a form `record/time` reads: as written where that is one, else `YYYY-MM-DD HH:MM[:SS]`. */
export function readTime(text: string): Checked<string> {
  if (instantStamp(text) !== null || wallStamp(text, text.replace(' ', 'T')) !== null)
    return { value: text, faults: [] }
  const split = /^(.+?)[T ,]+(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?(?: ?([ap])\.?m\.?)?$/i.exec(text)
  const [, date = text, hour = '', minute = '', second, half] = split ?? []
  const { sure, likely } = understand(date.trim())
  const hours = half ? (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : Number(hour)
  const clock = split ? ` ${String(hours).padStart(2, '0')}:${minute}${second ? `:${second}` : ''}` : ''
  const day = sure ?? likely ?? (split ? null : serialDate(text))
  const value = day === null ? null : `${day}${clock}`
  const readable = value !== null && wallStamp(value, value.replace(' ', 'T')) !== null
  if (sure !== null && readable) return { value, faults: [normalised(text, value)] }
  return {
    value: null,
    faults: [
      { code: 'sample-sheet.not-a-time', found: shown(text), ...(readable ? { suggestion: value } : {}) },
    ],
  }
}

/** `sure`: only this day can be meant. `likely`: a person should confirm it. */
function understand(text: string): { sure: string | null; likely: string | null } {
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(text)
  if (iso) return { sure: calendar(iso[1], iso[2], iso[3]), likely: null }
  const named =
    /^(\d{1,2})(?:st|nd|rd|th)?[-/. ]+([a-z]{3})[a-z]*\.?[-/. ,]+(\d{4}|\d\d)$/i.exec(text) ??
    swapped(/^([a-z]{3})[a-z]*\.?[-/. ]+(\d{1,2})(?:st|nd|rd|th)?[-/. ,]+(\d{4}|\d\d)$/i.exec(text))
  if (named) {
    const month = MONTHS.indexOf(String(named[2]).toLowerCase()) + 1
    const day = calendar(fullYear(named[3]), month === 0 ? undefined : String(month), named[1])
    return named[3]?.length === 4 ? { sure: day, likely: null } : { sure: null, likely: day }
  }
  const numbers = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)$/.exec(text)
  if (!numbers) return { sure: null, likely: null }
  const dayFirst = calendar(fullYear(numbers[3]), numbers[2], numbers[1])
  const monthFirst = calendar(fullYear(numbers[3]), numbers[1], numbers[2])
  if (dayFirst !== null && monthFirst !== null && dayFirst !== monthFirst) return { sure: null, likely: null }
  const day = dayFirst ?? monthFirst
  return numbers[3]?.length === 4 ? { sure: day, likely: null } : { sure: null, likely: day }
}

const swapped = (found: RegExpExecArray | null): Array<string | undefined> | null =>
  found && [found[0], found[2], found[1], found[3]]

const fullYear = (year: string | undefined): string => (year?.length === 2 ? `20${year}` : String(year))

function calendar(year?: string, month?: string, day?: string): string | null {
  const date = `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`
  return isCalendarDate(date) ? date : null
}

/** Excel counts days from 1900 and shows the count where a column has lost its date format. */
function serialDate(text: string): string | null {
  if (!/^4\d{4}(?:\.\d+)?$/.test(text)) return null
  return new Date(Date.UTC(1899, 11, 30) + Math.floor(Number(text)) * 86_400_000).toISOString().slice(0, 10)
}
