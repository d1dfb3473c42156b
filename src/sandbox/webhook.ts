/** A receiver of webhooks: takes each event once by its id, and checks the bearer token or the signature. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Answer, EmulatedRegistry, Exchange, RegistryOptions } from './emulated-registry.ts'
import type { Commit } from './log.ts'
import { isObject, type Json, loads } from './python-json.ts'

/**
 * The id is the `Idempotency-Key` header, else the body's `id`. The same id with the same body again is taken without a
 * second commit; with another body it is a conflict. Without an id every delivery is a new event (strict: refused).
 * Signature: HMAC-SHA256 in hex of the body, or of `<timestamp>.<body>` where a `…-timestamp` header comes with it.
 */
export function webhook(options: RegistryOptions): EmulatedRegistry {
  const events = new Map<string, Commit>()

  function take(exchange: Exchange): Answer {
    if (exchange.method === 'GET' || exchange.method === 'HEAD') return answer(200, { receiver: 'sandbox' })
    if (exchange.method !== 'POST') return answer(405, { message: 'Method Not Allowed', status: 405 })
    const text = Buffer.from(exchange.body).toString('utf8')
    if (!allowed(exchange, text, options.token)) return unauthorised()
    const read = loads(text)
    if (read === null || !isObject(read.value))
      return answer(400, { message: 'The body is not a JSON object', status: 400 })

    const given = exchange.headers['idempotency-key'] ?? read.value['id']
    if (options.strict && (typeof given !== 'string' || given === '')) {
      return answer(400, { message: 'An event needs an id', status: 400 })
    }
    const id = typeof given === 'string' && given !== '' ? given : exchange.newId('event')
    const before = events.get(id)
    if (before !== undefined) {
      if (JSON.stringify(before.payload) === JSON.stringify(read.value))
        return answer(200, { id, duplicate: true })
      return answer(409, { message: 'This id came before with another body', status: 409 })
    }
    exchange.commit({ type: 'event', effect: 'created', id, name: id, identity: { id }, payload: read.value })
    return answer(202, { id, duplicate: false })
  }

  return {
    apply: (commit) => void events.set(commit.id, commit),
    answer: take,
    credentialsRefused: unauthorised,
    state: () => ({ events: [...events.values()].map(({ id, payload }) => ({ id, payload })) }),
    clear: () => events.clear(),
  }
}

const answer = (status: number, body: Json): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

const unauthorised = (): Answer => answer(401, { message: 'Unauthorized', status: 401 })

function allowed(exchange: Exchange, body: string, secret: string): boolean {
  if (exchange.headers['authorization'] === `Bearer ${secret}`) return true
  const header = (ending: string): string | null => {
    const name = Object.keys(exchange.headers).find((one) => one.endsWith(ending))
    const value = name === undefined ? undefined : exchange.headers[name]
    return typeof value === 'string' ? value : null
  }
  const signature = header('signature')?.replace(/^(sha256|v1)=/, '')
  if (signature === undefined) return false
  const timestamp = header('timestamp')
  const signed = [body, ...(timestamp === null ? [] : [`${timestamp}.${body}`])]
  return signed.some((text) => same(createHmac('sha256', secret).update(text).digest('hex'), signature))
}

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
