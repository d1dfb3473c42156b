/** The Majora of 2020-03-24: one call for a library and its run. It reads four keys and ignores every other one. */
import type { Answer, EmulatedRegistry, Exchange, RegistryOptions } from './emulated-registry.ts'
import {
  attempt,
  closeEnvelope,
  type Envelope,
  emptyBadRequest,
  fail,
  openEnvelope,
} from './majora-envelope.ts'
import {
  type Checked,
  checkForm,
  choice,
  hasErrors,
  isEmpty,
  noSuchChoice,
  pythonText,
  required,
  row,
  text,
  uuid,
} from './majora-fields.ts'
import { type Body, routeMajora, routingOf2020 } from './majora-route.ts'
import { strict0324 } from './majora-strict.ts'
import { openTables, type Tables } from './majora-tables.ts'
import type { Json } from './python-json.ts'

export function majora20200324(options: RegistryOptions): EmulatedRegistry {
  const tables = openTables({ kind: 'majora-2020-03-24', ...options })

  function add(exchange: Exchange, body: Body): Answer {
    const envelope = openEnvelope()
    const undocumented = options.strict ? strict0324(body) : []
    if (undocumented.length > 0) for (const errors of undocumented) fail(envelope, errors)
    else {
      attempt(envelope, () => addLibrary(exchange, tables, body, envelope))
      attempt(envelope, () => addRun(exchange, tables, body, envelope))
    }
    return closeEnvelope(envelope, { tasks: false, vary: null })
  }

  return {
    apply: tables.apply,
    answer: (exchange) =>
      routeMajora(exchange, {
        calls: { '/api/v2/process/sequencing/add/': { run: (body) => add(exchange, body) } },
        ...routingOf2020(options),
      }),
    credentialsRefused: () => emptyBadRequest(null),
    state: tables.state,
    clear: tables.clear,
  }
}

/** The library is made before the run is looked at, and stays whatever becomes of the run. */
function addLibrary(exchange: Exchange, tables: Tables, body: Body, envelope: Envelope): void {
  const form = checkForm(body, {
    library_name: text({ required: true }),
    biosamples: (value) => biosampleList(tables, value),
  })
  if (hasErrors(form)) {
    envelope.ignored.push(body['library_name'] ?? null)
    fail(envelope, form.errors)
    return
  }
  const name = String(form.clean['library_name'])
  if (tables.library(name) !== null) {
    envelope.ignored.push(body['library_name'] ?? null)
    fail(envelope, 'Libraries cannot be updated after they have been created.')
    return
  }
  if (tables.overflows(name, 48)) {
    fail(envelope, `(1406, "Data too long for column 'dice_name' at row 1")`)
    return
  }
  const id = exchange.newId('library')
  exchange.commit({
    type: 'library',
    effect: 'created',
    id,
    name,
    identity: { library_name: name },
    payload: withoutRun(body),
  })
  envelope.new.push(['Library', id, name])
}

/** Keeps the sequencing_id as its own id. One it has already is left as it is and told nothing of. */
function addRun(exchange: Exchange, tables: Tables, body: Body, envelope: Envelope): void {
  const make = body['instrument_make']
  const normalised = typeof make === 'string' ? make.toUpperCase().replaceAll(' ', '_') : make
  const form = checkForm(normalised === undefined ? body : { ...body, instrument_make: normalised }, {
    library_name: row((name) => tables.library(name) !== null),
    sequencing_id: uuid({ required: true }),
    instrument_make: choice(['ILLUMINA', 'OXFORD_NANOPORE']),
  })
  if (hasErrors(form)) {
    fail(envelope, form.errors)
    return
  }

  const id = String(form.clean['sequencing_id'])
  if (tables.runById(id) !== null) return
  exchange.commit({
    type: 'run',
    effect: 'created',
    id,
    name: id,
    identity: { library_name: String(form.clean['library_name']), sequencing_id: id },
    payload: { sequencing_id: id, instrument_make: form.clean['instrument_make'] ?? null },
  })
  envelope.new.push(['Sequencing', id, ''])
}

function biosampleList(tables: Tables, value: Json | undefined): Checked {
  if (isEmpty(value)) return { error: [required] }
  const hashable = Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)
  if (!hashable) return { error: [{ message: 'Enter a list of values.', code: 'invalid_list' }] }
  const unknown = value.map(pythonText).find((id) => !tables.hasBiosample(id))
  return unknown === undefined ? { value: null } : { error: [noSuchChoice(unknown)] }
}

function withoutRun(body: Body): Body {
  const { username: _user, token: _token, sequencing_id: _id, instrument_make: _make, ...library } = body
  return library
}
