/** Tells whether two revisions would send the same: a hash of the request as it is kept, without its secrets. */
import { hash } from 'node:crypto'
import type { Submission } from '../handovers.ts'

/** SHA-256, hexadecimal; null while there is no request. */
export function bodyHash({ mapped }: Pick<Submission, 'mapped'>): string | null {
  if (mapped === null) return null
  const { method, path, body } = mapped.request
  return hash('sha256', JSON.stringify([method, path, body]))
}
