/** The form of Majora 2 that each run must pass, and what the server makes of its fields. */
import { type FieldErrors, PythonError } from './majora-envelope.ts'
import {
  checkForm,
  choice,
  dateTime,
  type Form,
  isEmpty,
  pythonType,
  row,
  text,
  uuid,
} from './majora-fields.ts'
import type { Tables } from './majora-tables.ts'
import { isObject, type Json } from './python-json.ts'

export function checkRun(
  run: Json,
  library: string,
  group: Json | undefined,
  now: Date,
  tables: Tables,
): Form {
  if (!isObject(run)) throw new PythonError(`'${pythonType(run)}' object has no attribute 'get'`)
  const make = run['instrument_make']
  if (typeof make !== 'string' && make !== false && make !== 0 && !isEmpty(make)) {
    throw new PythonError(`'${pythonType(make)}' object has no attribute 'upper'`)
  }
  const normalised =
    typeof make === 'string'
      ? { ...run, instrument_make: make.toUpperCase().trim().replaceAll(' ', '_') }
      : run
  const form = checkForm(
    { ...normalised, library_name: library, run_group: group ?? null },
    {
      library_name: row((name) => tables.library(name) !== null),
      sequencing_id: uuid({ required: false }),
      run_name: text({ min: 5, max: 128 }),
      run_group: text({ max: 128 }),
      instrument_make: choice(['ILLUMINA', 'OXFORD_NANOPORE', 'ION_TORRENT']),
      instrument_model: text({ required: true }),
      flowcell_type: text({ max: 48 }),
      flowcell_id: text({ max: 48 }),
      start_time: dateTime({ seconds: false }),
      end_time: dateTime({ seconds: false }),
      bioinfo_pipe_name: text({ max: 96 }),
      bioinfo_pipe_version: text({ max: 48 }),
    },
  )
  const name = form.clean['run_name']
  if (!form.clean['sequencing_id'] && !name) {
    add(form.errors, 'run_name', "If you don't provide a sequencing_id, you must provide a run_name")
  }
  if (typeof name === 'string' && /[./\\]/.test(name)) {
    add(form.errors, 'run_name', "run_name cannot contain a reserved character: ['.', '/', '\\\\']")
  }
  for (const [field, verb] of [
    ['start_time', 'start'],
    ['end_time', 'end'],
  ] as const) {
    const time = form.clean[field]
    if (typeof time !== 'string') continue
    form.clean[field] = time.slice(0, 16).replace('T', ' ')
    if (new Date(`${time}Z`) > now) add(form.errors, field, `Sequencing run cannot ${verb} in the future`)
  }
  return form
}

function add(errors: FieldErrors, field: string, message: string): void {
  errors[field] = [...(errors[field] ?? []), { message, code: '' }]
}
