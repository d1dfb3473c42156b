/**
 * A receiver of webhooks after Standard Webhooks 1.0 (https://www.standardwebhooks.com): it checks the signature and takes
 * each event once.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  type Answer,
  type EmulatedRegistry,
  type Exchange,
  jsonAnswer,
  type RegistryOptions,
} from './emulated-registry.ts'
import type { Commit } from './log.ts'
import { isObject, loads } from './python-json.ts'

/**
 * `webhook-id` tells events apart: the same id with the same body again is taken without a second commit, with another
 * body it is a conflict. Strict: a timestamp more than five minutes off is refused, as the standard advises.
 */
export function webhook(options: RegistryOptions): EmulatedRegistry {
  const events = new Map<string, Commit>()

  function take(exchange: Exchange): Answer {
    if (exchange.method === 'GET' || exchange.method === 'HEAD')
      return jsonAnswer(200, { receiver: 'sandbox' })
    if (exchange.method !== 'POST') return jsonAnswer(405, { message: 'Method Not Allowed', status: 405 })
    const text = Buffer.from(exchange.body).toString('utf8')
    const id = signedId(exchange, text, options)
    if (id === null) return unauthorised()
    const read = loads(text)
    if (read === null || !isObject(read.value)) {
      return jsonAnswer(400, { message: 'The body is not a JSON object', status: 400 })
    }
    const before = events.get(id)
    if (before !== undefined) {
      if (JSON.stringify(before.payload) === JSON.stringify(read.value))
        return jsonAnswer(200, { id, duplicate: true })
      return jsonAnswer(409, { message: 'This id came before with another body', status: 409 })
    }
    exchange.commit({ type: 'event', effect: 'created', id, name: id, identity: { id }, payload: read.value })
    return jsonAnswer(202, { id, duplicate: false })
  }

  return {
    apply: (commit) => void events.set(commit.id, commit),
    answer: take,
    credentialsRefused: unauthorised,
    state: () => ({ events: [...events.values()].map(({ id, payload }) => ({ id, payload })) }),
    clear: () => events.clear(),
  }
}

/** The event's id, where one of the signatures is the secret's over `id.timestamp.body`; else null. */
function signedId(exchange: Exchange, body: string, { token, strict }: RegistryOptions): string | null {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (one) => exchange.headers[`webhook-${one}`],
  )
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return null
  const ageSeconds = exchange.now.getTime() / 1000 - Number(timestamp)
  if (strict && !(Math.abs(ageSeconds) <= 300)) return null
  const key = token.startsWith('whsec_') ? Buffer.from(token.slice(6), 'base64') : Buffer.from(token)
  const own = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  return signatures.split(' ').some((one) => same(one, own)) ? id : null
}

const unauthorised = (): Answer => jsonAnswer(401, { message: 'Unauthorized', status: 401 })

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
