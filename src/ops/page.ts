/** The status page and the page of one registration: made on the server, readable and usable without script. */
import { readFileSync } from 'node:fs'
import { Eta } from 'eta'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Act } from '../decision.ts'
import { makeWords } from '../record/run.ts'
import { type Clock, createClock } from './clock.ts'
import { cookieOf, type Guard } from './guard.ts'
import { readStatus } from './status.ts'
import { storyOf } from './story.ts'
import type { View } from './view.ts'
import { adviceOn, ageWords, stateWords, toneOf } from './words.ts'

const asset = (name: string): string => readFileSync(new URL(`./pages/${name}`, import.meta.url), 'utf8')

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
type Form = Record<string, string | undefined>

export function servePages(server: FastifyInstance, context: Context): void {
  const { view, guard, token } = context
  const render = createRenderer(context)
  const files = { 'style.css': 'text/css', 'live.js': 'text/javascript' }
  for (const [name, type] of Object.entries(files)) {
    // What people read in the source is indented; the wire need not carry it.
    const content = asset(name).replaceAll(/^ +/gm, '')
    server.get(`/${name}`, (_, reply) => reply.type(type).send(content))
  }

  server.get<{ Querystring: Form }>('/', async ({ query }, reply) => {
    const moment = clocked(view)
    const kiosk = query['kiosk'] !== undefined
    const status = await readStatus(view, moment.clock, moment.now, { wall: kiosk })
    return render(reply, 'status', moment, { ...status, kiosk, done: DONE.get(query['done'] ?? '') })
  })

  server.get<{ Params: { id: string }; Querystring: Form }>(
    '/registrations/:id',
    async ({ params, query }, reply) => {
      const story = await view.journal.story(params.id)
      if (story === null) return message(reply, 404, 'There is no registration with this id.')
      const content = { ...storyOf(story), done: DONE.get(query['done'] ?? '') }
      return render(reply, 'registration', clocked(view), content)
    },
  )

  server.post<{ Params: { id: string }; Body: Form }>('/registrations/:id/retry', async (request, reply) =>
    acted(request, reply, 'retry', await view.act(request.params.id, { retry: true }, guard.who(request))),
  )
  server.post<{ Params: { id: string }; Body: Form }>(
    '/registrations/:id/resolve',
    async (request, reply) => {
      const act = actOf(request.body)
      if (typeof act === 'string') return message(reply, 400, act)
      return acted(request, reply, act.resolve, await view.act(request.params.id, act, guard.who(request)))
    },
  )
  for (const act of ['pause', 'resume'])
    server.post<{ Params: { name: string }; Body: Form }>(
      `/registries/:name/${act}`,
      async (request, reply) =>
        acted(
          request,
          reply,
          act,
          await view.setPaused(request.params.name, act === 'pause', guard.who(request)),
        ),
    )

  server.get('/login', (_, reply) => render(reply, 'login', clocked(view), { wrong: null }))
  server.post<{ Body: Form | undefined }>('/login', (request, reply) => {
    const is = guard.login(request.body?.['token'] ?? '', request.ip)
    if (is === 'right' && token !== null)
      return reply
        .header('set-cookie', `runherald=${cookieOf(token)}; HttpOnly; SameSite=Strict; Path=/`)
        .redirect('/', 303)
    const wrong =
      is === 'wrong' ? 'This is not the token.' : 'Too many wrong tokens. Wait a minute and try again.'
    return render(reply.code(is === 'wrong' ? 401 : 429), 'login', clocked(view), { wrong })
  })
  server.post('/logout', (_, reply) =>
    reply
      .header('set-cookie', 'runherald=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0')
      .redirect('/login', 303),
  )

  const message = (reply: FastifyReply, status: number, text: string) =>
    render(reply.code(status), 'message', clocked(view), { text })

  /** Back to the page it was done on; or why it could not be. */
  const acted = (request: FastifyRequest, reply: FastifyReply, done: string, why: string | null) =>
    why === null
      ? reply.redirect(`${cameFrom(request)}?done=${done}`, 303)
      : message(reply, why.startsWith('there is no') ? 404 : 409, `Not possible: ${why}.`)
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

type Moment = { clock: Clock; now: Date }

const clocked = (view: View): Moment => {
  const now = new Date()
  return { clock: createClock(view.timeZone, now), now }
}

/** Fills a page, with what all pages know at hand. */
function createRenderer({ view, guard, token }: Context) {
  const eta = new Eta({ views: new URL('./pages', import.meta.url).pathname, cache: true, autoEscape: true })
  return (reply: FastifyReply, page: string, { clock, now }: Moment, content: object) => {
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

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)
