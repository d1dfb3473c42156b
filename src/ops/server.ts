/** The window of a running daemon: status page, JSON, metrics and health on one small HTTP server. */
import Fastify from 'fastify'
import { loggedError } from '../events.ts'
import { serveApi } from './api.ts'
import { guard, refuse } from './guard.ts'
import { readinessOf } from './health.ts'
import { serveMetrics } from './metrics.ts'
import { servePages } from './page.ts'
import type { View } from './view.ts'

/**
 * Serves `view` on an address. Without a token any address but loopback is refused. `fallBack`: where the port is taken,
 * a free one is used and told.
 */
export async function openWindow(
  view: View,
  options: { host: string; port: number; token: string | null; fallBack: boolean },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = Fastify({
    ...{ logger: false, forceCloseConnections: true, bodyLimit: 64 * 1024 },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  })
  const guarding = guard(server, options)
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  server.setNotFoundHandler((_, reply) => refuse(reply, 404, 'there is nothing here'))
  server.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) view.herald.emit('http.failed', { path: request.url, error: loggedError(error) })
    return refuse(
      reply,
      status,
      status < 500 ? error.message : 'the request could not be handled; the log says why',
    )
  })
  server.get('/healthz', async (_, reply) => reply.send({ alive: true }))
  server.get('/readyz', async (_, reply) => {
    const readiness = readinessOf(await view.health(), new Date())
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
  serveApi(server, view, guarding)
  serveMetrics(server, view)
  servePages(server, { view, guard: guarding, token: options.token })
  const listen = (port: number) => server.listen({ host: options.host, port })
  const url = await listen(options.port).catch((thrown: NodeJS.ErrnoException) => {
    if (!options.fallBack || thrown.code !== 'EADDRINUSE') throw thrown
    return listen(0)
  })
  return { url, close: () => server.close() }
}

/** No route of ours has a schema: without these, compilers for them would be loaded, and 3 MB with them. */
const noSchemas = () => () => {
  throw new Error('no route has a schema')
}
