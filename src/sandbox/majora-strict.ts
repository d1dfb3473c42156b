/** What the documents of 2020 promise, to the letter: required keys, options, lengths, and no key they do not know. */
import type { FieldErrors } from './majora-envelope.ts'
import {
  checkForm,
  choice,
  dateTime,
  type Field,
  required,
  text,
  uuid,
  wholeNumber,
} from './majora-fields.ts'
import { selections, sources } from './majora-library.ts'
import type { Body } from './majora-route.ts'
import { isObject, type Json } from './python-json.ts'

/** Empty where the documents have nothing against it. */
export function strict0324(body: Body): FieldErrors[] {
  const errors = against(body, whole0324, [
    'username',
    'token',
    'biosamples',
    'library_seq_protocol',
    ...client,
  ])
  const biosamples = body['biosamples']
  if (!Array.isArray(biosamples) || biosamples.length === 0 || !biosamples.every(isName)) {
    errors['biosamples'] = [required]
  }
  if (body['library_layout_nominal_length'] !== undefined && body['instrument_make'] !== 'ILLUMINA') {
    errors['library_layout_nominal_length'] = [{ message: 'Illumina runs only.', code: 'strict' }]
  }
  return told(errors)
}

export function strict0325(body: Body): FieldErrors[] {
  const errors = against(body, { library_name: name48 }, ['username', 'token', 'runs', ...client])
  return [...told(errors), ...runsOf(body).flatMap((run) => told(against(run, run0325, [])))]
}

/** Today's own limits, with those its database has and its form does not. */
export function strictMajora2(body: Body): FieldErrors[] {
  const errors = against(body, { library_name: text({ required: true, min: 5, max: 96 }) }, [
    'username',
    'token',
    'runs',
    'run_group',
    ...client,
  ])
  return [...told(errors), ...runsOf(body).flatMap((run) => told(against(run, runMajora2, [])))]
}

export function strictLibrary(body: Body): FieldErrors[] {
  const errors = against(body, {}, ['username', 'token', 'biosamples', 'metadata', ...libraryKeys, ...client])
  const biosamples = Array.isArray(body['biosamples']) ? body['biosamples'].filter(isObject) : []
  return [...told(errors), ...biosamples.flatMap((one) => told(against(one, {}, biosampleKeys)))]
}

const name48 = text({ required: true, max: 48 })
const client = ['client_name', 'client_version']
const makes = ['ILLUMINA', 'OXFORD_NANOPORE']

const whole0324: { [field: string]: Field } = {
  library_name: name48,
  sequencing_id: uuid({ required: true }),
  instrument_make: choice(makes),
  library_layout_config: choice(['SINGLE', 'PAIRED']),
  library_selection: choice(selections),
  library_source: choice(sources),
  library_strategy: choice(['WGA', 'WGS', 'AMPLICON', 'OTHER']),
  library_seq_kit: name48,
  library_seq_protocl: name48,
  library_sop_name: name48,
  library_sop_version: name48,
  library_layout_nominal_length: wholeNumber,
}

const run0325: { [field: string]: Field } = {
  sequencing_id: uuid({ required: true }),
  instrument_make: choice([...makes, 'PACIFIC_BIOSCIENCES']),
  instrument_model: name48,
  flowcell_id: text({ max: 48 }),
  flowcell_type: text({ max: 48 }),
  start_time: dateTime({ seconds: true }),
  end_time: dateTime({ seconds: true }),
}

const runMajora2: { [field: string]: Field } = {
  run_name: text({ required: true, min: 5, max: 73 }),
  instrument_make: choice([...makes, 'ION_TORRENT']),
  instrument_model: name48,
  flowcell_id: text({ max: 48 }),
  flowcell_type: text({ max: 48 }),
  start_time: dateTime({ seconds: false }),
  end_time: dateTime({ seconds: false }),
  bioinfo_pipe_name: text({ max: 96 }),
  bioinfo_pipe_version: text({ max: 48 }),
}

const libraryKeys = [
  'library_name',
  'library_layout_config',
  'library_layout_read_length',
  'library_layout_insert_length',
  'library_seq_kit',
  'library_seq_protocol',
]
const biosampleKeys = [
  'central_sample_id',
  'library_source',
  'library_selection',
  'library_strategy',
  'barcode',
  'library_primers',
  'library_protocol',
  'sequencing_org_received_date',
]

function against(data: Body, fields: { [field: string]: Field }, alsoKnown: string[]): FieldErrors {
  const { errors } = checkForm(data, fields)
  for (const key of Object.keys(data)) {
    if (Object.hasOwn(fields, key) || alsoKnown.includes(key)) continue
    errors[key] = [{ message: 'The documents do not know this key.', code: 'strict' }]
  }
  for (const [key, value] of Object.entries(data)) {
    const padded = typeof value === 'string' && value !== value.trim() && errors[key] === undefined
    if (padded) errors[key] = [{ message: 'Blanks around the value.', code: 'strict' }]
  }
  const { start_time: start, end_time: end } = data
  if (typeof start === 'string' && typeof end === 'string' && end < start) {
    errors['end_time'] ??= [{ message: 'Ends before it starts.', code: 'strict' }]
  }
  return errors
}

const runsOf = (body: Body): Body[] => (Array.isArray(body['runs']) ? body['runs'].filter(isObject) : [])
const isName = (value: Json): boolean => typeof value === 'string' && value.trim() === value && value !== ''
const told = (errors: FieldErrors): FieldErrors[] => (Object.keys(errors).length > 0 ? [errors] : [])
