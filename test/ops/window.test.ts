/** The window as programs and browsers without script meet it: every route over a real server and a real journal. */
import { get } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { DaemonHealth } from '../../src/daemon.ts'
import { accepted, following, healthy, lost, openRig, planOf, type Rig, refused, registered } from './rig.ts'

const TOKEN = 'a-long-token-of-the-laboratory'
const NOW = new Date('2026-11-21T12:00:00.000Z')

const held = (rig: Rig) => registered(rig.journal, { name: 'run-held' }, { at: NOW, outcome: lost })

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
  })

const form = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })

/** The token that stands in the forms of a page. */
async function formTokenOf(url: string): Promise<string> {
  const page = await (await fetch(url)).text()
  return /name="form" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

async function problemOf(answer: Response) {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const body = (await answer.json()) as { status: number; title: string; detail: string; type: string }
  expect(body).toMatchObject({ status: answer.status, type: 'about:blank' })
  expect(body.title).not.toBe('')
  return body
}

/** A request whose Host header is of our choosing, which fetch does not allow. */
const statusFor = (url: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) =>
    get(`${url}/api/registrations`, { headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject),
  )

describe('registrations as JSON', () => {
  test('are listed as `ls --json` lists them, without the key that is ours alone', async () => {
    await using rig = await openRig()
    const id = await registered(
      rig.journal,
      { name: 'run-1', library: 'LIB-1', path: '/data/run-1' },
      { at: NOW, outcome: accepted('20261121-1') },
    )
    const answer = await fetch(`${rig.url}/api/registrations`)
    expect(await answer.json()).toEqual({
      registrations: [
        {
          ...{ id, registry: 'climb', kind: 'majora-2020-03-25' },
          subject: { type: 'run', name: 'run-1', library: 'LIB-1', path: '/data/run-1' },
          ...{ revision: 1, state: 'registered', reason: null, since: '2026-11-21T12:00:00.800Z' },
          ...{ nextTry: null, attempts: 1, remoteIds: { run: '20261121-1' } },
        },
      ],
    })
  })

  test('are narrowed by state, registry and time', async () => {
    await using rig = await openRig()
    await held(rig)
    await registered(rig.journal, { name: 'batch', type: 'batch', registry: 'onecodex' }, { at: new Date() })
    const names = async (query: string) => {
      const answer = await fetch(`${rig.url}/api/registrations?${query}`)
      const { registrations } = (await answer.json()) as {
        registrations: Array<{ subject: { name: string } }>
      }
      return registrations.map((one) => one.subject.name)
    }
    expect(await names('')).toEqual(['run-held', 'batch'])
    expect(await names('state=held')).toEqual(['run-held'])
    expect(await names('registry=onecodex')).toEqual(['batch'])
    expect(await names('since=2026-11-21T13:00:00Z')).toEqual(['batch'])
    await rig.journal.plan(
      [planOf({ name: 'batch', type: 'batch', registry: 'onecodex', body: { more: 1 } })],
      new Date(),
    )
    expect(await names('')).toEqual(['run-held', 'batch'])
    expect((await names('all')).toSorted()).toEqual(['batch', 'batch', 'run-held'])
    // A stream has no end to wait for.
    expect((await fetch(`${rig.url}/api/events`, { method: 'HEAD' })).status).toBe(200)
    expect(await names('since=1h')).toEqual(['batch'])
    expect(await names('since=2026-11-19')).toEqual(['run-held', 'batch'])
    expect((await problemOf(await fetch(`${rig.url}/api/registrations?since=2026-02-31`))).status).toBe(400)
    expect((await problemOf(await fetch(`${rig.url}/api/registrations?state=mislaid`))).status).toBe(400)
  })

  test('one is told whole, with its attempts, their answers and its events, and no key anywhere', async () => {
    await using rig = await openRig()
    const id = await registered(
      rig.journal,
      { name: 'run-1' },
      { at: NOW, outcome: refused('no such biosample') },
    )
    const answer = await fetch(`${rig.url}/api/registrations/${id}`)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({
      registration: { id, state: 'refused', reason: 'by-registry' },
      revisions: [{ revision: 1, submission: { mapped: { request: { method: 'POST' } } } }],
      attempts: [{ outcome: 'refused', detail: 'no such biosample', answer: { status: 200 } }],
      receipt: null,
    })
    expect(text).not.toContain('"key"')
  })

  test('one that is not there is a problem document of status 404', async () => {
    await using rig = await openRig()
    expect((await problemOf(await fetch(`${rig.url}/api/registrations/none`))).status).toBe(404)
    expect((await problemOf(await fetch(`${rig.url}/nowhere`))).status).toBe(404)
  })
})

describe('a person acts', () => {
  test('by the API: tries again, and the journal and the log keep who', async () => {
    await using rig = await openRig()
    const resolved = following(rig, 'registration.resolved')
    const id = await registered(rig.journal, { name: 'run-1' }, { at: NOW, outcome: refused('not yet') })
    const answer = await post(`${rig.url}/api/registrations/${id}/retry`, {})
    expect(answer.status).toBe(200)
    const story = await rig.journal.story(id)
    expect(story?.registration.state).toBe('queued')
    expect(story?.events.at(-1)).toMatchObject({ who: 'HTTP API at 127.0.0.1' })
    await resolved.times(1)
    expect(resolved.seen).toMatchObject([{ fields: { who: 'HTTP API at 127.0.0.1' } }])
    expect(rig.acted()).toBe(1)
  })

  test.for([
    [{ verdict: 'registered', remoteId: 'R-9' }, 'registered'],
    [{ verdict: 'resend' }, 'queued'],
    [{ verdict: 'abandon', reason: 'the run was repeated' }, 'abandoned'],
  ] as const)('by the API: gives the verdict %j', async ([body, state]) => {
    await using rig = await openRig()
    const id = await held(rig)
    expect((await post(`${rig.url}/api/registrations/${id}/resolve`, body)).status).toBe(200)
    expect((await rig.journal.story(id))?.registration.state).toBe(state)
  })

  test.for([
    [{ verdict: 'registered', remoteId: 'R-9' }, 'registered', 'done=registered'],
    [{ verdict: 'resend', reason: 'it is not there' }, 'queued', 'done=resend'],
    [{ verdict: 'abandon', reason: 'the run was repeated' }, 'abandoned', 'done=abandon'],
  ] as const)('by a form of the page without script: %j', async ([fields, state, done]) => {
    await using rig = await openRig()
    const id = await held(rig)
    const answer = await form(`${rig.url}/registrations/${id}/resolve`, {
      ...fields,
      form: await formTokenOf(rig.url),
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toContain(done)
    const story = await rig.journal.story(id)
    expect(story?.registration.state).toBe(state)
    expect(story?.events.at(-1)?.who).toBe('status page at 127.0.0.1')
  })

  test('what cannot be done is said, and nothing is done', async () => {
    await using rig = await openRig()
    const id = await held(rig)
    const told = await (await fetch(`${rig.url}/registrations/${id}`)).text()
    expect(told).toContain('Look in the registry: is it there?')
    const refusal = await problemOf(await post(`${rig.url}/api/registrations/${id}/retry`, {}))
    expect(refusal).toMatchObject({ status: 409, detail: expect.stringContaining('twice') })
    for (const body of [{}, { verdict: 'abandon', reason: ' ' }, { verdict: 'else' }])
      expect((await problemOf(await post(`${rig.url}/api/registrations/${id}/resolve`, body))).status).toBe(
        400,
      )
    expect((await problemOf(await post(`${rig.url}/api/registrations/none/retry`, {}))).status).toBe(404)
    const page = await form(`${rig.url}/registrations/${id}/resolve`, {
      ...{ verdict: 'abandon', reason: '' },
      form: await formTokenOf(rig.url),
    })
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('Please give a reason')
    expect((await rig.journal.story(id))?.registration.state).toBe('held')
  })

  test('a registry is paused and resumed, in the journal with who, and by nobody twice', async () => {
    await using rig = await openRig()
    const told = following(rig, 'registry.paused', 'registry.opened')
    expect((await post(`${rig.url}/api/registries/climb/pause`, {})).status).toBe(200)
    expect((await problemOf(await post(`${rig.url}/api/registries/climb/pause`, {}))).status).toBe(409)
    expect((await problemOf(await post(`${rig.url}/api/registries/other/pause`, {}))).status).toBe(404)
    const { registries } = (await (await fetch(`${rig.url}/api/registries`)).json()) as {
      registries: Array<Record<string, unknown>>
    }
    expect(registries.map((one) => [one['name'], one['kind'], one['state'], one['reason']])).toEqual([
      ['climb', 'majora-2020-03-25', 'paused', 'operator'],
      ['onecodex', 'onecodex-v1', 'open', null],
    ])
    const resumed = await form(`${rig.url}/registries/climb/resume`, { form: await formTokenOf(rig.url) })
    expect(resumed.status).toBe(303)
    const events = (await rig.journal.events(0)).filter((one) => one.registry === 'climb')
    expect(events.map((one) => [one.event, one.who])).toEqual([
      ['registry.paused', 'HTTP API at 127.0.0.1'],
      ['registry.opened', 'status page at 127.0.0.1'],
    ])
    await told.times(2)
    expect(told.seen.map(({ event }) => event)).toEqual(['registry.paused', 'registry.opened'])
  })

  test('never by GET', async () => {
    await using rig = await openRig()
    const id = await held(rig)
    for (const path of [
      `/api/registrations/${id}/retry`,
      `/api/registrations/${id}/resolve`,
      `/registrations/${id}/retry`,
      '/registries/climb/pause',
      '/api/registries/climb/pause',
      '/logout',
    ])
      expect((await fetch(`${rig.url}${path}`)).status).toBe(404)
    expect((await rig.journal.story(id))?.registration.state).toBe('held')
  })
})

describe('the guard', () => {
  test('another web page reaches nothing: foreign names, foreign origins, simple requests', async () => {
    await using rig = await openRig()
    const id = await held(rig)
    const { host } = new URL(rig.url)
    expect(await statusFor(rig.url, host)).toBe(200)
    expect(await statusFor(rig.url, 'localhost:1')).toBe(200)
    for (const name of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])
      expect(await statusFor(rig.url, name)).toBe(421)
    const resolve = `${rig.url}/api/registrations/${id}/resolve`
    const body = { verdict: 'abandon', reason: 'because' }
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
      expect((await problemOf(await post(resolve, body, { origin }))).status).toBe(403)
    expect((await problemOf(await post(resolve, body, { 'sec-fetch-site': 'cross-site' }))).status).toBe(403)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await problemOf(await post(resolve, body, { 'content-type': type }))).status).toBe(415)
    expect((await rig.journal.story(id))?.registration.state).toBe('held')
    expect((await post(resolve, body, { origin: rig.url })).status).toBe(200)
  })

  test('a form acts only with the token of a page of this daemon', async () => {
    await using rig = await openRig()
    await using other = await openRig()
    const id = await held(rig)
    await held(other)
    const url = `${rig.url}/registrations/${id}/resolve`
    const fields = { verdict: 'abandon', reason: 'because' }
    expect((await problemOf(await form(url, fields))).status).toBe(403)
    const foreign = await formTokenOf(other.url)
    expect(foreign).not.toBe('')
    expect((await problemOf(await form(url, { ...fields, form: foreign }))).status).toBe(403)
    const own = { ...fields, form: await formTokenOf(rig.url) }
    expect((await post(url, own)).status).toBe(415)
    expect((await problemOf(await form(url, own, { origin: 'https://evil.example' }))).status).toBe(403)
    expect((await rig.journal.story(id))?.registration.state).toBe('held')
  })

  test('with a token, nothing is told without it', async () => {
    await using rig = await openRig({ token: TOKEN })
    const id = await held(rig)
    const paths = [
      ...['/', `/registrations/${id}`, '/api/registrations', `/api/registrations/${id}`, '/api/registries'],
      ...['/api/events', '/metrics', '/healthz', '/readyz', '/nowhere'],
    ]
    for (const path of paths)
      for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'runherald=wrong' }]) {
        const answer = await fetch(`${rig.url}${path}`, { headers })
        expect(await problemOf(answer)).toMatchObject({ status: 401, detail: 'a token is required' })
      }
    expect((await problemOf(await post(`${rig.url}/api/registrations/${id}/retry`, {}))).status).toBe(401)
    const answer = await fetch(`${rig.url}/api/registrations`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    expect(answer.status).toBe(200)
  })

  test('a person logs in by cookie, acts, and is known by it in the journal', async () => {
    await using rig = await openRig({ token: TOKEN })
    const id = await held(rig)
    const asked = await fetch(rig.url, { headers: { accept: 'text/html' }, redirect: 'manual' })
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/login'])
    const wrong = await form(`${rig.url}/login`, { token: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).toContain('This is not the token')
    const right = await form(`${rig.url}/login`, { token: TOKEN })
    const cookie = right.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^runherald=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(cookie).not.toContain(TOKEN)
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    const page = await (await fetch(rig.url, { headers })).text()
    const formToken = /name="form" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const fields = { verdict: 'abandon', reason: 'because', form: formToken }
    expect((await form(`${rig.url}/registrations/${id}/resolve`, fields, headers)).status).toBe(303)
    expect((await rig.journal.story(id))?.events.at(-1)?.who).toBe('status page at 127.0.0.1, with the token')
  })

  test('tokens are not guessed for long', async () => {
    await using rig = await openRig({ token: TOKEN })
    const answers: number[] = []
    for (let guess = 0; guess < 25; guess++)
      answers.push((await form(`${rig.url}/login`, { token: `guess ${guess}` })).status)
    expect(answers).toContain(429)
  })

  test('without a token no address but loopback is served', async () => {
    await expect(openRig({ host: '0.0.0.0' })).rejects.toThrow('needs a token')
    await expect(openRig({ token: '' })).rejects.toThrow('an empty token')
  })

  test('every answer forbids scripts of others, framing, guessing of types and keeping', async () => {
    await using rig = await openRig()
    for (const path of ['/', '/api/registrations', '/metrics', '/nowhere', '/style.css']) {
      const { headers } = await fetch(`${rig.url}${path}`)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })
})

describe('happenings', () => {
  test('come as they happen, each with its name and fields', async () => {
    await using rig = await openRig()
    const answer = await fetch(`${rig.url}/api/events`)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (wanted: string) => {
      while (!text.includes(wanted)) text += (await reader?.read())?.value ?? ''
    }
    await until('retry: 2000')
    rig.herald.emit('root.scanned', { root: '/data', folders: 1, sheets: 0, tookMs: 3 })
    rig.herald.emit('registry.opened', { registry: 'climb' })
    await until('"climb"')
    expect(text).toContain('event: registry.opened\ndata: {"registry":"climb"}\n\n')
    expect(text).not.toContain('root.scanned')
    await reader?.cancel()
  })
})

describe('health', () => {
  test('it is alive and ready while everything works', async () => {
    await using rig = await openRig()
    expect((await fetch(`${rig.url}/healthz`)).status).toBe(200)
    const ready = await fetch(`${rig.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, reasons: [] }])
  })

  const root = healthy().roots[0]
  const withRoot = (more: Partial<DaemonHealth['roots'][number]>): DaemonHealth => ({
    ...healthy(),
    roots: root === undefined ? [] : [{ ...root, ...more }],
  })
  test.for<[string, DaemonHealth]>([
    ['root-away', withRoot({ away: { name: 'Error', code: 'ENOENT', message: 'no such file' } })],
    ['root-not-scanned', withRoot({ scannedOnce: false, lastSweep: null })],
    ['scan-stale', withRoot({ lastSweep: new Date(Date.now() - 3600_000) })],
    ['redis-away', { ...healthy(), redis: { redis: 'away', awaySince: new Date() } }],
  ])('it is not ready, and says why: %s', async ([code, health]) => {
    await using rig = await openRig({ health: () => health })
    const answer = await fetch(`${rig.url}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ ready: false, reasons: [{ code, detail: expect.any(String) }] })
    expect((await fetch(`${rig.url}/healthz`)).status).toBe(200)
    expect(await (await fetch(rig.url)).text()).toContain('Not everything works')
  })

  test('it is not ready while another program keeps the journal from being written', async () => {
    await using rig = await openRig()
    const other = new DatabaseSync(join(rig.folder, 'journal.sqlite'))
    other.exec('BEGIN IMMEDIATE')
    const answer = await fetch(`${rig.url}/readyz`)
    other.close()
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({
      ready: false,
      reasons: [
        { code: 'journal-not-writable', detail: 'The journal cannot be written: database is locked' },
      ],
    })
  })
})

describe('metrics', () => {
  test('tell registrations, registries, roots, Redis, the journal and what happened, in base units', async () => {
    await using rig = await openRig()
    await held(rig)
    await rig.journal.openRegistry('climb', 'probe', NOW)
    await registered(rig.journal, { name: 'run-2' }, { at: NOW, outcome: accepted('2') })
    await rig.journal.pauseRegistry('onecodex', 'credentials', 'HTTP 401', NOW)
    rig.herald.emit('registration.registered', {
      ...{ registration: 'x', registry: 'climb', subject: 'run-2', attempt: 1, adopted: false },
      ...{ remoteIds: {}, tookMs: 250 },
    })
    rig.herald.emit('root.scanned', { root: '/data/illumina', folders: 7, sheets: 0, tookMs: 40 })
    const answer = await fetch(`${rig.url}/metrics`)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    const text = await answer.text()
    for (const line of [
      'runherald_registrations{registry="climb",state="held"} 1',
      'runherald_registrations{registry="climb",state="registered"} 1',
      'runherald_registrations{registry="onecodex",state="held"} 0',
      'runherald_registry_paused{registry="onecodex",reason="credentials"} 1',
      'runherald_registry_paused{registry="climb",reason="credentials"} 0',
      'runherald_registry_paused{registry="onecodex",reason="operator"} 0',
      'runherald_root_up{root="/data/illumina"} 1',
      'runherald_root_entries{root="/data/illumina",type="run-folder"} 7',
      'runherald_root_scan_duration_seconds_sum{root="/data/illumina"} 0.04',
      'runherald_redis_up 1',
      'runherald_journal_writable 1',
      'runherald_ready 1',
      'runherald_deliveries_total{registry="climb",outcome="registered"} 1',
      'runherald_delivery_duration_seconds_sum{registry="climb"} 0.25',
      'runherald_events_total{event="registry.opened",level="info"} 0',
      'runherald_build_info{version="0.1.0"} 1',
    ])
      expect(text).toContain(`\n${line}\n`)
    expect(text).toMatch(/runherald_registration_oldest_seconds\{registry="climb",state="held"\} \d{2,}/)
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((one) => one[1])
    expect(names.filter((name) => !name?.startsWith('runherald_'))).toEqual([])
  })
})

test('a plan and its waiting are shown in words, and hostile names stay text', async () => {
  await using rig = await openRig()
  const name = '<script>alert(1)</script>"\'&'
  await rig.journal.plan([planOf({ name, waitingFor: ['sheet'], path: `/data/${name}` })], NOW)
  const page = await (await fetch(rig.url)).text()
  expect(page).not.toContain('<script>alert')
  expect(page).toContain('Waiting for a sample sheet')
  expect(await (await fetch(`${rig.url}/?done=constructor`)).text()).not.toContain('native code')
  const [row] = await rig.journal.registrations()
  const one = await (await fetch(`${rig.url}/registrations/${row?.id}`)).text()
  expect(one).not.toContain('<script>alert')
})
