/** Lists as Potion gives them: `where`, `sort`, `page`, `per_page`, with `Link` and `X-Total-Count`. */
import type { Answer, Exchange } from './emulated-registry.ts'
import { isObject, type Json, loads } from './python-json.ts'

type Row = { [key: string]: Json }

const fields = ['$uri', 'batch_number', 'created_at', 'name', 'status']
const largestPage = 100

/** An unauthenticated list is an empty one; that is for the caller to arrange. */
export function listOf(exchange: Exchange, rows: readonly Row[]): Answer {
  const { query } = exchange
  const where = parsed(query.get('where'))
  const sort = parsed(query.get('sort'))
  const page = Number(query.get('page') ?? 1)
  const perPage = Number(query.get('per_page') ?? 20)
  if (where === null) return badRequest(['where'], { type: 'object' })
  if (sort === null) return badRequest(['sort'], { type: 'object' })
  if (!Number.isInteger(page) || page < 1) return badRequest(['page'], { minimum: 1 })
  if (!Number.isInteger(perPage) || perPage < 1) return badRequest(['per_page'], { minimum: 1 })
  if (perPage > largestPage) return badRequest(['per_page'], { maximum: largestPage })
  if (!Object.keys(where).every((field) => fields.includes(field)))
    return badRequest(['where'], { additionalProperties: false })

  const found = rows.filter((row) =>
    Object.entries(where).every(([field, wanted]) => holds(row[field] ?? null, wanted)),
  )
  for (const [field, descending] of Object.entries(sort).reverse()) {
    found.sort((a, b) => compare(a[field] ?? null, b[field] ?? null) * (descending === true ? -1 : 1))
  }
  const last = Math.max(1, Math.ceil(found.length / perPage))
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'X-Total-Count': String(found.length),
      Link: links(exchange.path, page, last, perPage),
    },
    body: JSON.stringify(found.slice((page - 1) * perPage, page * perPage)),
  }
}

function holds(value: Json, wanted: Json): boolean {
  if (!isObject(wanted)) return value === wanted
  return Object.entries(wanted).every(([operator, operand]) => {
    const text = String(value)
    const sought = String(operand)
    switch (operator) {
      case '$eq':
        return value === operand
      case '$ne':
        return value !== operand
      case '$in':
        return Array.isArray(operand) && operand.includes(value)
      case '$contains':
        return text.includes(sought)
      case '$icontains':
        return text.toLowerCase().includes(sought.toLowerCase())
      case '$startswith':
        return text.startsWith(sought)
      case '$istartswith':
        return text.toLowerCase().startsWith(sought.toLowerCase())
      case '$endswith':
        return text.endsWith(sought)
      case '$lt':
        return compare(value, operand) < 0
      case '$lte':
        return compare(value, operand) <= 0
      case '$gt':
        return compare(value, operand) > 0
      case '$gte':
        return compare(value, operand) >= 0
      default:
        return false
    }
  })
}

const compare = (a: Json, b: Json): number => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0)

function links(path: string, page: number, last: number, perPage: number): string {
  const to = (number: number, rel: string): string =>
    `<${path}?page=${number}&per_page=${perPage}>; rel="${rel}"`
  return [
    to(page, 'self'),
    ...(page > 1 ? [to(1, 'first'), to(page - 1, 'prev')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ].join(',')
}

/** An empty object where the parameter is absent; null where it is no object. */
function parsed(parameter: string | null): Row | null {
  if (parameter === null) return {}
  const read = loads(parameter)
  return read !== null && isObject(read.value) ? read.value : null
}

const badRequest = (path: string[], validationOf: { [key: string]: Json }): Answer => ({
  status: 400,
  headers: { 'Content-Type': 'application/json' },
  body: `${JSON.stringify({ errors: [{ path, validationOf }], message: 'Bad Request', status: 400 })}\n`,
})
