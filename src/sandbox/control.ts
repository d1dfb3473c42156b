/** The sandbox's own pages under `/__sandbox`: what it holds, what it was asked, and what shall go wrong. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Faults, readFaultScript } from './faults.ts'
import { renderPage } from './page.ts'
import { loads } from './python-json.ts'
import { wholeBody } from './request-body.ts'
import type { Sandbox } from './sandbox.ts'

export async function serveControl(
  sandbox: Sandbox,
  faults: () => Faults,
  strict: boolean,
  target: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = `${request.method} ${target.pathname.replace(/\/$/, '')}`
  const { body, complete } = await wholeBody(request)
  if (!complete) return
  const foreign = request.headers.origin !== undefined && request.headers.origin !== sandbox.url
  const tell = (status: number, document: unknown): void =>
    send(response, status, 'application/json', `${JSON.stringify(document, null, 2)}\n`)
  if (request.method === 'POST' && foreign)
    return tell(403, { errors: ['Only pages of the sandbox itself may change it.'] })
  switch (call) {
    case 'GET ':
      response.writeHead(302, { Location: '/__sandbox' })
      response.end()
      return
    case 'GET /__sandbox':
      return send(response, 200, 'text/html; charset=utf-8', renderPage(sandbox, strict))
    case 'GET /__sandbox/state':
      return tell(200, sandbox.state())
    case 'GET /__sandbox/log': {
      const since = Number(target.searchParams.get('since') ?? 0)
      const newer = sandbox.log().filter((entry) => entry.seq > since)
      return tell(200, newer)
    }
    case 'GET /__sandbox/faults':
      return tell(200, faults().script)
    case 'POST /__sandbox/faults': {
      const read = readFaultScript(loads(Buffer.from(body).toString('utf8'))?.value)
      if (!read.ok) return tell(400, { errors: read.errors })
      sandbox.setFaults(read.script)
      return tell(200, { rules: read.script.rules.length })
    }
    case 'POST /__sandbox/reset':
      sandbox.reset()
      return tell(200, { reset: true })
    default:
      return tell(404, { errors: [`Nothing here. What the sandbox holds: ${sandbox.url}/__sandbox`] })
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  response.end(body)
}
