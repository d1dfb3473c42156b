/** The Majora of 2020-03-25: library first, then its runs; a run sent twice is two runs, and nobody can ask. */
import type { Answer, EmulatedRegistry, Exchange, RegistryOptions } from './emulated-registry.ts'
import {
  attempt,
  closeEnvelope,
  type Envelope,
  emptyBadRequest,
  type FieldErrors,
  fail,
  openEnvelope,
  PythonError,
  versionGate,
} from './majora-envelope.ts'
import { checkForm, choice, dateTime, hasErrors, pythonType, row, text, uuid } from './majora-fields.ts'
import { addLibrary, libraryRules } from './majora-library.ts'
import { type Body, routeMajora, routingOf2020 } from './majora-route.ts'
import { strict0325, strictLibrary } from './majora-strict.ts'
import { openTables, type Tables } from './majora-tables.ts'
import { isObject, type Json } from './python-json.ts'

export function majora20200325(options: RegistryOptions): EmulatedRegistry {
  const tables = openTables({ kind: 'majora-2020-03-25', ...options })
  const library = libraryRules({
    name: text({ required: true, max: 48 }),
    kitLength: 48,
    strategies: ['WGA', 'WGS', 'AMPLICON', 'OTHER'],
  })

  function call(strict: (body: Body) => FieldErrors[], work: (envelope: Envelope, body: Body) => void) {
    return {
      run(body: Body): Answer {
        const envelope = openEnvelope()
        const outdated = versionGate(body, '0.0.5')
        const undocumented = options.strict ? strict(body) : []
        if (outdated !== null) fail(envelope, outdated)
        else if (undocumented.length > 0) for (const errors of undocumented) fail(envelope, errors)
        else work(envelope, body)
        return closeEnvelope(envelope, { tasks: false, vary: null })
      },
    }
  }

  return {
    apply: tables.apply,
    answer: (exchange) =>
      routeMajora(exchange, {
        calls: {
          '/api/v2/artifact/library/add/': call(strictLibrary, (envelope, body) =>
            addLibrary(exchange, tables, body, envelope, { ...library, biosamplesFirst: false }),
          ),
          '/api/v2/process/sequencing/add/': call(strict0325, (envelope, body) =>
            addRuns(exchange, tables, body, envelope),
          ),
        },
        ...routingOf2020(options),
      }),
    credentialsRefused: () => emptyBadRequest(null),
    state: tables.state,
    clear: tables.clear,
  }
}

/** Each run commits by itself. */
function addRuns(exchange: Exchange, tables: Tables, body: Body, envelope: Envelope): void {
  const { library_name: library, runs } = body
  if (!library) fail(envelope, "'library_name' key missing or empty")
  else if (!Array.isArray(runs) || runs.length === 0) fail(envelope, "'runs' key missing or empty")
  else
    runs.forEach((run, at) => {
      attempt(envelope, () => addRun(exchange, tables, { run, at, library }, envelope))
    })
}

/** The sequencing_id is checked and then forgotten: the record gets an id of its own. */
function addRun(
  exchange: Exchange,
  tables: Tables,
  { run, at, library }: { run: Json; at: number; library: Json },
  envelope: Envelope,
): void {
  if (!isObject(run)) throw new PythonError(`'${pythonType(run)}' object has no attribute 'get'`)
  const form = checkForm(
    { ...run, library_name: library },
    {
      library_name: row((name) => tables.library(name) !== null),
      sequencing_id: uuid({ required: true }),
      instrument_make: choice(['ILLUMINA', 'OXFORD_NANOPORE', 'PACIFIC_BIOSCIENCES']),
      instrument_model: text({ required: true }),
      flowcell_type: text({ max: 48 }),
      flowcell_id: text({ max: 48 }),
      start_time: dateTime({ seconds: true }),
      end_time: dateTime({ seconds: true }),
    },
  )
  if (hasErrors(form)) {
    fail(envelope, form.errors)
    return
  }
  const id = exchange.newId(`run ${at}`)
  const tooLong = tables.overflows(String(form.clean['instrument_model']), 48)
  exchange.commit({
    type: 'run',
    effect: tooLong ? 'poisoned' : 'created',
    id,
    name: String(form.clean['sequencing_id']),
    identity: {
      library_name: tables.library(String(library))?.name ?? String(library),
      sequencing_id: form.clean['sequencing_id'] ?? null,
    },
    payload: run,
  })
  envelope.new.push(['Sequencing', id, ''])
  if (tooLong) fail(envelope, `(1406, "Data too long for column 'instrument_model' at row 1")`)
}
