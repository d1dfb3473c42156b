/**
 * Who may look and act: loopback by default, a token for any other address, and nobody by way of another web page.
 *
 * Every request is checked: the Host must be ours (a foreign name that points here reaches nothing), a token where one is
 * configured, and a POST must be JSON, or a form of a page of ours, from no other origin.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../config.ts'

type GuardOptions = { token: string | null; host: string }

/** `formToken` stands in every form of our pages, where no other page can read it. */
export type Guard = {
  formToken: string
  login(given: string, from: string): 'right' | 'wrong' | 'too-many'
  /** Who acts, for the record: nobody is known by name, so the way he came must do. */
  who(request: FastifyRequest): string
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Files of the pages themselves, which tell nothing; a person who is to log in needs them. */
const OPEN = new Set(['/login', '/style.css', '/live.js'])

export function guard(server: FastifyInstance, options: GuardOptions): Guard {
  const { token } = options
  if (token === '') throw new Error('an empty token guards nothing')
  if (token === null && !isLoopback(options.host))
    throw new Error(`${options.host} can be reached from other machines and needs a token`)
  // Of one process: a page that is older than the daemon must be loaded anew before it may act.
  const formToken = randomBytes(16).toString('base64url')
  const failures = createFailures()

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    if (!isOurHost(request, options)) return refuse(reply, 421, 'this address is not served here')
    if (token !== null && !OPEN.has(pathOf(request)) && !hasToken(request, token)) {
      if (request.headers.authorization !== undefined && failures.add(request.ip))
        return refuse(reply.header('retry-after', '60'), 429, 'too many wrong tokens; wait a minute')
      return wantsPage(request)
        ? reply.redirect('/login', 303)
        : refuse(reply.header('www-authenticate', 'Bearer'), 401, 'a token is required')
    }
    if (request.method !== 'POST') return
    if (!isOurOrigin(request)) return refuse(reply, 403, 'this request comes from another web page')
    const isApi = pathOf(request).startsWith('/api/')
    if (typeOf(request) !== (isApi ? 'application/json' : 'application/x-www-form-urlencoded'))
      return refuse(reply, 415, isApi ? 'a POST must carry a JSON body' : 'only forms are taken here')
  })
  server.addHook('preHandler', async (request, reply) => {
    const path = pathOf(request)
    if (request.method !== 'POST' || path.startsWith('/api/') || path === '/login') return
    const given = (request.body as { form?: unknown } | undefined)?.form
    if (typeof given !== 'string' || !same(given, formToken))
      return refuse(reply, 403, 'this page is older than the running daemon; load it anew and act again')
  })
  return {
    formToken,
    login(given, from) {
      if (token !== null && same(given, token) && !failures.isOver(from)) return 'right'
      return failures.add(from) ? 'too-many' : 'wrong'
    },
    who(request) {
      const by = pathOf(request).startsWith('/api/') ? 'HTTP API' : 'status page'
      return `${by} at ${request.ip}${token === null ? '' : ', with the token'}`
    },
  }
}

/** An answer in the form of RFC 9457. */
export function refuse(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail }))
}

function isOurHost(request: FastifyRequest, { token, host }: GuardOptions): boolean {
  const named = (request.headers.host ?? '').replace(/:\d+$/, '')
  // Behind a token a name of the operator's own choosing is as good as an address: the token is the guard.
  return isLoopback(named) || token !== null || named === host
}

/** Browsers say where a request comes from; what is no browser says nothing, and is no web page. */
function isOurOrigin(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}

function hasToken(request: FastifyRequest, token: string): boolean {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const cookie = /(?:^|; )runherald=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  return (
    (bearer !== undefined && same(bearer, token)) || (cookie !== undefined && same(cookie, cookieOf(token)))
  )
}

/** What the login cookie holds: a digest, so that the token itself stays out of the browser's store. */
export const cookieOf = (token: string): string =>
  createHash('sha256').update(`runherald cookie ${token}`).digest('hex')

/** Equal without telling by the time taken how much of it was. */
const same = (given: string, wanted: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest())

const FAILURES_A_MINUTE = 10

/** Wrong tokens by address in the running minute. */
function createFailures() {
  const counts = new Map<string, number>()
  let minute = 0
  const countOf = (from: string): number => {
    const now = Math.floor(Date.now() / 60_000)
    if (now !== minute) counts.clear()
    minute = now
    return counts.get(from) ?? 0
  }
  return {
    isOver: (from: string): boolean => countOf(from) >= FAILURES_A_MINUTE,
    /** True when it was one too many. */
    add(from: string): boolean {
      const count = countOf(from) + 1
      counts.set(from, count)
      return count > FAILURES_A_MINUTE
    },
  }
}

const typeOf = ({ headers }: FastifyRequest): string | undefined =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase()

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? ''

const wantsPage = (request: FastifyRequest): boolean =>
  request.method === 'GET' && String(request.headers.accept ?? '').includes('text/html')
