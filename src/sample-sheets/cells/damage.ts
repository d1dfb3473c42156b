/** What office programs, scanners and copying do to values: what is certain is undone, the rest is named. */
import { oddCharacter, plainCharacters, visibleCharacters } from './characters.ts'
import { type Finding, shown } from './findings.ts'

export type Fault = Omit<Finding, 'rows' | 'column'>

/** What a cell says. `value` is null where it says nothing, or nothing that may be used. */
export type Checked<Value> = { value: Value | null; faults: Fault[] }

export const normalised = (written: string, official: string | number): Fault => ({
  code: 'sample-sheet.value-normalised',
  found: `${shown(written)} was read as ${typeof official === 'number' ? official : shown(official)}`,
})

const ERRORS = /^#(?:N\/A|NV|REF!|BEZUG!|NAME\?|VALUE!|WERT!|DIV\/0!|NUM!|ZAHL!|NULL!|SPILL!|CALC!)$/i

export const isExcelError = (cell: string): boolean => ERRORS.test(cell) || /^#{2,}$/.test(cell)

const PLACEHOLDERS = /^(?:n\/?a|n\.a\.|none|null|nil|-{1,3}|–|—|\?{1,3}|tbc|tbd|\.)$/i

/** 1.23E+13 or 1E+05, as Excel writes them; 1E5 is a name like any other. */
const ROUNDED = /^\d(?:[.,]\d+)?E\+\d{1,3}$/i

/** `BIRM-XXXXX`, `<library name>` */
const TEMPLATE = /(?:^|[^A-Za-z])X{4,}(?:$|[^A-Za-z])|^<.*>$/

const MONTH = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const DAY_MONTH = new RegExp(`^(\\d{1,2})-(${MONTH})(?:-\\d{2,4})?$`, 'i')
const MONTH_YEAR = new RegExp(`^(${MONTH})-(\\d{2})$`, 'i')

/** Nearly every cell is like this: its characters are those of the keyboard, and nothing is wrapped around it. */
const PLAIN = /^[A-Za-z0-9][\w .:/-]*$/

/** Any of the above, asked at once. */
const DOUBTFUL = new RegExp(
  [PLACEHOLDERS, ROUNDED, TEMPLATE, DAY_MONTH, MONTH_YEAR].map((one) => one.source).join('|'),
  'i',
)

/** Is the cell what it seems to be, as a name and as words? Of nearly every cell this is all that need be asked. */
export const isCertain = (cell: string): boolean => PLAIN.test(cell) && !DOUBTFUL.test(cell)

/** A cell without its wrapping, before anything is asked of its meaning. */
export function bareCell(cell: string): Checked<string> {
  if (PLAIN.test(cell)) return { value: cell, faults: [] }
  const seen = cell.replace(/^[\p{Cf}\s]+|[\p{Cf}\s]+$/gu, '')
  if (seen === '') return { value: null, faults: [] }
  if (isExcelError(seen))
    return { value: null, faults: [{ code: 'sample-sheet.excel-error', found: shown(seen) }] }
  // ="00123" is how people make Excel keep zeros; its meaning is certain.
  const kept = /^="([^"]*)"$/.exec(seen)
  if (kept) return { value: kept[1]?.trim() || null, faults: [] }
  if (seen.startsWith('='))
    return { value: null, faults: [{ code: 'sample-sheet.formula', found: shown(seen) }] }
  // Marks around a value were typed or left by Excel; those of 's-Hertogenbosch are its own.
  const wrapped = /^["“”„«'‘’‚](.*)["“”»'‘’]$/su.exec(seen) ?? /^['’](?![st][ -])(.*)$/su.exec(seen)
  if (!wrapped) return { value: seen, faults: [] }
  const value = wrapped[1]?.trim() ?? ''
  return value === '' ? { value: null, faults: [] } : { value, faults: [normalised(seen, value)] }
}

/** Takes `n/a` and its like as nothing said. */
export function withoutPlaceholder(bare: Checked<string>): Checked<string> {
  if (bare.value === null || !PLACEHOLDERS.test(bare.value)) return bare
  return { value: null, faults: [{ code: 'sample-sheet.placeholder', found: shown(bare.value) }] }
}

/** What may have happened to a name or a number of a thing: errors, since another thing would be registered. */
export function nameDamage(value: string): Fault | null {
  if (ROUNDED.test(value)) return { code: 'sample-sheet.excel-number', found: shown(value) }
  const dated = datedName(value)
  if (dated !== null) return { code: 'sample-sheet.excel-date', found: shown(value), ...dated }
  const plain = plainCharacters(value)
  if (plain !== value)
    return {
      code: 'sample-sheet.odd-character',
      found: `${shown(value)} holds ${oddCharacter(value)}`,
      ...(value.includes('\ufffd') || plain === '' ? {} : { suggestion: plain }),
    }
  return null
}

/** Free words as they are meant, and what may have happened to them: typographic marks are as good as others there. */
export function readWords(written: string): Checked<string> {
  if (ROUNDED.test(written))
    return { value: null, faults: [{ code: 'sample-sheet.excel-number', found: shown(written) }] }
  const value = visibleCharacters(written)
  if (value.trim() === '') return { value: null, faults: [] }
  const faults = value === written ? [] : [normalised(written, value)]
  const dated = datedName(value)
  if (dated !== null)
    faults.push({ code: 'sample-sheet.excel-date', found: shown(value), severity: 'warning', ...dated })
  return { value, faults: [...faults, ...leftOver(value)] }
}

/** A value from the template may be meant, so it is only pointed out. */
export const leftOver = (value: string): Fault[] =>
  TEMPLATE.test(value) ? [{ code: 'sample-sheet.template-row', found: shown(value) }] : []

/** `MAR1` becomes `1-Mar` or `01-Mar`, `MAR40` becomes `Mar-40`. */
function datedName(value: string): { suggestion: string } | null {
  const day = DAY_MONTH.exec(value)
  if (day) return { suggestion: `${day[2]?.toUpperCase()}${Number(day[1])}` }
  const year = MONTH_YEAR.exec(value)
  return year ? { suggestion: `${year[1]?.toUpperCase()}${year[2]}` } : null
}
