/** Holds a request's body against the registry's own rules and says in people's words what breaks them. */
import * as z from 'zod'
import type { Json } from '../handovers.ts'
import { columnNamed, type Problem, type ProblemCode, problem } from '../problems.ts'
import type { Body } from './request-body.ts'

/**
 * Where a member of a body comes from: the column of our sheets, the rows, and what to do where it is missing
 * (`give`) or wrong (`mend`).
 */
type Place = { column: string | null; rows: number[]; give: string; mend: string }

/** Finds the place of the member at a path such as `biosamples, 3, library_source`. */
export type PlaceOf = (path: readonly PropertyKey[]) => Place

/** Text of so many characters, counted as databases count them: an emoji is one. */
export const text = (min: number, max: number) =>
  z.string().check((context) => {
    const length = [...context.value].length
    const issue = { origin: 'string', input: context.value } as const
    if (length < min) context.issues.push({ ...issue, code: 'too_small', minimum: min })
    if (length > max) context.issues.push({ ...issue, code: 'too_big', maximum: max })
  })

/** Every problem of a body, one for each fault, with the rows it concerns joined; empty where it may be sent. */
export function checkBody(schema: z.ZodType, body: Body, placeOf: PlaceOf): Problem[] {
  const checked = schema.safeParse(body)
  return checked.success ? [] : joined(checked.error.issues.map((issue) => toProblem(issue, body, placeOf)))
}

/** What stands in a library or a batch, `whole` in words, more than once by its column of the sheet. */
export function repeated<One extends { rows: number[] }>(
  all: readonly One[],
  [column, cellOf]: [column: string, cellOf: (one: One) => string],
  whole: string,
): Problem[] {
  return [...Map.groupBy(all, cellOf)].flatMap(([value, several]) => {
    if (several.length === 1) return []
    const found = `${column} “${value}” stands ${several.length} times in ${whole}`
    const rows = several.flatMap((one) => one.rows)
    return [problem('registry.value-repeated', found, { rows, column: columnNamed(column) })]
  })
}

/** One problem where several differ in their rows alone. */
function joined(problems: Problem[]): Problem[] {
  const byFault = new Map<string, Problem>()
  for (const one of problems) {
    const key = `${one.code}\n${one.found}`
    const rows = [...(byFault.get(key)?.rows ?? []), ...one.rows]
    byFault.set(key, { ...one, rows: [...new Set(rows)].sort((a, b) => a - b) })
  }
  return [...byFault.values()]
}

function toProblem(issue: z.core.$ZodIssue, body: Body, placeOf: PlaceOf): Problem {
  const place = placeOf(issue.path)
  const field = fieldName(issue.path)
  const isSpeltAlike = place.column === null || place.column === field
  const named = isSpeltAlike ? field : `${field} (column ${place.column})`
  const column = place.column === null ? null : columnNamed(place.column)
  const value = valueAt(body, issue.path)
  const tell = (code: ProblemCode, found: string, fix: string) =>
    problem(code, found, { rows: place.rows, column, fix })

  if (value === undefined || (issue.code === 'too_small' && issue.origin === 'array'))
    return tell('registry.value-missing', `${named} is not given`, place.give)
  const seen = `${named} is “${shown(value)}”`
  switch (issue.code) {
    case 'invalid_value':
      return tell(
        'registry.option-unknown',
        seen,
        `${field} must be one of: ${issue.values.join(', ')}. ${place.mend}`,
      )
    case 'too_big':
      return tell(
        'registry.value-too-long',
        `${seen}, longer than ${issue.maximum} characters`,
        `${field} may have at most ${issue.maximum} characters. ${place.mend}`,
      )
    case 'too_small':
      return tell(
        'registry.value-too-short',
        `${seen}, shorter than ${issue.minimum} characters`,
        `${field} must have at least ${issue.minimum} characters. ${place.mend}`,
      )
    case 'invalid_format':
    case 'invalid_type':
    case 'custom':
      return tell('registry.value-malformed', seen, `${field} must be ${issue.message}. ${place.mend}`)
    default:
      throw new Error(`a request was built with a fault of its own: ${issue.code} at ${issue.path.join('.')}`)
  }
}

/** The field as the registry spells it: the last name on the path. */
const fieldName = (path: readonly PropertyKey[]): string =>
  String(path.findLast((step) => typeof step === 'string') ?? 'the request')

function valueAt(body: Json, path: readonly PropertyKey[]): Json | undefined {
  let at: Json | undefined = body
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = new Map<PropertyKey, Json>(Object.entries(at)).get(String(step))
  }
  return at
}

/** A value short enough to show. */
function shown(value: Json): string {
  const whole = typeof value === 'string' ? value : JSON.stringify(value)
  return whole.length > 80 ? `${whole.slice(0, 79)}…` : whole
}
