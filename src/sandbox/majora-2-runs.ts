/** `process/sequencing/add/` of Majora 2: each run by itself, made or overwritten, with the races it is known for. */
import type { Exchange, RegistryOptions } from './emulated-registry.ts'
import { uuidOf } from './emulated-registry.ts'
import {
  attempt,
  type Envelope,
  type FieldErrors,
  fail,
  PythonError,
  ServerError,
} from './majora-envelope.ts'
import {
  checkForm,
  choice,
  dateTime,
  type Form,
  hasErrors,
  isEmpty,
  pythonText,
  pythonType,
  row,
  text,
  uuid,
} from './majora-fields.ts'
import type { Body } from './majora-route.ts'
import type { Tables } from './majora-tables.ts'
import { isObject, type Json } from './python-json.ts'

type Place = {
  exchange: Exchange
  tables: Tables
  unowned: Map<string, number>
  options: RegistryOptions
}

export const raceText = (what: string): string =>
  `Failed to get or create a ${what}. Possible race condition detected.`

export function addRuns(place: Place, body: Body, envelope: Envelope): void {
  const libraryName = body['library_name']
  if (!libraryName) {
    fail(envelope, "'library_name' key missing or empty")
    return
  }
  const runs = body['runs']
  if (
    !runs ||
    (Array.isArray(runs) && runs.length === 0) ||
    (isObject(runs) && Object.keys(runs).length === 0)
  ) {
    fail(envelope, "'runs' key missing or empty")
    return
  }
  const name = pythonText(libraryName)
  if (place.tables.library(name) === null) {
    const message = `Could not add sequencing to Library ${name} as it does not exist. Check and fix errors in your library fields and resubmit.`
    fail(envelope, { library_name: [{ message, code: '' }] })
    return
  }
  iterated(runs).forEach((run, at) => {
    attempt(envelope, () => addRun(place, { run, at, library: name, group: body['run_group'] }, envelope))
  })
}

/** What a Python `for` makes of it: an object gives its keys, a string its characters, a number a fault. */
function iterated(runs: Json): Json[] {
  if (Array.isArray(runs)) return runs
  if (isObject(runs)) return Object.keys(runs)
  if (typeof runs === 'string') return [...runs]
  throw new ServerError('runs cannot be iterated')
}

function addRun(
  place: Place,
  given: { run: Json; at: number; library: string; group: Json | undefined },
  envelope: Envelope,
): void {
  const { exchange, tables, unowned, options } = place
  const form = checkRun(given.run, given.library, given.group, exchange.now, tables)
  if (hasErrors(form)) {
    fail(envelope, form.errors)
    return
  }
  const { sequencing_id: sequencingId, library_name: _library, ...clean } = form.clean
  const runName = String(clean['run_name'] === '' ? sequencingId : clean['run_name'])
  const before = tables.run(runName)

  // With a sequencing_id the server looks for a row of that id, finds none, and makes another of the same name.
  if (before !== null && sequencingId !== null) {
    fail(envelope, duplicate(runName, options))
    return
  }
  const racing = before !== null && (before.poisoned || (unowned.get(before.id) ?? 0) > performance.now())
  const poisoning = exchange.fault?.do === 'poison' && before === null
  const id = before?.id ?? exchange.newId(`run ${given.at}`)
  const commit = (effect: 'created' | 'updated' | 'poisoned' | 'unlinked'): void =>
    exchange.commit({
      type: 'run',
      effect,
      id,
      name: before?.name ?? runName,
      identity: {
        run_name: before?.name ?? runName,
        sequencing_id: sequencingId ?? null,
        library_name: tables.library(given.library)?.name ?? given.library,
      },
      payload: {
        ...clean,
        run_name: runName,
        run_group: clean['run_group'] === '' ? runName : (clean['run_group'] ?? null),
      },
    })
  if (poisoning) commit('poisoned')
  if (racing || poisoning || exchange.fault?.do === 'race') {
    fail(envelope, raceText('DNASequencingProcess'))
    envelope.messages.push('Likely caught other process in the middle of adding a run, advised to resubmit')
    return
  }

  const overflow = options.database === 'mariadb' ? overflowOf(runName, clean['instrument_model']) : null
  if (overflow === 'dice_name') commit(before === null ? 'unlinked' : 'updated')
  else if (overflow === null) commit(before === null ? 'created' : 'updated')
  else if (before === null) commit('poisoned')
  if (overflow === null && before === null && options.raceWindowMs > 0)
    unowned.set(id, performance.now() + options.raceWindowMs)
  tellRun(envelope, { id, runName, isNew: before === null, overflow })
}

/** The pipeline comes with the run, the group and resource of its reads with a new one; nothing comes after a fault. */
function tellRun(
  envelope: Envelope,
  { id, runName, isNew, overflow }: { id: string; runName: string; isNew: boolean; overflow: string | null },
): void {
  const told = isNew ? envelope.new : envelope.updated
  told.push(['Sequencing', id, ''])
  if (overflow !== null) {
    fail(envelope, `(1406, "Data too long for column '${overflow}' at row 1")`)
    return
  }
  if (isNew) {
    told.push(['Digital Resource Group', uuidOf(`${id} tree`), `sequencing-dummy-tree-${runName}`])
    told.push(['Digital Resource', uuidOf(`${id} reads`), `sequencing-dummy-reads-${runName}`])
  }
  told.push(['Bioinformatics: Pipeline', uuidOf(`${id} pipeline`), ''])
}

function checkRun(run: Json, library: string, group: Json | undefined, now: Date, tables: Tables): Form {
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

/** The column a name or a model does not fit in, where the database cares; the form lets both pass. */
function overflowOf(runName: string, model: Json | undefined): 'instrument_model' | 'dice_name' | null {
  if ([...String(model)].length > 48) return 'instrument_model'
  return [...`sequencing-dummy-reads-${runName}`].length > 96 ? 'dice_name' : null
}

const duplicate = (runName: string, options: RegistryOptions): string =>
  options.database === 'mariadb'
    ? `(1062, "Duplicate entry '${runName}' for key 'run_name'")`
    : 'UNIQUE constraint failed: majora2_dnasequencingprocess.run_name'
