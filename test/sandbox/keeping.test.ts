/** What the sandbox keeps in writing, finds again, and shows. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kinds } from '../../src/sandbox/index.ts'
import {
  apiKey,
  batch,
  call,
  credentials,
  library,
  libraryAdd,
  postJson,
  register,
  runOf0325,
  runOfMajora2,
  runsIn,
  sequencingAdd,
  sequencingGet,
  signed,
  uuid,
} from './call.ts'
import { commits, openSandbox, openWithLibrary, sandbox } from './rig.ts'

describe('what the log keeps', () => {
  test('request, commit and answer are entries of their own, in sequence', async () => {
    const url = await openWithLibrary('majora-2020-03-25')
    await postJson(url + sequencingAdd, runsIn('LIB-A', runOf0325(uuid), runOf0325(uuid)))
    const log = sandbox.log()
    expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(log.map(({ entry }) => entry)).toEqual([
      'request',
      'commit',
      'answer',
      'request',
      'commit',
      'commit',
      'answer',
    ])
    expect(log[4]).toMatchObject({
      request: 4,
      kind: 'majora-2020-03-25',
      type: 'run',
      effect: 'created',
      name: uuid,
      identity: { library_name: 'LIB-A', sequencing_id: uuid },
      payload: runOf0325(uuid),
    })
    expect(log[1]).toMatchObject({ payload: { biosamples: [{ central_sample_id: 'BIRM-1' }] } })
  })

  test('no credential of any kind is in it, in the state, or on the page', async () => {
    const secrets = ['canary-token', 'canary-client-secret', 'canary-refresh']
    await openSandbox({
      token: 'canary-token',
      oauth: { clientSecret: 'canary-client-secret', refreshToken: 'canary-refresh' },
    })
    const own = { ...credentials, token: 'canary-token' }
    const two = sandbox.urlOf('majora-2')
    await postJson(two + libraryAdd, { ...library('LIB-A'), ...own })
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'sandbox-client',
      client_secret: 'canary-client-secret',
      refresh_token: 'canary-refresh',
    })
    const granted = await call(`${two}/o/token/`, { body: form.toString() })
    const bearer = { authorization: `Bearer ${JSON.parse(granted.body).access_token}` }
    secrets.push(JSON.parse(granted.body).access_token, JSON.parse(granted.body).refresh_token)
    await postJson(two + sequencingAdd, { ...runsIn('LIB-A', runOfMajora2('RUN-1')), ...own }, bearer)
    await call(two + sequencingAdd, { body: '{"username": "sandbox", "token": "canary-token",}' })
    const key = { 'x-api-key': 'canary-token' }
    await postJson(sandbox.urlOf('onecodex-v1') + register, batch('b', ['ABCDEFGHIJ']), key)
    await postJson(sandbox.urlOf('webhook'), { run: 1 }, signed('e', { run: 1 }, 'canary-token'))
    expect(commits()).toHaveLength(4)
    const page = await call(`${sandbox.url}/__sandbox`, { method: 'GET' })
    const shown = JSON.stringify([sandbox.log(), sandbox.state()]) + page.body
    for (const secret of secrets) expect(shown.includes(secret)).toBe(false)
  })

  test('an identical repeat commits nothing where the real server changes nothing', async () => {
    const two = await openWithLibrary('majora-2')
    await postJson(two + libraryAdd, library('LIB-A'))
    expect(commits()).toHaveLength(1)
  })
})

describe('a state file', () => {
  test('lets a sandbox that was killed and started anew answer as if nothing had been', async () => {
    const stateFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'commits.jsonl')
    const two = await openWithLibrary('majora-2', { stateFile })
    const first = await postJson(two + sequencingAdd, runsIn('LIB-A', runOfMajora2('RUN-1')))
    await postJson(sandbox.urlOf('onecodex-v1') + register, batch('plate 1', ['ABCDEFGHIJ']), apiKey)
    await postJson(sandbox.urlOf('majora-2020-03-25') + libraryAdd, library('LIB-B'))
    const before = sandbox.state()
    await sandbox.close()
    writeFileSync(stateFile, `${readFileSync(stateFile, 'utf8')}{"seq": 99, "kind": "maj`)

    await openSandbox({ stateFile })
    expect(sandbox.state()).toEqual(before)
    expect(commits()).toHaveLength(4)
    const again = await postJson(
      sandbox.urlOf('majora-2') + sequencingAdd,
      runsIn('LIB-A', runOfMajora2('RUN-1')),
    )
    expect(JSON.parse(again.body).updated[0]).toEqual(JSON.parse(first.body).new[0])
    const other = await postJson(
      sandbox.urlOf('majora-2') + sequencingAdd,
      runsIn('LIB-A', runOfMajora2('RUN-2')),
    )
    const ids = [first, other].map(({ body }) => JSON.parse(body).new[0][1])
    expect(new Set(ids).size).toBe(2)

    sandbox.reset()
    expect(readFileSync(stateFile, 'utf8')).toBe('')
    expect(sandbox.state()['majora-2']).toEqual({ libraries: [], runs: [] })
    rmSync(join(stateFile, '..'), { recursive: true })
  })

  test('the same requests to a fresh sandbox give the same identifiers', async () => {
    const bodies: string[] = []
    for (const _ of [1, 2]) {
      const url = await openWithLibrary('majora-2')
      bodies.push((await postJson(url + sequencingAdd, runsIn('LIB-A', runOfMajora2('RUN-1')))).body)
    }
    expect(bodies[0]).toBe(bodies[1])
  })
})

describe('its own pages', () => {
  test('show what each registry holds, in plain HTML that runs nothing', async () => {
    await openSandbox({ strict: true })
    const name = '<script>alert("x")</script>'
    await postJson(sandbox.urlOf('webhook'), {}, signed(name, {}))
    const page = await call(`${sandbox.url}/__sandbox`, { method: 'GET' })
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    for (const kind of kinds) expect(page.body).toContain(sandbox.urlOf(kind))
    expect(page.body).toContain('&lt;script&gt;alert')
    expect(page.body).not.toContain('<script')
    expect(page.body).toContain('everything the documents refuse is refused')
  })

  test('give state and log as JSON, the log from any place on', async () => {
    await openSandbox()
    await postJson(sandbox.urlOf('majora-2020-03-25') + libraryAdd, library('LIB-A'))
    const read = async (path: string): Promise<unknown> =>
      JSON.parse((await call(sandbox.url + path, { method: 'GET' })).body)
    expect(await read('/__sandbox/state')).toEqual(JSON.parse(JSON.stringify(sandbox.state())))
    expect(await read('/__sandbox/log')).toEqual(JSON.parse(JSON.stringify(sandbox.log())))
    expect(await read('/__sandbox/log?since=2')).toMatchObject([{ seq: 3, entry: 'answer' }])
  })

  test('take a fault script and a reset at run time, and refuse them from foreign pages', async () => {
    await openSandbox()
    const control = `${sandbox.url}/__sandbox`
    const script = { rules: [{ fault: { do: 'status', status: 503 } }] }
    expect((await postJson(`${control}/faults`, script)).status).toBe(200)
    const url = sandbox.urlOf('majora-2') + sequencingGet
    expect((await postJson(url, credentials)).status).toBe(503)
    const wrong = await postJson(`${control}/faults`, { rules: [{ fault: { do: 'statsu' } }] })
    expect(wrong.status).toBe(400)
    expect(JSON.parse(wrong.body).errors).toEqual([expect.stringMatching(/^rules\[0\]\.fault\.do: /)])
    expect((await postJson(`${control}/faults`, {}, { origin: 'http://evil.example' })).status).toBe(403)
    expect((await postJson(`${control}/reset`, {})).status).toBe(200)
    expect(sandbox.log()).toMatchObject([{ entry: 'reset' }])
    expect((await call(`${sandbox.url}/nowhere`, { method: 'GET' })).status).toBe(404)
  })
})
