/** One exchange with a registry: what counts as an answer, what may have arrived, and what never left. */
import { createHmac } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, test } from 'vitest'
import { createWire, type Exchanged } from '../../src/deliver/exchange.ts'
import type { Request } from '../../src/handovers.ts'
import { answer, fakeRegistry, listening, TOKEN } from './rig.ts'

const wire = createWire()
afterAll(() => wire.close())

const POST: Request = { method: 'POST', path: '/add', body: { a: 1 }, secrets: [] }
const NOW = new Date('2026-11-21T12:00:00.000Z')

const to = (url: string, timeoutSeconds = 5) => ({
  url,
  limits: { concurrency: 1, perSecond: 1, timeoutSeconds },
  secrets: async () => TOKEN,
})
const exchange = (url: string, request = POST, timeoutSeconds?: number): Promise<Exchanged> =>
  wire.exchange(to(url, timeoutSeconds), request, { id: 'reg-1', fresh: true, now: NOW })

/** A server below HTTP: it does with each connection what it is told. */
async function socketServer(serve: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  const { port, ...held } = await listening(server)
  return { url: `http://127.0.0.1:${port}`, ...held }
}

const afterRequest = (then: (socket: Socket) => void) => (socket: Socket) => {
  socket.once('data', () => then(socket))
}

describe('what ends without a complete answer may have arrived, once a byte has left', () => {
  test.for<[string, (socket: Socket) => void, says?: string]>([
    ['closed unread', (socket) => socket.end()],
    ['read, then reset', afterRequest((socket) => socket.resetAndDestroy())],
    ['read, then closed', afterRequest((socket) => socket.end())],
    ['read, then silence', afterRequest(() => {}), 'no complete answer within 0.4 s'],
    ['half a header', afterRequest((socket) => socket.end('HTTP/1.1 200 O'))],
    [
      'a body cut short',
      afterRequest((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"id')),
    ],
    [
      'a body that stalls',
      afterRequest((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{')),
      'no complete answer within 0.4 s',
    ],
    ['no HTTP at all', afterRequest((socket) => socket.end('220 smtp.example.org ready\r\n'))],
  ])('%s', async ([, serve, says = '']) => {
    await using server = await socketServer(serve)
    const detail = expect.stringContaining(says)
    expect(await exchange(server.url, POST, 0.4)).toMatchObject({ type: 'lost', detail })
  })

  test('an answer without end is cut off by its size', async () => {
    await using server = await socketServer(
      afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
        const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
        const pour = () => {
          while (!socket.destroyed && socket.write(chunk));
        }
        socket.on('drain', pour)
        pour()
      }),
    )
    const detail = expect.not.stringContaining('no complete answer within')
    expect(await exchange(server.url)).toMatchObject({ type: 'lost', detail })
  })
})

describe('what never left is told from it', () => {
  test('nobody listens', async () => {
    const server = await socketServer(() => {})
    await server[Symbol.asyncDispose]()
    expect(await exchange(server.url)).toEqual({
      type: 'not-sent',
      detail: expect.stringMatching(/^nothing answers at that address \(.*ECONNREFUSED/),
    })
  })

  test('no such host', async () => {
    expect(await exchange('http://registry.invalid')).toMatchObject({ type: 'not-sent' })
  })

  test('TLS that fails', async () => {
    await using server = await socketServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await exchange(server.url.replace('http:', 'https:'))).toMatchObject({ type: 'not-sent' })
  })

  test('TLS that never begins', async () => {
    await using server = await socketServer(() => {})
    expect(await exchange(server.url.replace('http:', 'https:'), POST, 0.4)).toMatchObject({
      type: 'not-sent',
    })
  })

  test('a secret that cannot be had', async () => {
    const secrets = async () => {
      throw new Error('ENOENT: no such file')
    }
    const request: Request = { ...POST, secrets: [{ in: 'body', name: 'token', secret: 'token' }] }
    const exchanged = await wire.exchange({ ...to('http://127.0.0.1:9'), secrets }, request, {
      ...{ id: 'reg-1', fresh: true, now: NOW },
    })
    expect(exchanged).toEqual({ type: 'no-secret', detail: 'ENOENT: no such file', pause: 'credentials' })
  })
})

test.for([201, 204, 301, 400, 401, 409, 429, 500, 503])(
  'a complete answer of %d is an answer',
  async (status) => {
    await using registry = await fakeRegistry()
    registry.next(
      answer(status, status === 204 ? '' : { told: status }, { location: '/elsewhere', 'X-Mixed': 'Case' }),
    )
    const exchanged = await exchange(registry.url)
    expect(exchanged).toMatchObject({ type: 'answer', answer: { status, headers: { 'x-mixed': 'Case' } } })
    expect(registry.heard).toHaveLength(1)
  },
)

describe('a request', () => {
  test('carries its body as JSON, says who asks for which registration, and has its secrets in their places', async () => {
    await using registry = await fakeRegistry()
    await exchange(registry.url, {
      ...POST,
      headers: { Authorization: 'Bearer ***' },
      body: { username: 'birm', token: '***', runs: [{ note: '*** stays' }] },
      secrets: [
        { in: 'body', name: 'token', secret: 'token' },
        { in: 'header', name: 'Authorization', secret: 'bearer' },
      ],
    })
    const [heard] = registry.heard
    expect(heard?.body).toEqual({ username: 'birm', token: TOKEN, runs: [{ note: '*** stays' }] })
    expect(heard?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'user-agent': 'runherald (reg-1)',
    })
  })

  test('is signed after Standard Webhooks', async () => {
    await using registry = await fakeRegistry()
    const secret = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`
    const signed: Request = {
      ...POST,
      headers: { 'webhook-signature': '***' },
      secrets: [{ in: 'header', name: 'webhook-signature', secret: 'signature' }],
    }
    await wire.exchange({ ...to(registry.url), secrets: async () => `${secret}\n` }, signed, {
      ...{ id: 'reg-1', fresh: true, now: NOW },
    })
    const hmac = createHmac('sha256', 'a secret of thirty-two bytes....')
      .update('reg-1.1795262400.{"a":1}')
      .digest('base64')
    expect(registry.heard[0]?.headers).toMatchObject({
      'webhook-id': 'reg-1',
      'webhook-timestamp': '1795262400',
      'webhook-signature': `v1,${hmac}`,
    })
  })

  test('that cannot be repeated never uses a connection that was used before', async () => {
    await using registry = await fakeRegistry()
    for (const _time of [1, 2]) await exchange(registry.url)
    expect(registry.heard.map(({ headers }) => headers.connection)).toEqual(['close', 'close'])
  })

  test('with two at once tells the fate of each', async () => {
    await using registry = await fakeRegistry()
    await using silent = await socketServer(afterRequest((socket) => socket.resetAndDestroy()))
    const [lost, dead, taken] = await Promise.all([
      exchange(silent.url),
      exchange('http://registry.invalid'),
      exchange(registry.url),
    ])
    expect([lost.type, dead.type, taken.type]).toEqual(['lost', 'not-sent', 'answer'])
  })
})

test('of an exchange that has its answer nothing is kept until its time would be over', async () => {
  await using server = await socketServer((socket) => {
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))
  })
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const exchanges = async (count: number) => {
    for (let done = 0; done < count; done++)
      await wire.exchange(to(server.url, 600), POST, { id: 'reg-1', fresh: false, now: NOW })
    gc()
    return process.memoryUsage().heapUsed
  }
  const before = await exchanges(200)
  expect((await exchanges(1000)) - before).toBeLessThan(2_000_000)
})
