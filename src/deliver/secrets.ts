/** Puts secrets into a request on its way out, and takes them out of everything that comes back to be kept. */
import { createHmac } from 'node:crypto'
import type { Answer, Json, Request } from '../handovers.ts'
import type { PauseReason } from '../record/registration.ts'
import type { SecretName } from './destination.ts'

const MASK = '***'
/** A shorter text is too common to be searched for, and is no secret worth the name. */
const SHORTEST_SECRET = 4

/** Why a secret cannot be had, and what the registry is paused for meanwhile. */
export class SecretFault extends Error {
  readonly pause: PauseReason
  constructor(pause: PauseReason, message: string) {
    super(message)
    this.pause = pause
  }
}

/** What goes on the wire, and how to make any text that comes back fit to be kept. */
export type Sealed = {
  body: string | null
  headers: Record<string, string>
  withoutSecrets(text: string): string
}

type SealOptions = {
  secret(which: SecretName): Promise<string>
  /** Identifies what is sent, the same at every try: signed with the body. */
  id: string
  now: Date
  /** Every secret that ever went out: a registry behind the same server may quote another's. Added to. */
  known: Set<string>
}

/** The request with its secrets in their places. Throws when a secret cannot be had. */
export async function seal(request: Request, { secret, id, now, known }: SealOptions): Promise<Sealed> {
  const secrets = new Map<string, string>()
  for (const { secret: which } of request.secrets)
    if (!secrets.has(which)) secrets.set(which, (await secret(which)).trimEnd())
  const members: Record<string, Json> = {}
  const headers: Record<string, string> = Object.fromEntries(
    Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  for (const place of request.secrets) {
    const value = secrets.get(place.secret) ?? ''
    if (place.in === 'body') members[place.name] = value
    else if (place.secret !== 'signature') {
      const name = place.name.toLowerCase()
      headers[name] = (headers[name] ?? MASK).replace(MASK, () => value)
    }
  }
  const body = bodyOf(request.body, members)
  const signature = request.secrets.find((place) => place.secret === 'signature')
  if (signature !== undefined)
    Object.assign(headers, signed(signature.name, body ?? '', secrets.get('signature') ?? '', id, now))
  for (const value of secrets.values()) known.add(value)
  return { body, headers, withoutSecrets: masker([...known]) }
}

/** Reads once for all who ask in one go: each gets what is there after it asked. */
export function readTogether<T>(read: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | null = null
  return () => {
    next ??= Promise.resolve().then(() => {
      next = null
      return read()
    })
    return next
  }
}

/** The answer as it may be kept: no secret of ours in it, and no cookie of theirs. */
export function withoutSecrets(answer: Answer, mask: (text: string) => string): Answer {
  const headers = Object.entries(answer.headers)
    .filter(([name]) => name !== 'set-cookie')
    .map(([name, value]) => [name, mask(value)] as const)
  return { status: answer.status, headers: Object.fromEntries(headers), body: mask(answer.body) }
}

function bodyOf(body: Json, members: Record<string, Json>): string | null {
  if (body === null) return null
  const isObject = typeof body === 'object' && !Array.isArray(body)
  return JSON.stringify(isObject ? { ...body, ...members } : body)
}

/** Standard Webhooks 1.0: `v1,` and the base64 of HMAC-SHA256 over id, time in seconds, and body, joined by dots. */
function signed(name: string, body: string, secret: string, id: string, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret)
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, [name.toLowerCase()]: `v1,${hmac}` }
}

/** A registry may write back what it was sent, as it was, or as JSON or a URL spells it. */
export function masker(secrets: string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ])
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, MASK), text)
}
