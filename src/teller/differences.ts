/** Where two contents of one subject differ, sample by sample and column by column. */
import { isObject, type Json } from '../handovers.ts'

/** `sample` null: of the subject as a whole. `column` null: the whole sample is on one side only. */
export type Difference = {
  sample: string | null
  column: string | null
  before: string | null
  now: string | null
}

/** By which a biosample, a tube or a run is the same one in both. */
const IDENTITIES = ['central_sample_id', 'tube_barcode', 'sequencing_id', 'run_name']
/** Who sends it is no content. */
const LEFT_OUT = new Set(['username', 'token'])

type Object = { [key: string]: Json }

export function differences(before: Json, now: Json): Difference[] {
  if (!isObject(before) || !isObject(now)) return []
  return inObject(null, before, now)
}

function inObject(sample: string | null, before: Object, now: Object): Difference[] {
  const columns = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...columns].flatMap((column): Difference[] => {
    const [was, is] = [before[column] ?? null, now[column] ?? null]
    if (LEFT_OUT.has(column) || JSON.stringify(was) === JSON.stringify(is)) return []
    if (isList(was) || isList(is)) return inList(isList(was) ? was : [], isList(is) ? is : [], column)
    if (isObject(was) && isObject(is)) return inObject(sample, was, is)
    return [{ sample, column, before: text(was), now: text(is) }]
  })
}

function inList(before: Json[], now: Json[], column: string): Difference[] {
  if (![...before, ...now].every((one) => identityOf(one) !== null))
    return [{ sample: null, column, before: text(before), now: text(now) }]
  const [was, is] = [byIdentity(before), byIdentity(now)]
  const changed = [...is].flatMap(([sample, item]): Difference[] => {
    const former = was.get(sample)
    return former === undefined
      ? [{ sample, column: null, before: null, now: sample }]
      : inObject(sample, former, item)
  })
  const gone = [...was.keys()].filter((sample) => !is.has(sample))
  return [...changed, ...gone.map((sample) => ({ sample, column: null, before: sample, now: null }))]
}

const byIdentity = (items: Json[]): Map<string, Object> =>
  new Map(items.filter(isObject).map((item) => [identityOf(item) ?? '', item]))

function identityOf(item: Json): string | null {
  if (!isObject(item)) return null
  return IDENTITIES.map((key) => item[key]).find((one) => typeof one === 'string') ?? null
}

const isList = (value: Json): value is Json[] => Array.isArray(value)

function text(value: Json): string | null {
  if (value === null) return null
  if (isList(value)) return value.map(text).join('; ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
