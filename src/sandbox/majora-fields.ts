/** Form fields as Django checks them, with its wording; a form is the fields in the order they were declared. */
import { type FieldError, type FieldErrors, PythonError } from './majora-envelope.ts'
import { isObject, type Json } from './python-json.ts'

/** What came of one field: the value as the form leaves it, or why not. */
export type Checked = { value: string | number | null } | { error: FieldError[] }
export type Field = (value: Json | undefined) => Checked

export type Form = {
  clean: { [field: string]: string | number | null }
  errors: FieldErrors
}

export function checkForm(data: { [key: string]: Json }, fields: { [field: string]: Field }): Form {
  const form: Form = { clean: {}, errors: {} }
  for (const [name, field] of Object.entries(fields)) {
    const checked = field(Object.hasOwn(data, name) ? data[name] : undefined)
    if ('error' in checked) form.errors[name] = checked.error
    else form.clean[name] = checked.value
  }
  return form
}

export const hasErrors = (form: Form): boolean => Object.keys(form.errors).length > 0

export const text =
  (rule: { required?: boolean; min?: number; max?: number }): Field =>
  (value) => {
    const cleaned = isEmpty(value) ? '' : pythonText(value).trim()
    if (cleaned === '') return rule.required ? { error: [required] } : { value: '' }
    const length = [...cleaned].length
    const error: FieldError[] = []
    if (rule.max !== undefined && length > rule.max) {
      error.push({
        message: `Ensure this value has at most ${rule.max} characters (it has ${length}).`,
        code: 'max_length',
      })
    }
    if (rule.min !== undefined && length < rule.min) {
      error.push({
        message: `Ensure this value has at least ${rule.min} characters (it has ${length}).`,
        code: 'min_length',
      })
    }
    return error.length > 0 ? { error } : { value: cleaned }
  }

export const choice =
  (options: readonly string[]): Field =>
  (value) => {
    if (isEmpty(value)) return { error: [required] }
    const chosen = pythonText(value)
    if (options.includes(chosen)) return { value: chosen }
    return { error: [noSuchChoice(chosen)] }
  }

/** A choice among rows of a table: what exists decides, and the message does not name the value. */
export const row =
  (exists: (name: string) => boolean): Field =>
  (value) => {
    if (isEmpty(value)) return { error: [required] }
    const name = pythonText(value)
    return exists(name) ? { value: name } : { error: [noSuchRow] }
  }

export const uuid =
  (rule: { required: boolean }): Field =>
  (value) => {
    if (isEmpty(value)) return rule.required ? { error: [required] } : { value: null }
    const hex = pythonText(value)
      .replace('urn:', '')
      .replace('uuid:', '')
      .replace(/^[{}]+|[{}]+$/g, '')
      .replaceAll('-', '')
      .toLowerCase()
    if (!/^[0-9a-f]{32}$/.test(hex)) return { error: [{ message: 'Enter a valid UUID.', code: 'invalid' }] }
    return { value: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
  }

export const wholeNumber: Field = (value) => {
  if (isEmpty(value)) return { value: null }
  const written = pythonText(value).trim()
  if (!/^[+-]?\d+(\.0*)?$/.test(written)) {
    return { error: [{ message: 'Enter a whole number.', code: 'invalid' }] }
  }
  const number = Number(written)
  if (number >= 0) return { value: number }
  return { error: [{ message: 'Ensure this value is greater than or equal to 0.', code: 'min_value' }] }
}

/** A wall clock in exactly one format, as Python's strptime takes it. The value is ISO without a zone. */
export const dateTime =
  (rule: { seconds: boolean }): Field =>
  (value) => {
    if (isEmpty(value)) return { value: null }
    if (typeof value !== 'string')
      throw new PythonError(`'${pythonType(value)}' object has no attribute 'strip'`)
    const found = (rule.seconds ? withSeconds : withMinutes).exec(value.trim())
    const iso = found === null ? null : isoOf(found.slice(1))
    return iso === null
      ? { error: [{ message: 'Enter a valid date/time.', code: 'invalid' }] }
      : { value: iso }
  }

export const date: Field = (value) => {
  if (isEmpty(value)) return { value: null }
  const found = onlyDate.exec(pythonText(value).trim())
  const iso = found === null ? null : isoOf([...found.slice(1), '0', '0', '0'])
  return iso === null
    ? { error: [{ message: 'Enter a valid date.', code: 'invalid' }] }
    : { value: iso.slice(0, 10) }
}

export const required: FieldError = { message: 'This field is required.', code: 'required' }
const noSuchRow: FieldError = {
  message: 'Select a valid choice. That choice is not one of the available choices.',
  code: 'invalid_choice',
}
export const noSuchChoice = (value: string): FieldError => ({
  message: `Select a valid choice. ${value} is not one of the available choices.`,
  code: 'invalid_choice',
})

export const isEmpty = (value: Json | undefined): value is undefined | null | '' =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0)

/** `str(value)`. */
export function pythonText(value: Json | undefined): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null || value === undefined) return 'None'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function pythonType(value: Json): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'string') return 'str'
  return Array.isArray(value) ? 'list' : 'dict'
}

const onlyDate = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const withMinutes = /^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2})$/
const withSeconds = /^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/

function isoOf(parts: string[]): string | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const same =
    at.getUTCFullYear() === year &&
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute &&
    at.getUTCSeconds() === second
  return same ? at.toISOString().slice(0, 19) : null
}
