/** The kinds of value a cell may hold, each with how it is read and what is said when it cannot be. */
import {
  bareCell,
  type Checked,
  type Fault,
  isCertain,
  leftOver,
  nameDamage,
  normalised,
  readWords,
  withoutPlaceholder,
} from './damage.ts'
import { readDate, readTime } from './dates.ts'
import { shown } from './findings.ts'
import { folded, meant } from './likeness.ts'

/** Reads one cell that is not blank. */
export type Kind<Value> = (cell: string) => Checked<Value>

/** Reads what is left of a cell without its wrapping and without `n/a`. */
const kind =
  <Value>(read: (value: string) => Checked<Value>): Kind<Value> =>
  (cell) => {
    const bare = withoutPlaceholder(bareCell(cell))
    if (bare.value === null) return { value: null, faults: bare.faults }
    const checked = read(bare.value)
    return bare.faults.length === 0
      ? checked
      : { value: checked.value, faults: [...bare.faults, ...checked.faults] }
  }

const refused = (fault: Fault): Checked<never> => ({ value: null, faults: [fault] })
const taken = <Value>(value: Value): Checked<Value> => ({ value, faults: [] })

/** A text of so many characters at most, as people see them. */
const text = (longest: number, read: (value: string) => Checked<string>): Kind<string> => {
  const doubtful = kind((value) => within(longest, read(value)))
  return (cell) => (cell.length <= longest && isCertain(cell) ? taken(cell) : doubtful(cell))
}

/** Names and numbers that stand for one thing and no other. */
export const name = (longest: number): Kind<string> =>
  text(longest, (value) => {
    const damage = nameDamage(value)
    return damage === null ? { value, faults: leftOver(value) } : refused(damage)
  })

/** Free words. */
export const words = (longest: number): Kind<string> => text(longest, readWords)

function within(longest: number, read: Checked<string>): Checked<string> {
  if (read.value === null || read.value.length <= longest) return read
  const length = [...read.value].length
  if (length <= longest) return read
  // The value itself is known: of a name too long, what it names is stopped, and nothing else.
  const found = `${shown(read.value)} has ${length} characters; ${longest} are allowed`
  return { value: read.value, faults: [...read.faults, { code: 'sample-sheet.value-too-long', found }] }
}

/**
 * One of a list. Case, blanks, `_` and `-` do not matter, and `synonyms` (folded) are taken for what they mean;
 * the value is always spelt as in the list.
 */
export const option = <Choice extends string>(
  choices: readonly Choice[],
  synonyms: Readonly<Record<string, Choice>> = {},
): Kind<Choice> => {
  const known = new Map<string, Choice>(Object.entries(synonyms))
  for (const choice of choices) known.set(folded(choice), choice)
  return kind((value) => {
    const choice = known.get(folded(value))
    if (choice !== undefined)
      return choice === value ? taken(choice) : { value: choice, faults: [normalised(value, choice)] }
    const suggestion = meant(value, choices)
    return refused({
      code: 'sample-sheet.unknown-option',
      found: `${shown(value)} is none of ${choices.join(', ')}`,
      ...(suggestion === null
        ? {}
        : { suggestion, fix: `Use one of the allowed values; ${suggestion} may be meant.` }),
    })
  })
}

/** A count of bases, not negative. `300.0` and `300 bp` mean 300; `1,000` may mean two things. */
export const wholeNumber: Kind<number> = kind((value) => {
  const found = /^(\d{1,9})(?:[.,]0+)?(\s?(?:bp|bases|nt))?$/i.exec(value)
  const ambiguous = /^\d{1,3}[.,]000$/.test(value)
  if (found && !ambiguous) {
    const number = Number(found[1])
    return found[0] === found[1] ? taken(number) : { value: number, faults: [normalised(value, number)] }
  }
  const digits = /^[~<>≈]?\s?(\d{1,3}(?:[., ']\d{3})+|\d{1,9})(?:\s?(?:bp|bases|nt))?$/i.exec(value)?.[1]
  return refused({
    code: 'sample-sheet.not-a-number',
    found: shown(value),
    ...(digits === undefined ? {} : { suggestion: digits.replace(/\D/g, '') }),
  })
})

export const date: Kind<string> = kind(readDate)
export const time: Kind<string> = kind(readTime)

/** A UUID in lower case with dashes. */
export const uuid: Kind<string> = kind((value) => {
  const bare = value
    .toLowerCase()
    .replace(/^\{|\}$/g, '')
    .replace(/^urn:uuid:/, '')
  const digits = bare.replaceAll('-', '')
  const shaped = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(bare) || /^[0-9a-f]{32}$/.test(bare)
  if (shaped) return taken(digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  const damage = nameDamage(value)
  if (damage !== null) return refused(damage)
  const letters = /^[0-9a-z-]+$/.test(bare) && digits.length === 32
  return refused({
    code: 'sample-sheet.not-a-uuid',
    found: letters
      ? `${shown(value)} holds letters beyond f`
      : `${shown(value)} has ${digits.length} digits and letters instead of 32`,
  })
})

/** A tube of One Codex: 10 letters and digits, or 14 digits. */
export const tubeBarcode: Kind<string> = kind((written) => {
  const value = written.replace(/[\s-]+/g, '')
  // Ten characters with no letter but an O or an I would pass, and register a tube that does not exist.
  const mistyped =
    /^[0-9OoIl]{10}$/.test(value) && /[0-9]{5}/.test(value.replace(/[OoIl]/g, '')) && /[OoIl]/.test(value)
  if (/^(?:[a-zA-Z0-9]{10}|[0-9]{14})$/.test(value) && !mistyped)
    return value === written ? taken(value) : { value, faults: [normalised(written, value)] }
  const damage = nameDamage(written)
  if (damage !== null) return refused(damage)
  return refused({ code: 'sample-sheet.tube-barcode', found: shown(written), ...tubeHint(value) })
})

function tubeHint(value: string): { found?: string; suggestion?: string; fix?: string } {
  const digits = value.replace(/[oO]/g, '0').replace(/[iIl|]/g, '1')
  if (digits !== value && /^(?:[0-9]{10}|[0-9]{14})$/.test(digits))
    return {
      found: `${shown(value)}: a letter (O or I) stands where a digit is expected`,
      suggestion: digits,
      fix: 'Scan the tube again: the digits 0 and 1 were probably typed as letters.',
    }
  if (/^[0-9]{8,9}$|^[0-9]{11,13}$/.test(value)) {
    const suggestion = value.padStart(value.length < 10 ? 10 : 14, '0')
    return {
      found: `${shown(value)} has ${value.length} digits; zeros at its beginning may be lost`,
      suggestion,
      fix: 'Scan the tube again into a column formatted as Text: Excel drops zeros at the beginning.',
    }
  }
  const odd = [...value].find((one) => !/[a-zA-Z0-9]/.test(one))
  if (odd !== undefined) return { found: `${shown(value)} holds ${shown(odd)}, which no tube barcode has` }
  return { found: `${shown(value)} has ${value.length} characters instead of 10, or of 14 digits` }
}

/** Tracking numbers of parcels, as one text: each of letters, digits, blanks and hyphens, separated by `;`. */
export const trackingNumbers: Kind<string> = kind((written) => {
  const numbers = written
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  if (numbers.length === 0) return { value: null, faults: [] }
  const damage = numbers.map(nameDamage).find((one) => one !== null)
  if (damage) return refused(damage)
  const long = numbers.find((one) => one.length > 255)
  if (long !== undefined)
    return refused({
      code: 'sample-sheet.value-too-long',
      found: `${shown(long)} has ${long.length} characters; 255 are allowed`,
    })
  const wrong = numbers.find((one) => !/^[a-zA-Z0-9 -]+$/.test(one))
  if (wrong === undefined) return taken(numbers.join(';'))
  const separated = /^[a-zA-Z0-9 -]+(?:[,/|+&\n][a-zA-Z0-9 -]+)+$/.test(wrong)
  const suggestion = separated
    ? written
        .split(/[;,/|+&\n]/)
        .map((one) => one.trim())
        .filter((one) => one !== '')
        .join('; ')
    : null
  const odd = [...wrong].find((one) => !/[a-zA-Z0-9 -]/.test(one)) ?? ''
  return refused({
    code: 'sample-sheet.tracking-number',
    found: `${shown(wrong)} holds ${shown(odd)}`,
    ...(suggestion === null ? {} : { suggestion }),
  })
})
