/** A batch held against the documented schema, with faults as Potion tells them: the place, and the rule it broke. */
import { isObject, type Json } from './python-json.ts'

type Place = Array<string | number>

const keys = ['batch_name', 'return_tracking_numbers', 'samples']
const sampleKeys = ['sequencing_depth', 'specimen_type', 'tube_barcode']
const trackingNumber = '^[a-zA-Z0-9 \\-]{1,255}$'
const tubeBarcode = '^[a-zA-Z0-9]{10}$|^[0-9]{14}$'

/** Every fault; none for a batch that may pass. `strict` adds what only the documents' words say. */
export function faultsOfBatch(body: Json, strict: boolean): Json[] {
  if (!isObject(body)) return [{ path: [], validationOf: { type: 'object' } }]
  const faults: Json[] = []
  const say: Say = (path, validationOf) => void faults.push({ path, validationOf })
  if (keys.some((key) => !Object.hasOwn(body, key)))
    say([], { required: ['samples', 'batch_name', 'return_tracking_numbers'] })
  if (Object.keys(body).some((key) => !keys.includes(key))) say([], { additionalProperties: false })

  const { batch_name: name } = body
  if (name !== undefined) {
    if (typeof name !== 'string') say(['batch_name'], { type: 'string' })
    else if (name === '') say(['batch_name'], { minLength: 1 })
    else if ([...name].length > 100) say(['batch_name'], { maxLength: 100 })
  }
  const checkEach = (key: string, check: (one: Json, path: Place) => void): void => {
    const list = body[key]
    if (list === undefined) return
    if (!Array.isArray(list)) say([key], { type: 'array' })
    else if (strict && list.length === 0) say([key], { minItems: 1 })
    else for (const [at, one] of list.entries()) check(one, [key, at])
  }
  checkEach('return_tracking_numbers', (number, path) => text(number, path, trackingNumber, strict, say))
  checkEach('samples', (sample, path) => checkSample(sample, path, strict, say))
  return faults
}

type Say = (path: Place, rule: { [key: string]: Json }) => void

function checkSample(sample: Json, path: Place, strict: boolean, say: Say): void {
  if (!isObject(sample)) {
    say(path, { type: 'object' })
    return
  }
  if (strict && sampleKeys.some((key) => !Object.hasOwn(sample, key))) say(path, { required: sampleKeys })
  if (strict && Object.keys(sample).some((key) => !sampleKeys.includes(key)))
    say(path, { additionalProperties: false })
  const { sequencing_depth: depth, specimen_type: specimen, tube_barcode: barcode } = sample
  if (depth !== undefined) oneOf(depth, [...path, 'sequencing_depth'], ['Standard', 'Deep'], say)
  if (specimen !== undefined)
    oneOf(specimen, [...path, 'specimen_type'], ['Human stool', 'Microbial cell culture'], say)
  if (barcode !== undefined) text(barcode, [...path, 'tube_barcode'], tubeBarcode, strict, say)
}

function oneOf(value: Json, path: Place, options: string[], say: Say): void {
  if (typeof value !== 'string' || !options.includes(value)) say(path, { enum: options })
}

/** Python's `$` also matches before a line feed at the very end; strictly it does not. */
function text(value: Json, path: Place, pattern: string, strict: boolean, say: Say): void {
  if (typeof value !== 'string') {
    say(path, { type: 'string' })
    return
  }
  const seen = strict ? value : value.replace(/\n$/, '')
  if (!new RegExp(pattern).test(seen)) say(path, { pattern })
}
