/** The status page and the page of one registration: made on the server, readable and usable without script. */
import { readFileSync } from 'node:fs'
import { Eta } from 'eta'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Act } from '../decision.ts'
import { makeWords } from '../record/run.ts'
import { createClock } from './clock.ts'
import { cookieOf, type Guard } from './guard.ts'
import { readStatus } from './status.ts'
import { storyOf } from './story.ts'
import type { View } from './view.ts'
import { adviceOn, ageWords, stateWords, toneOf } from './words.ts'

/** What is said above a page after an act. */
const DONE = new Map([
  ['retry', 'It is queued again.'],
  ['registered', 'It is taken as registered.'],
  ['resend', 'It will be sent again.'],
  ['abandon', 'It is given up.'],
  ['pause', 'The registry is paused. What is on the wire still ends.'],
  ['resume', 'The registry is open again.'],
])

type Context = { view: View; guard: Guard; token: string | null }
type Pages = Context & { render: Renderer }
type Form = Record<string, string | undefined>

export function servePages(server: FastifyInstance, context: Context): void {
  const pages = { ...context, render: createRenderer(context) }
  serveFiles(server)
  serveReading(server, pages)
  serveActs(server, pages)
  serveLogin(server, pages)
}

function serveFiles(server: FastifyInstance): void {
  for (const [name, type] of Object.entries({ 'style.css': 'text/css', 'live.js': 'text/javascript' })) {
    // What people read in the source is indented; the wire need not carry it.
    const content = readFileSync(new URL(`./pages/${name}`, import.meta.url), 'utf8').replaceAll(/^ +/gm, '')
    server.get(`/${name}`, (_, reply) => reply.type(type).send(content))
  }
}

function serveReading(server: FastifyInstance, { view, render }: Pages): void {
  server.get<{ Querystring: Form }>('/', async ({ query }, reply) => {
    const moment = momentOf(view)
    const kiosk = query['kiosk'] !== undefined
    const status = await readStatus(view, moment.clock, moment.now, { wall: kiosk })
    return render(reply, 'status', { ...status, kiosk, done: DONE.get(query['done'] ?? '') }, moment)
  })
  server.get<{ Params: { id: string }; Querystring: Form }>(
    '/registrations/:id',
    async ({ params, query }, reply) => {
      const story = await view.journal.story(params.id)
      if (story === null)
        return render(reply.code(404), 'message', { text: 'There is no registration with this id.' })
      return render(reply, 'registration', { ...storyOf(story), done: DONE.get(query['done'] ?? '') })
    },
  )
}

function serveActs(server: FastifyInstance, { view, guard, render }: Pages): void {
  /** Back to the page it was done on; or why it could not be. */
  const acted = (request: FastifyRequest, reply: FastifyReply, done: string, why: string | null) =>
    why === null
      ? reply.redirect(`${cameFrom(request)}?done=${done}`, 303)
      : render(reply.code(why.startsWith('there is no') ? 404 : 409), 'message', {
          text: `Not possible: ${why}.`,
        })

  server.post<{ Params: { id: string }; Body: Form }>('/registrations/:id/retry', async (request, reply) =>
    acted(request, reply, 'retry', await view.act(request.params.id, { retry: true }, guard.who(request))),
  )
  server.post<{ Params: { id: string }; Body: Form }>(
    '/registrations/:id/resolve',
    async (request, reply) => {
      const act = actOf(request.body)
      if (typeof act === 'string') return render(reply.code(400), 'message', { text: act })
      return acted(request, reply, act.resolve, await view.act(request.params.id, act, guard.who(request)))
    },
  )
  for (const act of ['pause', 'resume'])
    server.post<{ Params: { name: string }; Body: Form }>(
      `/registries/:name/${act}`,
      async (request, reply) => {
        const why = await view.setPaused(request.params.name, act === 'pause', guard.who(request))
        return acted(request, reply, act, why)
      },
    )
}

function serveLogin(server: FastifyInstance, { guard, token, render }: Pages): void {
  server.get('/login', (_, reply) => render(reply, 'login', { wrong: null }))
  server.post<{ Body: Form | undefined }>('/login', (request, reply) => {
    const is = guard.login(request.body?.['token'] ?? '', request.ip)
    if (is === 'right' && token !== null)
      return reply
        .header('set-cookie', `runherald=${cookieOf(token)}; HttpOnly; SameSite=Strict; Path=/`)
        .redirect('/', 303)
    const wrong =
      is === 'wrong' ? 'This is not the token.' : 'Too many wrong tokens. Wait a minute and try again.'
    return render(reply.code(is === 'wrong' ? 401 : 429), 'login', { wrong })
  })
  server.post('/logout', (_, reply) =>
    reply
      .header('set-cookie', 'runherald=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0')
      .redirect('/login', 303),
  )
}

function actOf({ verdict, remoteId, reason = '' }: Form): Exclude<Act, { retry: true }> | string {
  const because = reason.trim().slice(0, 2000)
  if (verdict === 'registered')
    return {
      resolve: 'registered',
      remoteId: remoteId?.trim().slice(0, 200) || null,
      reason: because || null,
    }
  if (verdict !== 'resend' && verdict !== 'abandon') return 'Say what is to become of it.'
  return because === ''
    ? 'Please give a reason: it is kept with the registration.'
    : { resolve: verdict, reason: because }
}

/** The path of our page that sent a form. */
function cameFrom({ headers }: FastifyRequest): string {
  const from = URL.parse(headers.referer ?? '')
  return from?.host === headers.host && from?.pathname.startsWith('/registrations/') ? from.pathname : '/'
}

const momentOf = (view: View) => {
  const now = new Date()
  return { clock: createClock(view.timeZone, now), now }
}

/** Fills a page, with what all pages know at hand. */
function createRenderer({ view, guard, token }: Context) {
  const eta = new Eta({ views: new URL('./pages', import.meta.url).pathname, cache: true, autoEscape: true })
  return (reply: FastifyReply, page: string, content: object, { clock, now } = momentOf(view)) => {
    const time = (instant: string): string =>
      `<time datetime="${escaped(instant.slice(0, 16))}Z" title="${clock.utc(instant)}">${clock.local(instant)}</time>`
    const common = {
      ...{ site: view.site, version: view.version, zone: clock.zone, kiosk: false, done: null },
      ...{ utc: clock.utc, now: now.toISOString(), formToken: guard.formToken, isGuarded: token !== null },
      ...{ stateWords, toneOf, adviceOn, makeWords, time, age: (instant: string) => ageWords(instant, now) },
    }
    return reply.type('text/html; charset=utf-8').send(eta.render(page, { ...common, ...content }))
  }
}

type Renderer = ReturnType<typeof createRenderer>

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)
