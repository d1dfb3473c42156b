/** `doctor`: each thing that would cost an operator an hour is found, with its fix. Real folders, Redis and registries. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { climb, type Lab, openLab } from '../rig/lab.ts'
import { startMailServer } from '../rig/mail-server.ts'

type Check = { id: string; what: string; result: string; found: string; fix: string | null; away: boolean }

let lab: Lab
beforeEach(async () => {
  lab = await openLab({ config: { site: { timeZone: 'Europe/London' } } })
  chmodSync(lab.state, 0o700)
})
afterEach(() => lab[Symbol.asyncDispose]())

/** Everything that is not fine, by its id, and the exit code. */
async function examined(settings: Partial<Lab['settings']> = {}) {
  Object.assign(lab.settings, settings)
  await lab.configure()
  const { stdout, code } = await lab.cli('doctor', '--json')
  const checks = (JSON.parse(stdout) as { checks: Check[] }).checks
  const wrong = checks.filter((one) => one.result !== 'fine')
  return { code, checks, wrong, ids: wrong.map((one) => `${one.result} ${one.id}`).toSorted() }
}

test('a deployment that is as it should be is green, and nothing is registered by asking', async () => {
  const { code, ids, checks } = await examined()
  expect({ code, ids }).toEqual({ code: 0, ids: [] })
  for (const id of [
    'node',
    'daemon',
    'state',
    'disk',
    'journal',
    'redis',
    'root',
    'secret',
    'registry',
    'credentials',
    'clock',
  ])
    expect(checks.map((one) => one.id)).toContain(id)
  expect(lab.sandbox.log().filter((one) => one.entry === 'commit')).toEqual([])
  const { stdout } = await lab.cli('doctor')
  expect(stdout).toContain('Everything is as it should be.')
  expect(stdout).not.toContain('sandbox-token')
})

test('a mail server is asked whether it lets us in, and nothing is sent: 69 where it is away', async () => {
  await using server = await startMailServer({ treatments: ['fine', 'cut'] })
  const mail = { server: server.url, from: 'runherald@example.org', to: ['a@example.org'] }
  const config = { site: { timeZone: 'Europe/London' }, notify: { mail } }
  const found = await examined({ config })
  expect(found).toMatchObject({ code: 0, ids: [] })
  expect(found.checks.map((one) => one.id)).toContain('mail')
  expect(await examined({ config })).toMatchObject({ code: 69, ids: ['error mail'] })
  expect(server.letters).toEqual([])
})

describe('registries', () => {
  test('that do not take the token give 1 and name the file to renew; the token is not shown', async () => {
    writeFileSync(join(lab.folder, 'token'), 'not-the-right-token\n', { mode: 0o600 })
    const { code, ids, wrong } = await examined()
    expect({ code, ids }).toEqual({ code: 1, ids: ['error credentials'] })
    expect(wrong[0]?.fix).toContain(join(lab.folder, 'token'))
    expect(JSON.stringify(wrong)).not.toContain('not-the-right-token')
  })

  test.for([
    ['where nothing listens', 'http://127.0.0.1:9', 'Nothing listens'],
    ['whose name is not known', 'https://registry.invalid', 'DNS'],
  ] as const)('%s give 69', async ([, url, hint]) => {
    const { code, ids, wrong } = await examined({ registries: [climb(lab.sandbox, { url })] })
    expect({ code, ids }).toEqual({ code: 69, ids: ['error registry'] })
    expect(wrong[0]?.fix).toContain(hint)
  })

  test('at the wrong address, where another kind answers, give 1 and name the two keys', async () => {
    const url = lab.sandbox.urlOf('onecodex-v1')
    const { code, wrong } = await examined({ registries: [climb(lab.sandbox, { url })] })
    expect(code).toBe(1)
    expect(wrong).toMatchObject([{ id: 'credentials', fix: expect.stringContaining('`url` and `kind`') }])
  })

  test('to which a token would go in the clear are warned about', async () => {
    const { ids } = await examined({ registries: [climb(lab.sandbox, { url: 'http://registry.invalid' })] })
    expect(ids).toEqual(['error registry', 'warning tls'])
  })

  test('and watched folders are missed with a warning where there are none', async () => {
    const config = { site: { timeZone: 'UTC' }, watch: [] }
    const { code, ids } = await examined({ registries: [], config })
    expect({ code, ids }).toEqual({ code: 0, ids: ['warning registry', 'warning watch'] })
  })

  test('whose clock is an hour off are warned about', async () => {
    await fetch(`${lab.sandbox.url}/__sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ rules: [{ match: {}, fault: { do: 'clock', hours: 1 } }] }),
    })
    const { code, ids } = await examined()
    expect({ code, ids }).toEqual({ code: 0, ids: ['warning clock'] })
  })

  test('that were paused are told with what releases them', async () => {
    await lab.start()
    await lab.cli('pause', 'climb')
    const { code, wrong } = await examined()
    expect(code).toBe(0)
    expect(wrong).toMatchObject([{ id: 'paused', fix: expect.stringContaining('runherald resume climb') }])
  })

  const openssl = spawnSync('openssl', ['version']).status === 0
  if (!openssl) console.log('There is no openssl here: an untrusted certificate is not tested.')
  test.skipIf(!openssl)(
    'with a certificate that nobody vouches for: the way to trust one is told; trusted, how soon it runs out',
    async () => {
      const [key, cert] = [join(lab.folder, 'key.pem'), join(lab.folder, 'cert.pem')]
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '3',
          ...subject,
          '-keyout',
          key,
          '-out',
          cert,
        ],
        { stdio: 'ignore' },
      )
      const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
        response.end('{}'),
      ).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `https://localhost:${(server.address() as AddressInfo).port}`
      const { code, wrong } = await examined({ registries: [climb(lab.sandbox, { url })] })
      process.env['NODE_EXTRA_CA_CERTS'] = cert
      const trusted = await examined()
      delete process.env['NODE_EXTRA_CA_CERTS']
      server.close()
      expect(trusted.ids).toContain('warning certificate')
      expect(code).toBe(69)
      expect(wrong).toMatchObject([{ id: 'registry', fix: expect.stringContaining('NODE_EXTRA_CA_CERTS') }])
    },
  )
})

describe('Redis', () => {
  /** A server of the operator's on a private socket, set up as said. */
  async function withRedis<T>(options: string[], work: (url: string) => Promise<T>): Promise<T> {
    const socket = join(lab.folder, 'redis.sock')
    const server = spawn(
      'redis-server',
      ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', lab.folder, ...options],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    try {
      await new Promise<void>((ready) => {
        server.stdout.on('data', (text) => String(text).includes('ready to accept connections') && ready())
      })
      return await work(`unix://${socket}`)
    } finally {
      const ended = once(server, 'exit')
      server.kill()
      await ended
    }
  }

  test.for([
    ['throws jobs away when it is full', ['--maxmemory-policy', 'allkeys-lru'], 'noeviction'],
    ['wants a password we do not have', ['--requirepass', 'redis-password'], 'redis.passwordFile'],
  ] as const)('that %s gives 1 and names the setting', async ([, options, hint]) => {
    const { code, wrong } = await withRedis([...options], (url) => examined({ config: { redis: { url } } }))
    expect(code).toBe(1)
    const redis = wrong.filter((one) => one.id === 'redis')
    expect(redis).toMatchObject([{ result: 'error', fix: expect.stringContaining(hint) }])
  })

  test('that takes our password is fine, and the password is not shown', async () => {
    const passwordFile = join(lab.folder, 'password')
    writeFileSync(passwordFile, 'redis-password\n', { mode: 0o600 })
    const { checks } = await withRedis(['--requirepass', 'redis-password'], (url) =>
      examined({ config: { redis: { url, passwordFile } } }),
    )
    expect(checks.find((one) => one.id === 'redis')?.result).toBe('fine')
    expect(JSON.stringify(checks)).not.toContain('redis-password')
  })

  test('that is away gives 69', async () => {
    const config = { site: { timeZone: 'UTC' }, redis: { url: 'redis://127.0.0.1:9' } }
    const { code, ids } = await examined({ config })
    expect({ code, ids }).toEqual({ code: 69, ids: ['error redis'] })
  })
})

describe('folders and files', () => {
  test('a watched folder that is missing is named: 1', async () => {
    rmSync(lab.runs, { recursive: true })
    const { code, wrong } = await examined()
    expect(code).toBe(1)
    expect(wrong).toMatchObject([{ id: 'root', found: `${lab.runs}: it does not exist` }])
    mkdirSync(lab.runs)
  })

  test('sheets that would be put away onto another file system are told: 1', async () => {
    symlinkSync('/proc', join(lab.sheets, 'done'))
    const { code, wrong } = await examined({ sheets: { finished: 'move' } })
    expect(code).toBe(1)
    expect(wrong).toMatchObject([{ id: 'put-away', found: expect.stringContaining('another file system') }])
    expect((await examined({ sheets: { finished: 'keep' } })).ids).toEqual([])
  })

  test('a token and a state folder that everybody may read are warned about', async () => {
    chmodSync(join(lab.folder, 'token'), 0o644)
    chmodSync(lab.state, 0o755)
    const { code, ids, wrong } = await examined()
    expect({ code, ids }).toEqual({ code: 0, ids: ['warning secret', 'warning state'] })
    expect(wrong.map((one) => one.fix)).toContain(`chmod o-rwx ${join(lab.folder, 'token')}`)
  })

  test('a token that several registries share is told once', async () => {
    chmodSync(join(lab.folder, 'token'), 0o644)
    const registries = ['climb', 'other'].map((name) => climb(lab.sandbox, { name }))
    const { ids, wrong, checks } = await examined({ registries })
    expect(ids).toEqual(['warning secret'])
    expect(wrong[0]).toMatchObject({ what: 'Secret of climb, other' })
    expect(checks.filter((one) => one.id === 'credentials')).toHaveLength(2)
  })

  test('half a daemon is told with the half that is missing', async () => {
    lab.spawn([], ['--watch-only'])
    await lab.event('daemon.started')
    const { code, checks } = await examined()
    expect(code).toBe(0)
    expect(checks.find((one) => one.id === 'daemon')?.found).toBe(
      'running with --watch-only; nothing is sent until: runherald run --work-only',
    )
  })

  test('a damaged journal gives 1 and names restore', async () => {
    await lab.start()
    await lab.end()
    truncateSync(join(lab.state, 'journal.sqlite'), 5000)
    const { code, wrong } = await examined()
    expect(code).toBe(1)
    expect(wrong).toMatchObject([{ id: 'journal', fix: expect.stringContaining('runherald restore FILE') }])
  })

  test('another daemon on the same folders, with a state of its own, is named; our own is not', async () => {
    await lab.start()
    await lab.event('root.first-scan')
    const { stdout } = await lab.cli('doctor', '--json', '--state-folder', join(lab.folder, 'other-state'))
    const { checks } = JSON.parse(stdout) as { checks: Check[] }
    expect(checks.find((one) => one.id === 'owners')).toMatchObject({
      result: 'error',
      found: expect.stringContaining(lab.runs),
    })
    expect(checks.find((one) => one.id === 'daemon')?.found).toContain('not running')
    const { checks: own } = await examined()
    expect(own.find((one) => one.id === 'daemon')?.found).toBe('running')
    expect(own.filter((one) => one.id === 'owners')).toEqual([])
  })
})

test('no zone for the clocks of instruments is a warning', async () => {
  const { code, ids } = await examined({ config: {} })
  expect({ code, ids }).toEqual({ code: 0, ids: ['warning time-zone'] })
})

test('checking certificates cannot be switched off unnoticed', async () => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  try {
    const { code, ids } = await examined()
    expect({ code, ids }).toEqual({ code: 1, ids: ['error tls'] })
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  }
})

/** Nobody listens on port 9 of a test machine; if somebody does, the tests that count on it say so. */
test('port 9 is closed here', async () => {
  const socket = createConnection(9, '127.0.0.1')
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
})
