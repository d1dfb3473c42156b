/** The JSON side of the window: registrations, registries, events as they come, and a person's acts. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import type { Act } from '../decision.ts'
import { STATES } from '../record/registration.ts'
import { type Guard, refuse } from './guard.ts'
import { shownRow, shownStory } from './shown.ts'
import { instantSince } from './since.ts'
import type { View } from './view.ts'

const Reason = z.string().trim().min(1).max(2000)
const Resolve = z.discriminatedUnion('verdict', [
  z.strictObject({
    verdict: z.literal('registered'),
    remoteId: z.string().trim().min(1).max(200).nullish(),
    reason: Reason.nullish(),
  }),
  z.strictObject({ verdict: z.literal('resend'), reason: Reason.nullish() }),
  z.strictObject({ verdict: z.literal('abandon'), reason: Reason }),
])
const Query = z.object({
  state: z.enum(STATES).optional(),
  registry: z.string().max(200).optional(),
  since: z.string().max(100).optional(),
  all: z.string().optional(),
})

type One = { Params: { id: string } }

export function serveApi(server: FastifyInstance, view: View, { who }: Guard): void {
  server.get('/api/registrations', async (request, reply) => {
    const filter = filterOf(request.query)
    if (filter === null)
      return refuse(
        reply,
        400,
        `state is one of ${STATES.join(', ')}; since is 7d, 12h, 2026-01-31 or 2026-01-31T12:00:00Z`,
      )
    return { registrations: (await view.journal.registrations(filter)).map(shownRow) }
  })

  server.get<One>('/api/registrations/:id', async (request, reply) => {
    const story = await view.journal.story(request.params.id)
    return story === null ? refuse(reply, 404, 'there is no registration with this id') : shownStory(story)
  })

  server.get('/api/registries', async () => ({ registries: await view.registries() }))

  server.post<One>('/api/registrations/:id/retry', async (request, reply) =>
    answer(reply, await view.act(request.params.id, { retry: true }, who(request))),
  )

  server.post<One>('/api/registrations/:id/resolve', async (request, reply) => {
    const body = Resolve.safeParse(request.body)
    if (!body.success)
      return refuse(
        reply,
        400,
        'the body must be {"verdict":"registered","remoteId":…}, {"verdict":"resend"} or {"verdict":"abandon","reason":…}',
      )
    return answer(reply, await view.act(request.params.id, toAct(body.data), who(request)))
  })

  for (const paused of [true, false])
    server.post<{ Params: { name: string } }>(
      `/api/registries/:name/${paused ? 'pause' : 'resume'}`,
      async (request, reply) =>
        answer(reply, await view.setPaused(request.params.name, paused, who(request))),
    )

  serveEvents(server, view)
}

/** Null where it is not understood. */
function filterOf(asked: unknown) {
  const query = Query.safeParse(asked)
  const from = query.data?.since === undefined ? undefined : instantSince(query.data.since, new Date())
  if (!query.success || from === null) return null
  const { state, registry, all } = query.data
  return {
    ...(state && { state }),
    ...(registry && { registry }),
    ...(from && { since: from }),
    everyRevision: all !== undefined,
  }
}

/** A comment now and then keeps what lies between from closing a connection that is only quiet. */
const QUIET_MS = 20_000
/** A reader this far behind is not reading; it comes back and sees the present state. */
const BEHIND_BYTES = 1024 * 1024

function serveEvents(server: FastifyInstance, { herald }: View): void {
  server.get('/api/events', (request, reply) => {
    if (request.method === 'HEAD') return reply.type('text/event-stream').send()
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/event-stream' } as Record<
      string,
      string
    >)
    raw.write('retry: 2000\n\n')
    const quiet = setInterval(() => raw.write(':\n\n'), QUIET_MS)
    const stop = herald.subscribe(({ event, fields, level }) => {
      // The page shows what is planned and what is on its way, of which the log tells only on request.
      if (level !== 'debug' || event.startsWith('registration.'))
        raw.write(`event: ${event}\ndata: ${JSON.stringify(fields)}\n\n`)
      if (raw.writableLength > BEHIND_BYTES) raw.destroy()
    })
    request.raw.on('close', () => {
      clearInterval(quiet)
      stop()
    })
  })
}

function toAct(body: z.infer<typeof Resolve>): Act {
  switch (body.verdict) {
    case 'registered':
      return { resolve: 'registered', remoteId: body.remoteId ?? null, reason: body.reason ?? null }
    case 'resend':
      return { resolve: 'resend', reason: body.reason ?? 'it is not there' }
    case 'abandon':
      return { resolve: 'abandon', reason: body.reason }
  }
}

const answer = (reply: FastifyReply, why: string | null) =>
  why === null ? { done: true } : refuse(reply, why.startsWith('there is no') ? 404 : 409, why)
