/** A receiver that takes every POST, answers after so many milliseconds, and tells when each has arrived. */
import { createServer } from 'node:http'

const delayMs = Number(process.argv[2] ?? 0)
const tell = (event: string, fields: object) =>
  process.stdout.write(`${JSON.stringify({ event, ts: new Date().toISOString(), ...fields })}\n`)
/** Arrivals, told by GET: the text of each body, with when it came. */
const arrivals: Array<{ at: number; body: string }> = []

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(arrivals))
    return
  }
  const at = Date.now()
  const parts: Buffer[] = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    arrivals.push({ at, body: Buffer.concat(parts).toString() })
    const answer = () => {
      response.writeHead(202, { 'content-type': 'application/json' })
      response.end('{"taken":true}')
    }
    if (delayMs === 0) answer()
    else setTimeout(answer, delayMs)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  tell('listening', { url: `http://127.0.0.1:${address.port}` })
})
process.on('SIGTERM', () => process.exit(0))
