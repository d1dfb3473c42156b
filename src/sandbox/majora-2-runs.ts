/** `process/sequencing/add/` of Majora 2: each run by itself, made or overwritten, with the races it is known for. */
import { type Exchange, type RegistryOptions, uuidOf } from './emulated-registry.ts'
import type { Commit } from './log.ts'
import { checkRun } from './majora-2-run-form.ts'
import { attempt, type Envelope, fail, ServerError } from './majora-envelope.ts'
import { hasErrors, isEmpty, pythonText } from './majora-fields.ts'
import type { Body } from './majora-route.ts'
import type { Run, Tables } from './majora-tables.ts'
import { isObject, type Json } from './python-json.ts'

export type Place = {
  exchange: Exchange
  tables: Tables
  /** Runs just made that nobody owns yet, and until when (performance.now). */
  unowned: Map<string, number>
  options: RegistryOptions
}

/** It can be neither read nor mended: not yet, or never. */
export const isUnowned = (run: Run, unowned: Place['unowned']): boolean =>
  run.poisoned || (unowned.get(run.id) ?? 0) > performance.now()

export const raceText = (what: string): string =>
  `Failed to get or create a ${what}. Possible race condition detected.`

export function addRuns(place: Place, body: Body, envelope: Envelope): void {
  const libraryName = body['library_name']
  if (!libraryName) {
    fail(envelope, "'library_name' key missing or empty")
    return
  }
  const runs = body['runs']
  if (!runs || isEmpty(runs)) {
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
  const isNew = before === null
  const poisons = isNew && exchange.fault?.do === 'poison'
  const races = exchange.fault?.do === 'race' || (!isNew && isUnowned(before, unowned))
  const overflow = overflowOf(tables, runName, String(clean['instrument_model']))
  const effect = poisons ? 'poisoned' : races ? null : effectOf(isNew, overflow)
  const id = before?.id ?? exchange.newId(`run ${given.at}`)
  const name = before?.name ?? runName
  const library = tables.library(given.library)?.name ?? given.library
  const group = clean['run_group'] === '' ? runName : (clean['run_group'] ?? null)
  if (effect !== null)
    exchange.commit({
      ...{ type: 'run', effect, id, name },
      identity: { run_name: name, sequencing_id: sequencingId ?? null, library_name: library },
      payload: { ...clean, run_name: runName, run_group: group },
    })
  if (poisons || races) {
    fail(envelope, raceText('DNASequencingProcess'))
    envelope.messages.push('Likely caught other process in the middle of adding a run, advised to resubmit')
    return
  }
  if (effect === 'created' && options.raceWindowMs > 0)
    unowned.set(id, performance.now() + options.raceWindowMs)
  tellRun(envelope, { id, runName, isNew, overflow })
}

/** What becomes durable; null: nothing. A long model leaves a new run to nobody, a long name one to no library. */
function effectOf(isNew: boolean, overflow: Overflow): Commit['effect'] | null {
  if (overflow === 'instrument_model') return isNew ? 'poisoned' : null
  if (!isNew) return 'updated'
  return overflow === 'dice_name' ? 'unlinked' : 'created'
}

/** The pipeline comes with the run, the group and resource of its reads with a new one; nothing comes after a fault. */
function tellRun(
  envelope: Envelope,
  { id, runName, isNew, overflow }: { id: string; runName: string; isNew: boolean; overflow: Overflow },
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

type Overflow = 'instrument_model' | 'dice_name' | null

/** The column a name or a model does not fit in, where the database cares; the form lets both pass. */
function overflowOf(tables: Tables, runName: string, model: string): Overflow {
  if (tables.overflows(model, 48)) return 'instrument_model'
  return tables.overflows(`sequencing-dummy-reads-${runName}`, 96) ? 'dice_name' : null
}

const duplicate = (runName: string, options: RegistryOptions): string =>
  options.database === 'mariadb'
    ? `(1062, "Duplicate entry '${runName}' for key 'run_name'")`
    : 'UNIQUE constraint failed: majora2_dnasequencingprocess.run_name'
