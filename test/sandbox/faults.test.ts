/** Every fault of a script: what the sender sees, and what is committed all the same. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type FaultScript, readFaultScript } from '../../src/sandbox/index.ts'
import {
  type Answered,
  apiKey,
  batch,
  call,
  credentials,
  postJson,
  register,
  runOf0325,
  runOfMajora2,
  runsIn,
  sequencingAdd,
  sequencingGet,
  uuid,
} from './call.ts'
import { commits, openSandbox, openWithLibrary, sandbox } from './rig.ts'

const tubes = ['ABCDEFGHIJ', 'KLMNOPQRST']

/** A 2020-03-25 with its library, and a rule that strikes the next call for a run. */
async function startWith(fault: FaultScript['rules'][number]['fault']): Promise<() => Promise<Answered>> {
  const url = await openWithLibrary('majora-2020-03-25')
  sandbox.setFaults({ rules: [{ times: 1, fault }] })
  return () => postJson(url + sequencingAdd, runsIn('LIB-A', runOf0325(uuid)))
}

describe('the connection breaks', () => {
  test.for([
    ['reset', 'accept', 0],
    ['reset', 'headers', 0],
    ['reset', 'mid-body', 0],
    ['reset', 'before-commit', 0],
    ['reset', 'after-commit', 1],
    ['reset', 'mid-answer', 1],
    ['fin', 'accept', 0],
    ['fin', 'headers', 0],
    ['fin', 'mid-body', 0],
    ['fin', 'before-commit', 0],
    ['fin', 'after-commit', 1],
    ['fin', 'mid-answer', 1],
  ] as const)('%s at %s: no whole answer, %i runs committed', async ([fault, at, committed]) => {
    const send = await startWith({ do: fault, at })
    await expect(send()).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) })
    await expect.poll(() => sandbox.log().filter(({ entry }) => entry === 'fault')).toHaveLength(1)
    expect(commits()).toHaveLength(1 + committed)
    if (at === 'accept') return
    const end = sandbox.log().at(-1)
    expect(end).toMatchObject({ entry: 'answer', outcome: at === 'mid-answer' ? 'cut' : 'none' })
  })

  test.for([
    ['before-commit', 0],
    ['after-commit', 1],
    ['accept', 0],
  ] as const)('silence at %s lasts until the sender gives up, %i runs committed', async ([at, committed]) => {
    await startWith({ do: 'hang', at })
    const giveUp = new AbortController()
    const url = sandbox.urlOf('majora-2020-03-25') + sequencingAdd
    const body = JSON.stringify(runsIn('LIB-A', runOf0325(uuid)))
    const answer = call(url, { body, signal: giveUp.signal })
    const struck = () => sandbox.log().some(({ entry }) => entry === 'fault')
    await expect.poll(struck).toBe(true)
    giveUp.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
    await expect.poll(commits).toHaveLength(1 + committed)
  })

  test('a sender that hangs up while it waits has its run committed all the same', async () => {
    await startWith({ do: 'delay', beforeCommitMs: 50 })
    const giveUp = new AbortController()
    const url = sandbox.urlOf('majora-2020-03-25') + sequencingAdd
    const answer = call(url, {
      body: JSON.stringify(runsIn('LIB-A', runOf0325(uuid))),
      signal: giveUp.signal,
    })
    await expect.poll(() => sandbox.log().some(({ entry }) => entry === 'fault')).toBe(true)
    giveUp.abort()
    await expect(answer).rejects.toThrow()
    await expect.poll(commits).toHaveLength(2)
  })
})

describe('another answer comes', () => {
  test.for<[FaultScript['rules'][number]['fault'], number, object, number]>([
    [{ do: 'status', status: 503, retryAfter: 5 }, 503, { 'retry-after': '5' }, 0],
    [{ do: 'status', status: 429, retryAfter: 'soon' }, 429, { 'retry-after': 'soon' }, 0],
    [{ do: 'status', status: 429, retryAfter: 1e9 }, 429, { 'retry-after': '1000000000' }, 0],
    [{ do: 'status', status: 503, retryAfter: -5 }, 503, { 'retry-after': '-5' }, 0],
    [{ do: 'status', status: 503 }, 503, { 'content-type': 'text/html' }, 0],
    [{ do: 'status', status: 502, at: 'after-commit' }, 502, {}, 1],
    [{ do: 'status', status: 500, at: 'after-commit' }, 500, {}, 1],
    [{ do: 'status', status: 504, at: 'before-commit' }, 504, {}, 0],
    [{ do: 'status', status: 401, body: '{}', contentType: 'application/json' }, 401, {}, 0],
    [{ do: 'html' }, 200, { 'content-type': 'text/html' }, 0],
    [{ do: 'html', at: 'after-commit' }, 200, { 'content-type': 'text/html' }, 1],
    [{ do: 'credentials' }, 400, { 'content-length': '0' }, 0],
    [
      { do: 'redirect', status: 307, location: 'http://127.0.0.1:9/' },
      307,
      { location: 'http://127.0.0.1:9/' },
      0,
    ],
    [{ do: 'content-type', contentType: 'text/plain' }, 200, { 'content-type': 'text/plain' }, 1],
  ])('%j', async ([fault, status, headers, committed]) => {
    const send = await startWith(fault)
    expect(await send()).toMatchObject({ status, headers })
    expect(commits()).toHaveLength(1 + committed)
  })

  test('Retry-After as a date lies as many seconds ahead as asked', async () => {
    await openSandbox({
      now: () => new Date('2026-01-01T00:00:00Z'),
      faults: { rules: [{ fault: { do: 'status', status: 503, retryAfter: { inSeconds: 90 } } }] },
    })
    const answer = await postJson(sandbox.urlOf('majora-2') + sequencingGet, {})
    expect(answer.headers['retry-after']).toBe('Thu, 01 Jan 2026 00:01:30 GMT')
  })

  test('an envelope with errors and without success', async () => {
    const send = await startWith({ do: 'no-success', at: 'after-commit' })
    const { body } = await send()
    expect(JSON.parse(body)).toEqual({
      errors: 1,
      warnings: 0,
      messages: ['Something went wrong.'],
      new: [],
      updated: [],
      ignored: [],
    })
    expect(commits()).toHaveLength(2)
  })

  test.for([
    ['before-commit', 0],
    ['after-commit', 1],
  ] as const)('a success that names nothing, %s', async ([at, committed]) => {
    const send = await startWith({ do: 'empty-new', at })
    const { body } = await send()
    expect(JSON.parse(body)).toMatchObject({ errors: 0, new: [], success: true })
    expect(commits()).toHaveLength(1 + committed)
  })

  test('half a JSON document, correctly transferred', async () => {
    const send = await startWith({ do: 'truncated-json' })
    const { status, body } = await send()
    expect(status).toBe(200)
    expect(body).toMatch(/^\{"errors": 0/)
    expect(() => JSON.parse(body)).toThrow()
  })

  test('a packed answer, and one that drips', async () => {
    const send = await startWith({ do: 'gzip' })
    const packed = await send()
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip' })
    expect(JSON.parse(gunzipSync(packed.bytes).toString())).toMatchObject({ success: true })
    sandbox.setFaults({ rules: [{ fault: { do: 'drip', bytes: 40, everyMs: 1 } }] })
    const { body } = await send()
    expect(JSON.parse(body)).toMatchObject({ success: true })
  })
})

describe('the registry itself has trouble', () => {
  test.for([
    ['deadlock', /^\(1213, 'Deadlock/],
    ['locked', /^database is locked$/],
    ['gone-away', /^\(2006, /],
    ['something new', /^something new$/],
  ] as const)('the database says %s, and nothing is committed', async ([words, message]) => {
    const send = await startWith({ do: 'database', words })
    const { body } = await send()
    expect(JSON.parse(body)).toMatchObject({
      errors: 1,
      messages: [expect.stringMatching(message)],
      success: false,
    })
    expect(commits()).toHaveLength(1)
  })

  test('the database complains after it has committed', async () => {
    const send = await startWith({ do: 'database', words: 'lost-connection', at: 'after-commit' })
    const { body } = await send()
    expect(JSON.parse(body)).toMatchObject({ errors: 1, new: [] })
    expect(commits()).toHaveLength(2)
  })

  test('of a library and its run only the library is committed', async () => {
    await openSandbox({ faults: { rules: [{ fault: { do: 'partial', commits: 1 } }] } })
    const body = {
      ...credentials,
      library_name: 'L',
      biosamples: ['B'],
      sequencing_id: uuid,
      instrument_make: 'ILLUMINA',
    }
    const answer = await postJson(sandbox.urlOf('majora-2020-03-24') + sequencingAdd, body)
    expect(JSON.parse(answer.body)).toMatchObject({
      errors: 1,
      new: [['Library', expect.any(String), 'L']],
      success: false,
    })
    expect(sandbox.state()['majora-2020-03-24']).toMatchObject({ libraries: [{ name: 'L' }], runs: [] })
  })

  test('of two tubes only the first is registered, and the answer says so', async () => {
    await openSandbox({ faults: { rules: [{ fault: { do: 'partial', commits: 1 } }] } })
    const answer = await postJson(sandbox.urlOf('onecodex-v1') + register, batch('plate 7', tubes), apiKey)
    expect(JSON.parse(answer.body).samples).toMatchObject([{ tube_barcode: tubes[0] }])
    expect(sandbox.state()['onecodex-v1']).toMatchObject({
      batches: [{ samples: [{ tube_barcode: tubes[0] }] }],
    })
  })

  test('a race is over after as many times as asked; a poisoned run never', async () => {
    const url = await openWithLibrary('majora-2')
    sandbox.setFaults({
      rules: [
        { match: { runName: 'RUN-RACE' }, times: 2, fault: { do: 'race' } },
        { match: { runName: 'RUN-POISON' }, times: 1, fault: { do: 'poison' } },
      ],
    })
    const tries = async (name: string): Promise<boolean[]> => {
      const outcomes: boolean[] = []
      for (let nth = 0; nth < 4; nth += 1) {
        const { body } = await postJson(url + sequencingAdd, runsIn('LIB-A', runOfMajora2(name)))
        outcomes.push(JSON.parse(body).success)
      }
      return outcomes
    }
    expect(await tries('RUN-RACE')).toEqual([false, false, true, true])
    expect(await tries('RUN-POISON')).toEqual([false, false, false, false])
    const asked = await postJson(url + sequencingGet, { ...credentials, run_name: ['RUN-POISON'] })
    expect(JSON.parse(asked.body).messages).toEqual(["'NoneType' object has no attribute 'profile'"])
  })

  test('a clock that is behind finds the run to end in the future', async () => {
    const now = () => new Date('2026-03-01T12:00:00Z')
    const url = await openWithLibrary('majora-2', { now })
    sandbox.setFaults({ rules: [{ times: 1, fault: { do: 'clock', hours: -3 } }] })
    const body = runsIn('LIB-A', runOfMajora2('RUN-CLOCK', { end_time: '2026-03-01 11:00' }))
    const behind = await postJson(url + sequencingAdd, body)
    expect(behind.headers['date']).toBe('Sun, 01 Mar 2026 09:00:00 GMT')
    expect(behind.body).toContain('cannot end in the future')
    expect(JSON.parse((await postJson(url + sequencingAdd, body)).body)).toMatchObject({ success: true })
  })
})

describe('a fault script', () => {
  test('strikes the nth request that fits, once, and is recorded', async () => {
    await openSandbox({
      faults: {
        rules: [
          { match: { kind: 'majora-2', path: '/api/v2/*', nth: 2 }, fault: { do: 'status', status: 500 } },
          { match: { kind: 'webhook' }, fault: { do: 'status', status: 502 } },
        ],
      },
    })
    const url = sandbox.urlOf('majora-2') + sequencingGet
    const statuses: number[] = []
    for (let nth = 0; nth < 3; nth += 1)
      statuses.push((await postJson(url, { ...credentials, run_name: ['x'] })).status)
    expect(statuses).toEqual([200, 500, 200])
    expect(sandbox.log().filter(({ entry }) => entry === 'fault')).toMatchObject([
      { rule: 0, request: expect.any(Number), fault: { do: 'status', status: 500 } },
    ])
  })

  test('with one seed strikes the same requests every time', async () => {
    const rounds: string[] = []
    for (const seed of [7, 7, 8]) {
      await openSandbox({
        faults: { seed, rules: [{ match: { probability: 0.5 }, fault: { do: 'status', status: 500 } }] },
      })
      let seen = ''
      for (let nth = 0; nth < 24; nth += 1)
        seen += (await postJson(sandbox.urlOf('majora-2'), {})).status === 500 ? 'x' : '.'
      rounds.push(seen)
    }
    expect(rounds[0]).toBe(rounds[1])
    expect(rounds[0]).not.toBe(rounds[2])
    expect(rounds[0]).toMatch(/x.*\..*x|\..*x.*\./)
  })

  test('that is wrong is refused with every fault and its place', async () => {
    await openSandbox()
    const read = readFaultScript({
      rules: [
        { fault: { do: 'reset', at: 'after-comit' } },
        { fault: { do: 'explode' } },
        { match: { kind: 'majora-3' }, times: 0, fault: { do: 'gzip', colour: 'red' } },
        { match: { path: '/x' }, fault: { do: 'fin', at: 'accept' } },
        { match: { runName: 'R' }, fault: { do: 'fin', at: 'mid-body' } },
        { match: { kind: 'webhook' }, fault: { do: 'race' } },
      ],
    })
    if (read.ok) throw new Error('it passed')
    expect(read.errors).toEqual([
      expect.stringMatching(/^rules\[0\]\.fault\.at: .*"after-commit"/),
      expect.stringMatching(/^rules\[1\]\.fault\.do: /),
      expect.stringMatching(/^rules\[2\]\.match\.kind: .*"majora-2"/),
      expect.stringMatching(/^rules\[2\]\.times: /),
      expect.stringMatching(/^rules\[2\]\.fault: .*colour/),
      expect.stringMatching(/^rules\[3\]\.match: a fault at accept/),
      expect.stringMatching(/^rules\[4\]\.match: a fault at headers or mid-body/),
      expect.stringMatching(/^rules\[5\]\.match: only majora-2/),
    ])
    expect(() => sandbox.setFaults({ rules: [{ fault: { do: 'partial', commits: -1 } }] })).toThrow()
  })
})
