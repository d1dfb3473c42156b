/**
 * One HTTP exchange: a request goes out once, and what came of it is told for certain.
 *
 * No retry, no redirect. What decides about a failure is whether a byte may have left: undici announces a request's
 * headers just before it writes them, and error codes alone cannot tell (a reset may come before or after).
 */
import { subscribe } from 'node:diagnostics_channel'
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as send } from 'undici'
import type { Answer, Request } from '../handovers.ts'
import type { PauseReason } from '../record/registration.ts'
import type { Destination } from './destination.ts'
import { masker, type Sealed, SecretFault, seal, withoutSecrets } from './secrets.ts'

/**
 * `answer`: complete; `kept` is the same without secrets, as `mask` takes them out of any text that quotes it.
 * `not-sent`: not one byte left. `no-secret`: nor was it tried. `lost`: it may have arrived.
 */
export type Exchanged =
  | { type: 'answer'; answer: Answer; kept: Answer; mask(text: string): string }
  | { type: 'not-sent' | 'lost'; detail: string }
  | { type: 'no-secret'; detail: string; pause: PauseReason }

export type Wire = {
  /** `id` names what is sent, the same at every try. `fresh` never uses a connection that was used before. */
  exchange(
    to: Pick<Destination, 'url' | 'limits' | 'secrets'>,
    request: Request,
    about: { id: string; fresh: boolean; now: Date },
  ): Promise<Exchanged>
  /** Posts a form whose values are secrets: neither the answer nor a failure quotes them. */
  post(url: string, form: Record<string, string>, timeoutSeconds: number): Promise<Exchanged>
  close(): Promise<void>
}

const CONNECT_SECONDS = 10
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Requests whose headers are about to be written, or were. */
const sentRequests = new WeakSet<object>()
/**
 * undici makes its request object while `send` is being called, so the first one made meanwhile is ours. A second is
 * the CONNECT by which a proxy is asked for the way: what becomes of that says nothing of ours.
 */
let made: object | null = null

subscribe('undici:request:create', (message) => {
  made ??= (message as { request: object }).request
})
subscribe('undici:client:sendHeaders', (message) => {
  sentRequests.add((message as { request: object }).request)
})

export function createWire(): Wire {
  const options = {
    connect: { timeout: CONNECT_SECONDS * 1000 },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LARGEST_ANSWER_BYTES,
    allowH2: false,
  }
  const fresh = { pipelining: 0, ...options }
  const agents = {
    direct: { fresh: new Agent(fresh), kept: new Agent(options) },
    proxied: { fresh: new EnvHttpProxyAgent(fresh), kept: new EnvHttpProxyAgent(options) },
  }
  const all = [...Object.values(agents.direct), ...Object.values(agents.proxied)]
  const known = new Set<string>()
  const wayTo = (url: string) => (LOOPBACK.test(new URL(url).hostname) ? agents.direct : agents.proxied)
  return {
    async exchange(to, request, { id, fresh: isFresh, now }) {
      let sealed: Sealed
      try {
        sealed = await seal(request, { secret: to.secrets, id, now, known })
      } catch (thrown) {
        const pause = thrown instanceof SecretFault ? thrown.pause : 'credentials'
        return { type: 'no-secret', detail: messageOf(thrown), pause }
      }
      const url = `${to.url}${request.path}`
      const way = isFresh ? wayTo(url).fresh : wayTo(url).kept
      // The registry's own log then names the registration that its operators ask about.
      const headers = { 'user-agent': `runherald (${id})`, ...sealed.headers }
      return speak(url, request.method, { ...sealed, headers }, way, to.limits.timeoutSeconds)
    },
    post(url, form, timeoutSeconds) {
      const sealed = {
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        withoutSecrets: masker(Object.values(form)),
      }
      return speak(url, 'POST', sealed, wayTo(url).fresh, timeoutSeconds)
    },
    close: async () => {
      await Promise.all(all.map((agent) => agent.destroy()))
    },
  }
}

async function speak(
  url: string,
  method: Request['method'],
  { body, headers, withoutSecrets: mask }: Sealed,
  dispatcher: Dispatcher,
  timeoutSeconds: number,
): Promise<Exchanged> {
  // Not AbortSignal.timeout: that would keep all of this until its time is over, long after the answer.
  const ending = new AbortController()
  const deadline = ending.signal
  const timer = setTimeout(() => ending.abort(), timeoutSeconds * 1000)
  made = null
  const answering = send(url, {
    method,
    dispatcher,
    body,
    headers: {
      'user-agent': 'runherald',
      accept: 'application/json',
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    signal: deadline,
  })
  const mine: object | null = made
  answering.catch(() => {})
  try {
    const { statusCode, headers: received, body: stream } = await Promise.race([answering, cut(deadline)])
    const text = await stream.text()
    const answer = { status: statusCode, headers: flat(received), body: text }
    return { type: 'answer', answer, kept: withoutSecrets(answer, mask), mask }
  } catch (thrown) {
    const detail = mask(
      deadline.aborted ? `no complete answer within ${timeoutSeconds} s` : wireWords(thrown),
    )
    // Without its request object nothing can be known, so it counts as sent.
    const isSent = mine === null || sentRequests.has(mine)
    return { type: isSent ? 'lost' : 'not-sent', detail }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Rejects at the deadline. undici itself would first wait for the connection; what is not on its way by then is
 * dropped by the signal before its first byte.
 */
const cut = (deadline: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true })
  })

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )

const BROKE = 'the connection broke'
const WIRE: Record<string, string> = {
  ECONNREFUSED: 'nothing answers at that address',
  ENOTFOUND: 'the name of that host is unknown',
  EAI_AGAIN: 'the name server does not answer',
  ENETUNREACH: 'no network leads there',
  EHOSTUNREACH: 'no network leads there',
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time',
  ECONNRESET: BROKE,
  EPIPE: BROKE,
  UND_ERR_SOCKET: BROKE,
}

/** In words for a person at the bench, with what the system says in brackets. */
function wireWords(thrown: unknown): string {
  const words = WIRE[String((thrown as { code?: unknown } | null)?.code)]
  return words === undefined ? messageOf(thrown) : `${words} (${messageOf(thrown)})`
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const code = (thrown as { code?: unknown }).code
  return typeof code === 'string' && !thrown.message.includes(code)
    ? `${code}: ${thrown.message}`
    : thrown.message
}
