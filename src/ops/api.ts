/** The JSON side of the window: registrations, registries, events as they come, and a person's acts. */
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Act } from '../handovers.ts'
import { STATES } from '../record/registration.ts'
import { refuse } from './guard.ts'
import type { View } from './view.ts'

const Resolve = z.discriminatedUnion('verdict', [
  z.strictObject({
    verdict: z.literal('registered'),
    remoteId: z.string().min(1).max(200).nullish(),
    reason: z.string().max(2000).nullish(),
  }),
  z.strictObject({ verdict: z.enum(['resend', 'abandon']), reason: z.string().trim().min(1).max(2000) }),
])
const Query = z.object({ state: z.enum(STATES).optional(), all: z.string().optional() })

export function serveApi(server: FastifyInstance, view: View): void {
  server.get('/api/registrations', async (request, reply) => {
    const query = Query.safeParse(request.query)
    if (!query.success) return refuse(reply, 400, 'state must be one of the states of a registration')
    const { state, all } = query.data
    return {
      registrations: await view.registrations({ ...(state && { state }), everyRevision: all !== undefined }),
    }
  })

  server.get<{ Params: { id: string } }>('/api/registrations/:id', async (request, reply) => {
    const story = await view.story(request.params.id)
    return story ?? refuse(reply, 404, 'there is no registration with this id')
  })

  server.get('/api/registries', async () => ({ registries: await view.registries() }))

  server.post<{ Params: { id: string } }>('/api/registrations/:id/retry', async (request, reply) =>
    answerAct(await view.act(request.params.id, { retry: true }, 'status page')).send(reply),
  )

  server.post<{ Params: { id: string } }>('/api/registrations/:id/resolve', async (request, reply) => {
    const body = Resolve.safeParse(request.body)
    if (!body.success)
      return refuse(
        reply,
        400,
        'the body must be {"verdict":"registered","remoteId":…} or {"verdict":"resend"|"abandon","reason":…}',
      )
    return answerAct(await view.act(request.params.id, toAct(body.data), 'status page')).send(reply)
  })

  server.get('/api/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write('retry: 2000\n\n')
    const stop = view.herald.subscribe(({ event, fields, level }) => {
      if (level !== 'debug') reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(fields)}\n\n`)
    })
    request.raw.on('close', stop)
  })
}

function toAct(body: z.infer<typeof Resolve>): Act {
  return body.verdict === 'registered'
    ? { resolve: 'registered', remoteId: body.remoteId ?? null, reason: body.reason ?? null }
    : { resolve: body.verdict, reason: body.reason }
}

const answerAct = (why: string | null) => ({
  send: (reply: Parameters<typeof refuse>[0]) =>
    why === null ? reply.code(200).send({ done: true }) : refuse(reply, 409, why),
})
