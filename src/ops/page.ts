/** The status page and the page of one registration: made on the server, readable without script. */
import { readFileSync } from 'node:fs'
import { Eta } from 'eta'
import type { FastifyInstance } from 'fastify'
import { cookieOf, refuse, same } from './guard.ts'
import type { View } from './view.ts'
import { needsPerson, registryWords, sentence, stateWords } from './words.ts'

const eta = new Eta({ views: new URL('./pages', import.meta.url).pathname, cache: true, autoEscape: true })
const asset = (name: string): string => readFileSync(new URL(`./pages/${name}`, import.meta.url), 'utf8')

const LISTED = 50

export function servePages(server: FastifyInstance, view: View, token: string | null): void {
  const style = asset('style.css')
  const script = asset('live.js')
  server.get('/style.css', (_, reply) => reply.type('text/css').send(style))
  server.get('/live.js', (_, reply) => reply.type('text/javascript').send(script))

  server.get('/', async (_, reply) => {
    const [rows, registries] = await Promise.all([view.registrations(), view.registries()])
    const newest = rows.toSorted((a, b) => b.since.localeCompare(a.since))
    const list = (fits: (row: (typeof rows)[number]) => boolean) => {
      const found = newest.filter(fits)
      return { count: found.length, rows: found.slice(0, LISTED) }
    }
    const page = {
      site: view.site,
      version: view.version,
      sentence: sentence(rows, registries),
      needing: list(needsPerson),
      underWay: list(({ state }) => state === 'queued' || state === 'sending' || state === 'unknown'),
      waiting: list(({ state }) => state === 'waiting'),
      registered: list(({ state }) => state === 'registered'),
      registries,
      readiness: view.readiness(),
      stateWords,
      registryWords,
    }
    return reply.type('text/html; charset=utf-8').send(eta.render('status', page))
  })

  server.get<{ Params: { id: string } }>('/registrations/:id', async (request, reply) => {
    const story = await view.story(request.params.id)
    if (story === null) return refuse(reply, 404, 'there is no registration with this id')
    return reply
      .type('text/html; charset=utf-8')
      .send(eta.render('registration', { ...story, site: view.site, stateWords }))
  })

  server.get('/login', (_, reply) =>
    reply.type('text/html; charset=utf-8').send(eta.render('login', { site: view.site, wrong: false })),
  )
  server.post<{ Body: { token?: unknown } }>('/login', (request, reply) => {
    const given = request.body?.token
    if (token === null || typeof given !== 'string' || !same(given, token))
      return reply
        .code(401)
        .type('text/html; charset=utf-8')
        .send(eta.render('login', { site: view.site, wrong: true }))
    return reply
      .header('set-cookie', `runherald=${cookieOf(token)}; HttpOnly; SameSite=Strict; Path=/`)
      .redirect('/', 303)
  })
}
