/**
 * Who may look and act: loopback by default, a token for any other address, and nobody by way of another web page.
 *
 * Every request is checked: the Host must be ours (a foreign name that points here reaches nothing), a token where one is
 * configured, and a POST must be JSON from no other origin.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export type GuardOptions = { token: string | null; host: string }

const CONTENT_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export function guard(server: FastifyInstance, options: GuardOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    if (!isOurHost(request, options)) return refuse(reply, 421, 'this address is not served here')
    if (options.token !== null && !hasToken(request, options.token) && !request.url.startsWith('/login'))
      return wantsPage(request) ? reply.redirect('/login', 303) : refuse(reply, 401, 'a token is required')
    if (request.method === 'POST' && !isOurOrigin(request))
      return refuse(reply, 403, 'this request comes from another web page')
    const json = String(request.headers['content-type'] ?? '').startsWith('application/json')
    if (request.method === 'POST' && !json && !request.url.startsWith('/login'))
      return refuse(reply, 415, 'a POST must carry a JSON body')
  })
}

/** An answer in the form of RFC 9457. */
export function refuse(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail }))
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/

function isOurHost(request: FastifyRequest, { token, host }: GuardOptions): boolean {
  const named = request.headers.host ?? ''
  if (LOOPBACK.test(named)) return true
  // Behind a token a name of the operator's own choosing is as good as an address: the token is the guard.
  return token !== null || named.replace(/:\d+$/, '') === host
}

function isOurOrigin(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}

export const COOKIE = 'runherald'

function hasToken(request: FastifyRequest, token: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const cookie = /(?:^|; )runherald=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  return (
    (bearer !== undefined && same(bearer, token)) || (cookie !== undefined && same(cookie, cookieOf(token)))
  )
}

/** What the login cookie holds: a digest, so that the token itself stays out of the browser's store. */
export const cookieOf = (token: string): string =>
  createHash('sha256').update(`runherald cookie ${token}`).digest('hex')

/** Equal without telling by the time taken how much of it was. */
export const same = (given: string, wanted: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest())

const wantsPage = (request: FastifyRequest): boolean =>
  request.method === 'GET' && String(request.headers.accept ?? '').includes('text/html')
