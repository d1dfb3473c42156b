/** `artifact/library/add/`, which the server of 2020-03-25 and today's share but for limits and messages. */
import type { Exchange } from './emulated-registry.ts'
import { attempt, type Envelope, fail, ServerError } from './majora-envelope.ts'
import {
  checkForm,
  choice,
  date,
  type Field,
  type Form,
  hasErrors,
  row,
  text,
  wholeNumber,
} from './majora-fields.ts'
import type { Tables } from './majora-tables.ts'
import { isObject, type Json } from './python-json.ts'

type LibraryRules = {
  fields: { [field: string]: Field }
  biosampleFields: (tables: Tables) => { [field: string]: Field }
  /** Today every unknown biosample is named before any is taken; in 2020 each one failed by itself. */
  biosamplesFirst: boolean
}

export const sources = [
  'GENOMIC',
  'TRANSCRIPTOMIC',
  'METAGENOMIC',
  'METATRANSCRIPTOMIC',
  'VIRAL_RNA',
  'OTHER',
]
export const selections = ['RANDOM', 'PCR', 'RANDOM_PCR', 'OTHER']

export const libraryRules = (limits: { name: Field; kitLength: number; strategies: readonly string[] }) => ({
  fields: {
    library_name: limits.name,
    library_layout_config: choice(['SINGLE', 'PAIRED']),
    library_layout_read_length: wholeNumber,
    library_layout_insert_length: wholeNumber,
    library_seq_kit: text({ required: true, max: limits.kitLength }),
    library_seq_protocol: text({ required: true, max: limits.kitLength }),
  },
  biosampleFields: (tables: Tables) => ({
    central_sample_id: row((id) => tables.hasBiosample(id)),
    barcode: text({ max: 24 }),
    library_strategy: choice(limits.strategies),
    library_source: choice(sources),
    library_selection: choice(selections),
    library_primers: text({ max: 48 }),
    library_protocol: text({ max: 48 }),
    sequencing_org_received_date: date,
  }),
})

/**
 * Makes the library, then links its biosamples: the first is kept when the second fails.
 * A biosample that is not an object ends in the server's fault page, with the library made.
 */
export function addLibrary(
  exchange: Exchange,
  tables: Tables,
  body: { [key: string]: Json },
  envelope: Envelope,
  rules: LibraryRules,
): void {
  const name = body['library_name']
  if (!name) {
    fail(envelope, "'library_name' key missing or empty")
    return
  }
  const biosamples = body['biosamples']
  if (!biosamples || (Array.isArray(biosamples) && biosamples.length === 0)) {
    fail(envelope, "'biosamples' key missing or empty")
    return
  }
  const form = checkForm(body, rules.fields)
  if (hasErrors(form)) {
    envelope.ignored.push(name)
    fail(envelope, form.errors)
    return
  }

  const given = Array.isArray(biosamples) ? biosamples : [biosamples]
  const metadata = isObject(body['metadata']) ? { metadata: body['metadata'] } : {}
  attempt(envelope, () =>
    makeLibrary(exchange, tables, { ...form.clean, ...metadata }, given, envelope, rules),
  )
}

function makeLibrary(
  exchange: Exchange,
  tables: Tables,
  fields: { [key: string]: Json },
  given: Json[],
  envelope: Envelope,
  rules: LibraryRules,
): void {
  const name = String(fields['library_name'])
  const before = tables.library(name)
  const id = before?.id ?? exchange.newId('library')
  const broken = given.some((biosample) => !isObject(biosample))
  const verdicts = broken ? [] : judgeBiosamples(given, tables, rules)
  const all = !rules.biosamplesFirst || verdicts.every((verdict) => verdict.known)
  const linked = all ? verdicts.flatMap(({ form }) => (hasErrors(form) ? [] : [form.clean])) : []
  const idOf = (one: Form['clean']): string => String(one['central_sample_id'])
  const fresh = linked.map(idOf).filter((sample) => !before?.biosamples.has(sample))
  const relinked = linked.some((one) => differs(before?.biosamples.get(idOf(one)), one))
  const changed = before !== null && differs(before.fields, fields)
  if (before === null || changed || relinked) {
    exchange.commit({
      type: 'library',
      effect: before === null ? 'created' : 'updated',
      id,
      name: before?.name ?? name,
      identity: { library_name: before?.name ?? name },
      payload: { ...fields, biosamples: linked },
    })
  }
  if (before === null) envelope.new.push(['Library', id, name])
  else if (changed) envelope.updated.push(['Library', id, before.name])
  if (broken) throw new ServerError('a biosample is not an object')
  for (const sample of fresh) envelope.updated.push(['Biosample', tables.biosampleId(sample), sample])
  tellRefusals(envelope, verdicts, rules)
}

type BiosampleVerdict = { id: Json; known: boolean; form: Form }

function judgeBiosamples(biosamples: Json[], tables: Tables, rules: LibraryRules): BiosampleVerdict[] {
  return biosamples.map((biosample) => {
    const data = isObject(biosample) ? biosample : {}
    const id = data['central_sample_id'] ?? null
    const known = typeof id === 'string' && tables.hasBiosample(id)
    return { id, known, form: checkForm(data, rules.biosampleFields(tables)) }
  })
}

function tellRefusals(envelope: Envelope, verdicts: BiosampleVerdict[], rules: LibraryRules): void {
  const missing = rules.biosamplesFirst ? verdicts.filter((verdict) => !verdict.known) : []
  if (missing.length > 0) {
    envelope.errors += missing.length
    envelope.ignored.push(...missing.map((verdict) => verdict.id))
    envelope.messages.push(
      'At least one Biosample in your Library was not registered. No samples have been added to this Library. Register the missing samples, or remove them from your request and try again.',
    )
    return
  }
  for (const { form } of verdicts.filter((verdict) => hasErrors(verdict.form))) {
    envelope.ignored.push({})
    fail(envelope, form.errors)
  }
}

const differs = (before: Json | undefined, after: Json): boolean =>
  before === undefined || JSON.stringify(before) !== JSON.stringify(after)
