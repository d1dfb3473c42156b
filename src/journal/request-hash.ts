/** Tells whether two revisions would send the same: a hash of the request as it is kept, without its secrets. */
import { hash } from 'node:crypto'
import type { Json, Submission } from '../handovers.ts'

/**
 * SHA-256, hexadecimal; null while there is no request. No list in a request has an order that means something: a sheet
 * whose rows were sorted anew says the same.
 */
export function bodyHash({ mapped }: Pick<Submission, 'mapped'>): string | null {
  if (mapped === null) return null
  const { method, path, body } = mapped.request
  return hash('sha256', JSON.stringify([method, path, inOneOrder(body)]))
}

function inOneOrder(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(inOneOrder(item)))
    return items.sort()
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inOneOrder(one)]))
}
