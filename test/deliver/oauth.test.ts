/** Tokens of OAuth2 against the sandbox's own token endpoint, where every refresh token works once. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createWire } from '../../src/deliver/exchange.ts'
import { createOAuth, type OAuth } from '../../src/deliver/oauth.ts'
import { type FaultScript, type Sandbox, startSandbox } from '../../src/sandbox/index.ts'

const wire = createWire()
afterAll(() => wire.close())

const HOUR_MS = 3_600_000
const TOKEN = '/o/token/'

async function desk(faults: FaultScript['rules'] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'runherald-'))
  const sandbox: Sandbox = await startSandbox({ faults: { rules: faults } })
  const file = (name: string) => join(folder, name)
  await writeFile(file('id'), 'sandbox-client')
  await writeFile(file('secret'), 'sandbox-client-secret')
  await writeFile(file('refresh'), 'sandbox-refresh-token')
  const made = {
    folder,
    sandbox,
    now: new Date(),
    keptIn: join(folder, 'oauth', 'today.json'),
    /** As the daemon makes it at each start. */
    open: (): OAuth =>
      createOAuth({
        registry: 'today',
        tokenUrl: `${sandbox.urlOf('majora-2')}${TOKEN}`,
        files: { clientId: file('id'), clientSecret: file('secret'), refreshToken: file('refresh') },
        read: (path) => readFile(path, 'utf8'),
        keptIn: made.keptIn,
        post: (url, form) => wire.post(url, form, 5),
        now: () => made.now,
      }),
    /** How often a token was asked for. */
    asked: () => sandbox.log().filter((one) => one.entry === 'request' && one.path === TOKEN).length,
    kept: async () => JSON.parse(await readFile(made.keptIn, 'utf8')) as Record<string, string>,
    async [Symbol.asyncDispose]() {
      await sandbox.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return made
}

test('a token is fetched once, kept for its owner alone, and used until it ends', async () => {
  await using at = await desk()
  const oauth = at.open()
  const first = await oauth.bearer()
  expect(first).toMatch(/^sandbox-access-/)
  expect((await stat(at.keptIn)).mode & 0o777).toBe(0o600)
  expect((await stat(join(at.folder, 'oauth'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(at.folder, 'oauth'))).toEqual(['today.json'])
  expect(await at.kept()).toMatchObject({ accessToken: first, refreshToken: 'sandbox-refresh-token.1' })
  expect(await oauth.bearer()).toBe(first)
  expect(at.asked()).toBe(1)
  at.now = new Date(at.now.getTime() + 11 * HOUR_MS)
  expect(await oauth.bearer()).not.toBe(first)
  expect(await at.kept()).toMatchObject({ refreshToken: 'sandbox-refresh-token.2' })
})

test('twenty who ask at once share one request', async () => {
  await using at = await desk()
  const oauth = at.open()
  const all = await Promise.all(Array.from({ length: 20 }, () => oauth.bearer()))
  expect(new Set(all).size).toBe(1)
  expect(at.asked()).toBe(1)
})

test('after a restart the kept pair goes on; the spent token in the file is not tried', async () => {
  await using at = await desk()
  const first = await at.open().bearer()
  expect(await at.open().bearer()).toBe(first)
  expect(at.asked()).toBe(1)
  at.now = new Date(at.now.getTime() + 11 * HOUR_MS)
  expect(await at.open().bearer()).not.toBe(first)
  expect(await at.kept()).toMatchObject({ refreshToken: 'sandbox-refresh-token.2' })
})

test('one that the registry refused is renewed, though it has not ended', async () => {
  await using at = await desk()
  const oauth = at.open()
  const first = await oauth.bearer()
  oauth.doubt()
  const second = await oauth.bearer()
  expect(second).not.toBe(first)
  expect(await oauth.bearer()).toBe(second)
  expect(at.asked()).toBe(2)
})

test('a new pair that cannot be kept is not used, and not lost', async () => {
  await using at = await desk()
  // A file stands where the folder belongs.
  await writeFile(join(at.folder, 'oauth'), '')
  const oauth = at.open()
  await expect(oauth.bearer()).rejects.toMatchObject({
    pause: 'away',
    message: expect.stringContaining(at.keptIn),
  })
  await expect(oauth.bearer()).rejects.toMatchObject({ pause: 'away' })
  await rm(join(at.folder, 'oauth'))
  const token = await oauth.bearer()
  expect(await at.kept()).toMatchObject({ accessToken: token, refreshToken: 'sandbox-refresh-token.1' })
  expect(at.asked()).toBe(1)
})

describe('a refresh token that is spent', () => {
  test('says what a person must do, and goes on by itself with the new one', async () => {
    await using at = await desk()
    await at.open().bearer()
    await rm(at.keptIn)
    const oauth = at.open()
    await expect(oauth.bearer()).rejects.toMatchObject({
      pause: 'credentials',
      message: expect.stringMatching(/today .*consent once more.*\/refresh$/),
    })
    const message = await oauth.bearer().catch((thrown: Error) => thrown.message)
    expect(message).not.toMatch(/sandbox-(refresh|client|access)/)
    await writeFile(join(at.folder, 'refresh'), 'sandbox-refresh-token.1')
    expect(await oauth.bearer()).toMatch(/^sandbox-access-/)
  })

  test('is noticed where the answer with its successor was lost', async () => {
    await using at = await desk([
      { match: { path: TOKEN }, times: 1, fault: { do: 'reset', at: 'after-commit' } },
    ])
    const oauth = at.open()
    await expect(oauth.bearer()).rejects.toMatchObject({ pause: 'away' })
    await expect(oauth.bearer()).rejects.toMatchObject({ pause: 'credentials' })
  })
})

test.for<[string, FaultScript['rules'][number]['fault'], string]>([
  ['503', { do: 'status', status: 503 }, 'away'],
  ['a log-in page', { do: 'html' }, 'away'],
  ['a redirect', { do: 'redirect', status: 307 }, 'answers-changed'],
  ['404', { do: 'status', status: 404 }, 'answers-changed'],
  ['a cut answer', { do: 'truncated-json' }, 'away'],
])('%s in place of a token pauses the registry as %s would elsewhere', async ([, fault, pause]) => {
  await using at = await desk([{ match: { path: TOKEN }, times: 1, fault }])
  await expect(at.open().bearer()).rejects.toMatchObject({ pause })
  expect(at.asked()).toBe(1)
})

test('a client that the registry does not know names both its files', async () => {
  await using at = await desk()
  await writeFile(join(at.folder, 'secret'), 'another')
  await expect(at.open().bearer()).rejects.toMatchObject({
    pause: 'credentials',
    message: expect.stringMatching(/\/id and .*\/secret$/),
  })
})

test('a registry that is away is away, and nothing is spent', async () => {
  await using at = await desk()
  const oauth = at.open()
  await at.sandbox.close()
  await expect(oauth.bearer()).rejects.toMatchObject({ pause: 'away' })
})
