/**
 * The ways to a registry, with real sockets: through the proxy of the environment, with an authority of the lab's own,
 * past certificates that are wrong, and never along a redirect. Each in a process of its own, since Node reads both
 * settings at its start.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer as httpServer, type IncomingMessage } from 'node:http'
import { createServer as httpsServer } from 'node:https'
import { connect, createServer as netServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { destinationOf, lab, listening, NEITHER, planOf, TOKEN } from './rig.ts'

const run = promisify(execFile)
const NAME = 'registry.test'

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    console.log('skipped: no openssl here to make certificates with')
    return false
  }
})()

type Certificate = { key: string; cert: string; path: string }
let folder = ''
const certificates = new Map<string, Certificate>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runherald-'))
  if (!hasOpenssl) return
  for (const [name, host, end] of [
    ['right', NAME, '20991231235959Z'],
    ['of another host', 'other.test', '20991231235959Z'],
    ['expired', NAME, '20200102000000Z'],
  ] as const)
    certificates.set(name, await certificate(name, host, end))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('through a proxy', () => {
  test('a registry with an ordinary address is reached as the environment says', async () => {
    await using registry = await http()
    await using proxy = await proxyTo(registry.port)
    const exchanged = await exchange(`http://${NAME}`, { HTTP_PROXY: proxy.url })
    expect(exchanged).toMatchObject({ type: 'answer', answer: { status: 200 } })
    expect(registry.heard).toEqual([{ token: TOKEN }])
    expect(proxy.asked.join()).toContain(NAME)
  })

  test.skipIf(!hasOpenssl)('TLS goes through it unread', async () => {
    await using registry = await https('right')
    await using proxy = await proxyTo(registry.port)
    const exchanged = await exchange(`https://${NAME}`, { HTTPS_PROXY: proxy.url, ...trusting('right') })
    expect(exchanged).toMatchObject({ type: 'answer', answer: { status: 200 } })
    expect(proxy.asked).toEqual([`CONNECT ${NAME}:443`])
    expect(proxy.read).not.toContain(TOKEN)
  })

  test.for([502, 407])('what refuses the way with %d has let no byte through', async (status) => {
    await using registry = await http()
    await using proxy = await proxyTo(registry.port, { refuses: status })
    const exchanged = await exchange(`https://${NAME}`, { HTTPS_PROXY: proxy.url })
    expect(exchanged).toMatchObject({ type: 'not-sent' })
    expect(registry.heard).toEqual([])
  })

  test('nobody listens there: nothing was sent', async () => {
    expect(await exchange(`https://${NAME}`, { HTTPS_PROXY: 'http://127.0.0.1:9' })).toMatchObject({
      type: 'not-sent',
    })
  })

  test.skipIf(!hasOpenssl)('a tunnel that breaks after the request has left is lost', async () => {
    await using registry = await https('right', { answers: false })
    await using proxy = await proxyTo(registry.port)
    const exchanged = await exchange(`https://${NAME}`, { HTTPS_PROXY: proxy.url, ...trusting('right') })
    expect(registry.heard).toHaveLength(1)
    expect(exchanged).toMatchObject({ type: 'lost' })
  })

  test('NO_PROXY leaves a registry out, and a registry on this machine is never asked through it', async () => {
    await using registry = await http()
    await using proxy = await proxyTo(registry.port)
    const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }
    expect(await exchange(`http://${NAME}`, { ...env, NO_PROXY: NAME })).toMatchObject({ type: 'not-sent' })
    expect(await exchange(`http://127.0.0.1:${registry.port}`, env)).toMatchObject({ type: 'answer' })
    expect(proxy.asked).toEqual([])
  })
})

describe.skipIf(!hasOpenssl)('a certificate', () => {
  test.for([
    ['nobody here trusts', 'right', {}, /self.signed|SELF_SIGNED/i],
    ['is of another host', 'of another host', 'of another host', /altnames|ERR_TLS_CERT_ALTNAME/i],
    ['has expired', 'expired', 'expired', /expired|CERT_HAS_EXPIRED/i],
  ] as const)('that %s: nothing is sent, and the detail says why', async ([, name, trusted, why]) => {
    await using registry = await https(name)
    await using proxy = await proxyTo(registry.port)
    const trust = typeof trusted === 'string' ? trusting(trusted) : {}
    const exchanged = await exchange(`https://${NAME}`, { HTTPS_PROXY: proxy.url, ...trust })
    expect(exchanged).toEqual({ type: 'not-sent', detail: expect.stringMatching(why) })
    expect(registry.heard).toEqual([])
  })

  test('that nobody here trusts pauses the registry, and holds nothing', async () => {
    await using registry = await https('right')
    await using here = await lab([destinationOf({ url: `https://127.0.0.1:${registry.port}` })])
    await here.plan(planOf({ traits: NEITHER }))
    await here.until(
      'registry.paused',
      ({ reason, detail }) => reason === 'away' && /self.signed/i.test(String(detail)),
    )
    expect(await here.row()).toMatchObject({ state: 'queued' })
    expect(registry.heard).toEqual([])
  })

  test('of the lab’s own authority is trusted with NODE_EXTRA_CA_CERTS', async () => {
    await using registry = await https('right')
    await using proxy = await proxyTo(registry.port)
    const exchanged = await exchange(`https://${NAME}`, { HTTPS_PROXY: proxy.url, ...trusting('right') })
    expect(exchanged).toMatchObject({ type: 'answer', answer: { status: 200 } })
  })
})

test.for([301, 302, 303, 307, 308])(
  'a redirect with %d is an answer, and where it points hears nothing',
  async (status) => {
    await using elsewhere = await http()
    await using registry = await http({ status, location: `http://127.0.0.1:${elsewhere.port}/add` })
    expect(await exchange(`http://127.0.0.1:${registry.port}`)).toMatchObject({
      type: 'answer',
      answer: { status },
    })
    expect(registry.heard).toHaveLength(1)
    expect(elsewhere.heard).toEqual([])
  },
)

/** One exchange in a process with this environment: a POST with the token in its body. */
async function exchange(url: string, env: Record<string, string> = {}): Promise<unknown> {
  const script = `
    import { createWire } from ${JSON.stringify(new URL('../../src/deliver/exchange.ts', import.meta.url).href)}
    const wire = createWire()
    const to = { url: ${JSON.stringify(url)}, limits: { concurrency: 1, perSecond: 1, timeoutSeconds: 5 }, secrets: async () => ${JSON.stringify(TOKEN)} }
    const request = { method: 'POST', path: '/add', body: { token: '***' }, secrets: [{ in: 'body', name: 'token', secret: 'token' }] }
    const { kept, mask, ...exchanged } = await wire.exchange(to, request, { id: 'reg-1', fresh: true, now: new Date() })
    console.log(JSON.stringify(exchanged))
    await wire.close()`
  const { PATH = '' } = process.env
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH, ...env },
  })
  return JSON.parse(stdout)
}

const trusting = (name: string): Record<string, string> => ({
  NODE_EXTRA_CA_CERTS: certificates.get(name)?.path ?? '',
})

/** A certificate that vouches for itself, as `openssl ca` makes one that may have ended in the past. */
async function certificate(name: string, host: string, end: string): Promise<Certificate> {
  const at = (ending: string) => join(folder, `${name.replaceAll(' ', '-')}.${ending}`)
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder })
  await openssl(
    ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${host}`],
    ...['-keyout', at('key'), '-out', at('csr')],
  )
  await writeFile(at('index'), '')
  const settings = [
    ...['[ca]', 'default_ca=own'],
    ...[
      '[own]',
      `database=${at('index')}`,
      `new_certs_dir=${folder}`,
      'rand_serial=yes',
      'default_md=sha256',
    ],
    ...['policy=any', 'x509_extensions=ext'],
    ...['[any]', 'commonName=supplied'],
    ...['[ext]', `subjectAltName=DNS:${host}`, 'basicConstraints=CA:true'],
  ]
  await writeFile(at('cnf'), settings.map((line) => `${line}\n`).join(''))
  await openssl(
    ...['ca', '-batch', '-selfsign', '-notext', '-config', at('cnf'), '-in', at('csr')],
    ...['-keyfile', at('key'), '-out', at('pem'), '-startdate', '20200101000000Z', '-enddate', end],
  )
  const read = (ending: string) => readFile(at(ending), 'utf8')
  return { key: await read('key'), cert: await read('pem'), path: at('pem') }
}

type Told = { status?: number; location?: string; answers?: boolean }

const http = (told: Told = {}) => heardBy((handle) => httpServer(handle), told)
const https = (name: string, told: Told = {}) => {
  const { key, cert } = certificates.get(name) ?? { key: '', cert: '' }
  return heardBy((handle) => httpsServer({ key, cert }, handle), told)
}

/** A registry that keeps the bodies it was sent, and answers 200, or as it is told, or not at all. */
async function heardBy(
  make: (handle: Parameters<typeof httpServer>[1] & object) => Server,
  { status = 200, location, answers = true }: Told,
) {
  const heard: unknown[] = []
  const server = make(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    heard.push(JSON.parse(Buffer.concat(chunks).toString()))
    if (!answers) request.socket.destroy()
    else response.writeHead(status, location === undefined ? {} : { location }).end('{}')
  })
  server.on('tlsClientError', () => {})
  return { ...(await listening(server)), heard }
}

/** A proxy that leads every name to one port of this machine. */
async function proxyTo(port: number, { refuses }: { refuses?: number } = {}) {
  const asked: string[] = []
  const proxy = { asked, read: '' }
  const server = netServer((client) => {
    client.on('error', () => {})
    client.once('data', (first: Buffer) => {
      const [line = ''] = first.toString('latin1').split('\r\n')
      asked.push(line.split(' ').slice(0, 2).join(' '))
      if (refuses !== undefined) return client.end(`HTTP/1.1 ${refuses} No\r\ncontent-length: 0\r\n\r\n`)
      const upstream: Socket = connect(port, '127.0.0.1')
      upstream.on('error', () => client.destroy())
      upstream.on('close', () => client.destroy())
      client.on('close', () => upstream.destroy())
      client.on('data', (chunk: Buffer) => {
        proxy.read += chunk.toString('latin1')
      })
      if (line.startsWith('CONNECT')) client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      else upstream.write(first)
      client.pipe(upstream).pipe(client)
    })
  })
  const { port: own, [Symbol.asyncDispose]: dispose } = await listening(server)
  return Object.assign(proxy, { url: `http://127.0.0.1:${own}`, [Symbol.asyncDispose]: dispose })
}
