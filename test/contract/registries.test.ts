/** What every kind of registry keeps to, whatever it speaks. */
import { describe, expect, test } from 'vitest'
import type { Answer, Json, Request } from '../../src/handovers.ts'
import type { SubjectType } from '../../src/record/registration.ts'
import { InstrumentMake } from '../../src/record/run.ts'
import { registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import { casesOf } from '../registries/fixtures.ts'
import { asBatch, asLibrary, asRun, NOW, sent, settings } from '../registries/subjects.ts'

const kinds: Array<[string, Registry]> = Object.entries(registries)
const subjects = { library: asLibrary(), run: asRun(), batch: asBatch() }
const types: SubjectType[] = ['library', 'run', 'batch']
const answer = (status: number, headers: Answer['headers'] = {}, body = ''): Answer => ({
  status,
  headers,
  body,
})
const html = '<!doctype html><title>Sign in</title>'

describe.for(kinds)('%s', ([kind, registry]) => {
  const cases = casesOf(kind)
  const judged = cases.filter((one) => one.answer !== undefined)
  const type = registry.takes.subjects[0] ?? 'run'
  const mapped = registry.map(subjects[type], settings(), NOW)
  if (!mapped.ok) throw new Error(`${kind} refuses the ordinary ${type}`)
  const judge = (given: Answer) =>
    registry.judge(sent(subjects[type], mapped.value), given, { earlierUnknown: false })

  test.for(cases.map((one) => [one.name, one] as const))('%s: is sent as it stands there', ([, one]) => {
    const made = registry.map(deepFrozen(one.subject), one.settings, new Date(one.now))
    expect(made).toMatchObject({ ok: true })
    if (!made.ok) return
    const { warnings, ...rest } = made.value
    const { request, claims, prerequisite } = one
    expect({ ...rest, warnings: warnings.map((warning) => warning.code) }).toEqual({
      request,
      claims,
      prerequisite,
      warnings: one.warnings,
    })
    // The order of members is part of the bytes, and so of the hash that tells a change.
    expect(JSON.stringify(made.value.request.body)).toBe(JSON.stringify(request.body))
    expectHonestRequest(made.value.request)
  })

  test.for(judged.map((one) => [one.name, one] as const))('%s: is judged as it stands there', ([, one]) => {
    const made = registry.map(one.subject, one.settings, new Date(one.now))
    if (!made.ok || one.answer === undefined) throw new Error('an answer to nothing')
    const history = { earlierUnknown: one.earlierUnknown ?? false }
    expect(registry.judge(sent(one.subject, made.value), one.answer, history)).toEqual(one.verdict)
  })

  test.for(types)('takes a %s, or says with a problem that it does not', (one) => {
    const made = registry.map(subjects[one], settings(), NOW)
    expect(made.ok).toBe(registry.takes.subjects.includes(one))
    if (!made.ok) expect(made.error.map((it) => it.code)).toEqual(['registry.subject-not-taken'])
  })

  test.runIf(registry.takes.subjects.includes('run')).for(InstrumentMake.options)(
    'takes a run of %s, or says with a problem that it does not',
    (make) => {
      const made = registry.map(asRun({ instrumentMake: make }), settings(), NOW)
      expect(made.ok).toBe(registry.takes.makes.includes(make))
      if (made.ok) return
      expect(made.error.map((one) => one.code)).toEqual(['registry.make-not-taken'])
      expect(made.error[0]?.found).toContain(make)
      expect(made.error[0]?.fix).toContain('when.make')
    },
  )

  test('refuses defaults that it does not know', () => {
    expect(registry.settings.defaults.safeParse({}).success).toBe(true)
    expect(registry.settings.defaults.safeParse({ library_colour: 'blue' }).success).toBe(false)
  })

  test('wants its secret by file, and no other member of auth', () => {
    const tokenFile = '/etc/runherald/token'
    const isEnough = registry.settings.auth.safeParse({ tokenFile }).success
    if (kind.startsWith('majora')) expect(isEnough).toBe(false)
    const username = isEnough ? {} : { username: 'birm' }
    const auth = { ...username, tokenFile }
    expect(registry.settings.auth.safeParse(auth).success).toBe(true)
    expect(registry.settings.auth.safeParse({ ...auth, token: 'abc' }).success).toBe(false)
    expect(registry.settings.auth.safeParse(username).success).toBe(false)
  })

  test.for([
    [401, 'credentials'],
    [403, 'credentials'],
    [407, 'credentials'],
    [301, 'answers-changed'],
    [302, 'answers-changed'],
    [307, 'answers-changed'],
    [308, 'answers-changed'],
    [404, 'answers-changed'],
    [405, 'answers-changed'],
  ] as const)('%i pauses the registry, whatever the body: %s', ([status, reason]) => {
    for (const body of ['', html, '{}'])
      expect(judge(answer(status, { location: 'https://elsewhere.example.org/' }, body))).toMatchObject({
        is: 'pause',
        reason,
      })
  })

  test.for([500, 502, 504, 408, 520])('%i leaves the outcome unknown', (status) => {
    for (const body of ['', html, '{}'])
      expect(judge(answer(status, {}, body))).toMatchObject({ is: 'unknown', pause: 'away' })
  })

  test('503 is a delay only where a repeat does no harm', () => {
    const verdict = judge(answer(503, { 'retry-after': '7' }))
    const { busyIsSafe, repeatable } = registry.traits(type)
    expect(verdict).toMatchObject(busyIsSafe ? { is: 'try-later', afterSeconds: 7 } : { is: 'unknown' })
    expect(busyIsSafe).toBe(repeatable)
  })

  test('429 is a delay everywhere', () => {
    expect(judge(answer(429, { 'retry-after': '3600' }))).toMatchObject({
      is: 'try-later',
      because: 'busy',
      afterSeconds: 3600,
    })
  })

  test.runIf(kind !== 'webhook').for(['', html, '{}', '[]', 'null', '{"errors":0}', '{"success":tru'])(
    '200 with %j is unknown, and pauses the registry',
    (body) => {
      expect(judge(answer(200, {}, body))).toMatchObject({ is: 'unknown', pause: 'answers-changed' })
    },
  )

  test('its probe stays closed on what is not the registry, and tells why', () => {
    const request = registry.probe.request(settings())
    expectHonestRequest(request)
    expect(registry.probe.judge(answer(502))).toMatchObject({ is: 'closed', reason: 'away' })
    expect(registry.probe.judge(answer(429))).toMatchObject({ is: 'closed', reason: 'away' })
    expect(registry.probe.judge(answer(302))).toMatchObject({ is: 'closed', reason: 'answers-changed' })
    if (kind === 'webhook') return
    expect(registry.probe.judge(answer(200, {}, html))).toMatchObject({ reason: 'answers-changed' })
    expect(registry.probe.judge(answer(401))).toMatchObject({ is: 'closed', reason: 'credentials' })
  })

  test('can look up if it says that it can be asked', () => {
    const askable = registry.takes.subjects.some((one) => registry.traits(one).askable)
    expect(registry.lookUp !== null).toBe(askable)
  })
})

test('every kind has a title that is one sentence, and cases of its own', () => {
  for (const [kind, registry] of kinds) {
    expect(registry.title).toMatch(/^[A-Z].{20,}[^.]$/)
    expect(casesOf(kind).length).toBeGreaterThan(5)
  }
})

/** No secret, nothing empty, and a place for every secret that is asked for. */
function expectHonestRequest(request: Request): void {
  expect(emptyPlaces(request.method === 'GET' ? {} : request.body)).toEqual([])
  for (const { in: where, name } of request.secrets) {
    const place =
      where === 'header' ? request.headers?.[name] : new Map(Object.entries(request.body ?? {})).get(name)
    expect(place).toMatch(/^([A-Za-z]+ )?\*\*\*$/)
  }
  expect(request.path).toMatch(/^(\/.*)?$/)
}

function emptyPlaces(value: Json, at = ''): string[] {
  if (value === null || value === '') return [at]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => emptyPlaces(inner, `${at}/${name}`))
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFrozen(inner)
  return Object.freeze(value)
}
