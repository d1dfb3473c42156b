/** The page of one registration: its facts with their sources, what changed between revisions, what was tried. */
import { isObject, type Json } from '../handovers.ts'
import type { EventRow, RegistrationStory } from '../journal/journal.ts'
import { type Reason, STATES } from '../record/registration.ts'
import { asksOf } from './status.ts'
import { fieldWords, needsPerson, stateWords, toneOf } from './words.ts'

type Fact = { name: string; value: string; source: string | null }
type Difference = { field: string; before: string | null; after: string | null }
type Table = { title: string; columns: string[]; rows: string[][]; more: number }

/** Shown of attempts, events and revisions: the newest. */
const SHOWN = {
  attempts: 10,
  events: 40,
  revisions: 8,
  differences: 12,
  rows: 24,
  value: 300,
  body: 6000,
  problems: 12,
}

export function storyOf(story: RegistrationStory) {
  const { registration, revisions, attempts, receipt, events } = story
  const newest = revisions.at(-1)
  const facts = newest?.submission.facts ?? null
  const mapped = newest?.submission.mapped ?? null
  return {
    ...{ registration, receipt },
    asks: needsPerson(registration) ? asksOf(registration, { sendable: mapped !== null }) : 'nothing',
    ...shownFacts(facts),
    problems: (newest?.submission.problems ?? []).slice(0, SHOWN.problems),
    request: mapped && {
      method: mapped.request.method,
      path: mapped.request.path,
      body: cut(JSON.stringify(mapped.request.body, null, 2), SHOWN.body),
    },
    revisions: revisions
      .map((row, index) => {
        const all = index === 0 ? [] : differencesOf(revisions[index - 1], row)
        return {
          row,
          differences: all.slice(0, SHOWN.differences),
          more: Math.max(0, all.length - SHOWN.differences),
        }
      })
      .slice(-SHOWN.revisions)
      .toReversed(),
    attempts: attempts.slice(-SHOWN.attempts).map((one) => ({
      ...one,
      answer: one.answer && { ...one.answer, body: cut(one.answer.body, SHOWN.body / 3) },
    })),
    events: events.slice(-SHOWN.events).map(eventOf),
    left: {
      attempts: Math.max(0, attempts.length - SHOWN.attempts),
      events: Math.max(0, events.length - SHOWN.events),
      revisions: Math.max(0, revisions.length - SHOWN.revisions),
    },
  }
}

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length)}\n… ${text.length - length} characters more`

/** An event of a registration is a state it came to. */
function eventOf({ at, event, who, detail }: EventRow) {
  const { because = null, reason = null } = isObject(detail) ? detail : {}
  const state = STATES.find((one) => event === `registration.${one}`)
  return {
    ...{ at, who, because: typeof because === 'string' ? cut(because, SHOWN.value) : null },
    words: state === undefined ? event : stateWords({ state, reason: reason as Reason | null }),
    tone: state === undefined ? 'over' : toneOf(state),
  }
}

/** Where in its sheet a subject stands and whether it is stopped there: of use to planning alone. */
const OURS = new Set(['rows', 'blocked'])

/** Facts hold one thing by its name (`run`, `library`, `batch`), beside where each field of it was read. */
function shownFacts(facts: Json): { facts: Fact[]; tables: Table[] } {
  if (!isObject(facts)) return { facts: [], tables: [] }
  const subject = ['run', 'library', 'batch'].map((name) => facts[name] ?? null).find(isObject)
  const shown: Fact[] = []
  const tables: Table[] = []
  const { provenance, completion, awaited, sheet } = facts
  const sources = isObject(provenance) ? provenance : {}
  for (const [name, value] of Object.entries(subject ?? {})) {
    if (Array.isArray(value) && value.some(isObject)) tables.push(tableOf(name, value.filter(isObject)))
    else if (!isEmpty(value) && !OURS.has(name))
      shown.push({ name: fieldWords(name), value: valueWords(value), source: sourceWords(sources[name]) })
  }
  if (isObject(awaited)) shown.push({ name: 'Awaited run', value: valueWords(awaited), source: null })
  if (typeof sheet === 'string') shown.push({ name: 'Sheet', value: sheet, source: null })
  if (isObject(completion))
    shown.push({
      name: 'State of the run',
      value: valueWords(completion['state'] ?? null),
      source: valueWords(completion['because'] ?? null),
    })
  return { facts: shown, tables }
}

function tableOf(name: string, values: Array<Record<string, Json>>): Table {
  const filled = new Set(
    values.flatMap((one) => Object.keys(one).filter((key) => key !== 'rows' && !isEmpty(one[key] ?? null))),
  )
  const columns = [...filled]
  return {
    title: fieldWords(name),
    columns: columns.map(fieldWords),
    rows: values.slice(0, SHOWN.rows).map((one) => columns.map((column) => valueWords(one[column] ?? null))),
    more: Math.max(0, values.length - SHOWN.rows),
  }
}

/** A time is shown as its file writes it; anything else nested as `name value`. */
function valueWords(value: Json): string {
  if (value === null) return ''
  if (Array.isArray(value)) return cut(value.map(valueWords).join(', '), SHOWN.value)
  if (!isObject(value)) return cut(String(value), SHOWN.value)
  if ('precision' in value) return stampWords(value)
  const parts = Object.entries(value).filter(([key, part]) => key !== 'rows' && !isEmpty(part))
  return cut(
    parts.map(([key, part]) => `${fieldWords(key).toLowerCase()} ${valueWords(part)}`).join(', '),
    SHOWN.value,
  )
}

function stampWords({ text, local, instant, zone }: Record<string, Json>): string {
  const known = instant ?? local
  const zoned = instant === null || instant === undefined ? ' (no zone known)' : ''
  const written = typeof text === 'string' && text !== known ? ` (written ${text})` : ''
  return `${known}${zoned}${zone === 'mtime' ? ' (time of the file)' : written}`
}

const sourceWords = (source: Json | undefined): string | null =>
  isObject(source) ? `${source['file']} ${source['at']}` : null

const isEmpty = (value: Json): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** What the registry would be told otherwise, field by field; where nothing would, which facts moved. */
function differencesOf(
  before: RegistrationStory['revisions'][number] | undefined,
  after: RegistrationStory['revisions'][number],
): Difference[] {
  const body = (one: typeof before): Json => one?.submission.mapped?.request.body ?? null
  const asked = compared(flat(body(before)), flat(body(after)))
  return asked.length > 0
    ? asked
    : compared(flat(before?.submission.facts ?? null), flat(after.submission.facts))
}

function compared(before: Map<string, string>, after: Map<string, string>): Difference[] {
  const fields = [...new Set([...before.keys(), ...after.keys()])]
  return fields
    .filter((field) => before.get(field) !== after.get(field))
    .map((field) => ({ field, before: before.get(field) ?? null, after: after.get(field) ?? null }))
}

/** Every value by its path: `biosamples[1].barcode`. */
function flat(value: Json, path = '', into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value))
    for (const [index, one] of value.entries()) flat(one, `${path}[${index + 1}]`, into)
  else if (isObject(value))
    for (const [key, one] of Object.entries(value)) flat(one, path === '' ? key : `${path}.${key}`, into)
  else if (value !== null) into.set(path, cut(String(value), SHOWN.value))
  return into
}
