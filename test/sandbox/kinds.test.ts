/** What each emulated registry takes, refuses and answers. */
import { describe, expect, test } from 'vitest'
import { defaultCredentials, type SandboxKind } from '../../src/sandbox/index.ts'
import {
  type Answered,
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

const read = (answer: Answered): ReturnType<typeof JSON.parse> => JSON.parse(answer.body)
const created = (): number => commits().filter((one) => one.effect === 'created').length

describe('Majora of 2020', () => {
  test('2020-03-25 takes the same run twice as two runs', async () => {
    const url = await openWithLibrary('majora-2020-03-25')
    for (const _ of [1, 2]) {
      const answer = await postJson(url + sequencingAdd, runsIn('LIB-A', runOf0325(uuid)))
      expect(read(answer).success).toBe(true)
    }
    expect(sandbox.state()['majora-2020-03-25']['runs']).toHaveLength(2)
  })

  test('2020-03-24 takes the same run twice as one, and says false', async () => {
    await openSandbox()
    const url = sandbox.urlOf('majora-2020-03-24') + sequencingAdd
    const body = {
      ...credentials,
      library_name: 'L',
      biosamples: ['B'],
      sequencing_id: uuid,
      instrument_make: 'ILLUMINA',
    }
    expect(read(await postJson(url, body)).success).toBe(true)
    expect(read(await postJson(url, body))).toMatchObject({ success: false, new: [], ignored: ['L'] })
    expect(created()).toBe(2)
  })

  test('a biosample whose id begins with UNKNOWN is not registered', async () => {
    await openSandbox()
    const url = sandbox.urlOf('majora-2') + libraryAdd
    const answer = await postJson(url, library('LIB-A', ['BIRM-1', 'UNKNOWN-1']))
    expect(read(answer)).toMatchObject({ success: false, ignored: ['UNKNOWN-1'] })
    const whole = await postJson(url, library('LIB-A', ['BIRM-1']))
    expect(read(whole)).toMatchObject({
      success: true,
      new: [],
      updated: [['Biosample', expect.any(String), 'BIRM-1']],
    })
  })
})

describe('Majora 2', () => {
  test('blanks what a later post leaves out, and tells minutes it never heard', async () => {
    const url = await openWithLibrary('majora-2')
    await postJson(url + sequencingAdd, runsIn('LIB-A', runOfMajora2('RUN-1')))
    const ask = async () =>
      read(await postJson(url + sequencingGet, { ...credentials, run_name: ['RUN-1'] })).get['RUN-1']
    expect(await ask()).toMatchObject({
      flowcell_id: 'FAK12345',
      start_time: '2020-04-09 18:04',
      end_time: '2020-04-11 09:04',
    })
    const bare = { run_name: 'RUN-1', instrument_make: 'ILLUMINA', instrument_model: 'MiSeq' }
    await postJson(url + sequencingAdd, runsIn('LIB-A', bare))
    expect(await ask()).toMatchObject({
      flowcell_id: '',
      start_time: null,
      end_time: null,
      instrument_make: 'ILLUMINA',
    })
  })

  test('a run that is just being made answers every other post of it with a race', async () => {
    const url = await openWithLibrary('majora-2', { raceWindowMs: 60_000 })
    const body = runsIn('LIB-A', runOfMajora2('RUN-1'))
    const leave = new AbortController()
    const first = call(url + sequencingAdd, { body: JSON.stringify(body), signal: leave.signal })
    await expect.poll(created).toBe(2)
    expect(read(await postJson(url + sequencingAdd, body))).toMatchObject({
      errors: 1,
      messages: [
        expect.stringContaining('Possible race condition detected.'),
        expect.stringContaining('resubmit'),
      ],
      success: false,
    })
    leave.abort()
    await expect(first).rejects.toThrow()
    expect(created()).toBe(2)
  })

  test('OAuth: a refresh token works once, an access token until it ends or the next refresh', async () => {
    let now = new Date('2026-01-01T00:00:00Z')
    await openSandbox({ now: () => now })
    const url = sandbox.urlOf('majora-2')
    const { clientId, clientSecret, refreshToken } = defaultCredentials.oauth
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const refresh = (token: string): Promise<Answered> =>
      call(`${url}/o/token/`, {
        headers: { authorization: `Basic ${basic}` },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString(),
      })
    const ask = (token: string): Promise<Answered> =>
      postJson(
        url + sequencingGet,
        { username: 'OAUTH', token: 'OAUTH', run_name: ['x'] },
        { authorization: `Bearer ${token}` },
      )
    const first = read(await refresh(refreshToken))
    expect((await ask(first.access_token)).status).toBe(200)
    expect(await refresh(refreshToken)).toMatchObject({ status: 400, body: '{"error": "invalid_grant"}' })
    const second = read(await refresh(first.refresh_token))
    expect((await ask(first.access_token)).status).toBe(400)
    expect((await ask(second.access_token)).status).toBe(200)
    now = new Date('2026-01-01T10:00:01Z')
    expect((await ask(second.access_token)).status).toBe(400)
  })
})

describe('One Codex', () => {
  const batches = '/api/v1/sequencing/batches'
  const get = (path: string, headers: Record<string, string> = apiKey): Promise<Answered> =>
    call(sandbox.urlOf('onecodex-v1') + path, { method: 'GET', headers })
  const add = (name: string, barcodes: string[]): Promise<Answered> =>
    postJson(sandbox.urlOf('onecodex-v1') + register, batch(name, barcodes), apiKey)

  test('gives a batch and a sample for each tube, and again when asked', async () => {
    await openSandbox()
    const made = read(await add('plate 1', ['ABCDEFGHIJ', '12345678901234']))
    expect(made).toEqual({
      batch: {
        $uri: expect.stringMatching(/^\/api\/v1\/sequencing\/batches\/[0-9a-f]{16}$/),
        batch_number: '1',
        created_at: expect.stringMatching(/Z$/),
        name: 'plate 1',
        owner: { $ref: expect.any(String) },
        status: 'registered',
      },
      samples: [
        { sample: { $ref: expect.stringMatching(/^\/api\/v1\/samples\//) }, tube_barcode: 'ABCDEFGHIJ' },
        { sample: { $ref: expect.any(String) }, tube_barcode: '12345678901234' },
      ],
    })
    expect(read(await get(made.batch.$uri))).toEqual(made.batch)
    expect(read(await get(`${made.batch.$uri}/samples`))).toEqual(made.samples)
  })

  test('takes the same batch twice as two', async () => {
    await openSandbox()
    await add('plate 1', ['ABCDEFGHIJ'])
    await add('plate 1', ['ABCDEFGHIJ'])
    expect(created()).toBe(2)
  })

  test('shows a list without credentials as empty; only the account tells', async () => {
    await openSandbox()
    await add('plate 1', ['ABCDEFGHIJ'])
    expect(await get(batches, {})).toMatchObject({
      status: 200,
      body: '[]',
      headers: { 'x-total-count': '0' },
    })
    expect((await get('/api/v1/account', {})).status).toBe(401)
    expect((await get('/api/v1/account')).status).toBe(200)
    const basic = { authorization: `Basic ${Buffer.from(`${credentials.token}:`).toString('base64')}` }
    expect(read(await get(batches, basic))).toHaveLength(1)
    const unknown = await postJson(sandbox.urlOf('onecodex-v1') + register, batch('b', []), {
      'x-api-key': 'no',
    })
    expect(unknown).toMatchObject({ status: 401, body: '{"message":"Unauthorized","status":401}\n' })
  })

  test('filters, sorts and pages its lists', async () => {
    let clock = Date.UTC(2026, 0, 1)
    const now = (): Date => {
      clock += 60_000
      return new Date(clock)
    }
    await openSandbox({ now })
    for (const name of ['a', 'b', 'a', 'c']) await add(name, ['ABCDEFGHIJ'])
    const list = async (query: Record<string, string>): Promise<Answered> =>
      get(`${batches}?${new URLSearchParams(query)}`)
    const numbers = async (query: Record<string, string>): Promise<string[]> =>
      read(await list(query)).map((one: { batch_number: string }) => one.batch_number)
    expect(await numbers({ where: '{"name":{"$eq":"a"}}', sort: '{"created_at":true}' })).toEqual(['3', '1'])
    expect(await numbers({ where: '{"name":"c"}' })).toEqual(['4'])
    expect(await numbers({ where: '{"name":{"$in":["b","c"]}}', sort: '{"name":false}' })).toEqual(['2', '4'])
    expect(await numbers({ per_page: '3', page: '2' })).toEqual(['4'])
    const page = await list({ per_page: '3' })
    expect(page.headers).toMatchObject({
      'x-total-count': '4',
      link: [
        `<${batches}?page=1&per_page=3>; rel="self"`,
        `<${batches}?page=2&per_page=3>; rel="next"`,
        `<${batches}?page=2&per_page=3>; rel="last"`,
      ].join(','),
    })
    for (const query of [{ where: 'x' }, { where: '{"colour":"red"}' }, { per_page: '101' }, { page: '0' }]) {
      expect((await list(query)).status).toBe(400)
    }
  })
})

describe('a webhook receiver', () => {
  const deliver = (id: string, event: object, headers = signed(id, event)): Promise<Answered> =>
    postJson(sandbox.urlOf('webhook'), event, headers)

  test('takes an event once by its id, whatever it is sent again', async () => {
    await openSandbox()
    expect((await deliver('one', { run: 1 })).status).toBe(202)
    expect(await deliver('one', { run: 1 })).toMatchObject({
      status: 200,
      body: '{"id":"one","duplicate":true}',
    })
    expect((await deliver('one', { run: 2 })).status).toBe(409)
    expect(created()).toBe(1)
  })

  test('believes the signature of Standard Webhooks, and nothing else', async () => {
    await openSandbox()
    const event = { run: 1 }
    const good = signed('e1', event)
    const { 'webhook-signature': signature = '', ...unsigned } = good
    const statuses: number[] = []
    for (const headers of [
      { ...good, 'webhook-signature': `v1,bm90IG91cnM= ${signature}` },
      signed('e1', event, 'another secret'),
      signed('e1', { run: 2 }),
      { ...good, 'webhook-id': 'e2' },
      { ...good, 'webhook-timestamp': '1' },
      unsigned,
      { authorization: `Bearer ${credentials.token}` },
    ]) {
      statuses.push((await deliver('e1', event, headers)).status)
    }
    expect(statuses).toEqual([202, 401, 401, 401, 401, 401, 401])
  })

  test('verifies the example of the standard, whose secret is written as base64', async () => {
    await openSandbox({ token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    const answer = await call(sandbox.urlOf('webhook'), { headers, body: '{"test": 2432232314}' })
    expect(answer.status).toBe(202)
  })

  test('is strict about an old timestamp where it is told to be', async () => {
    await openSandbox({ strict: true })
    const old = signed('e1', {}, credentials.token, Date.now() - 301_000)
    expect((await deliver('e1', {}, old)).status).toBe(401)
    expect((await deliver('e1', {})).status).toBe(202)
  })
})

describe('strict: what the documents refuse is refused, and commits nothing', () => {
  const whole0324 = {
    ...credentials,
    library_name: 'BIRM-LIB',
    biosamples: ['BIRM-1'],
    sequencing_id: uuid,
    instrument_make: 'ILLUMINA',
    library_layout_config: 'PAIRED',
    library_layout_nominal_length: 350,
    library_selection: 'PCR',
    library_source: 'VIRAL_RNA',
    library_strategy: 'AMPLICON',
    library_seq_kit: 'K',
    library_seq_protocl: 'P',
    library_sop_name: 'ARTIC nCov',
    library_sop_version: 'v2',
  }
  const tube = { tube_barcode: 'ABCDEFGHIJ', specimen_type: 'Human stool', sequencing_depth: 'Deep' }
  const whole1Codex = { batch_name: 'b', return_tracking_numbers: ['1Z'], samples: [tube] }
  const cases: Array<[SandboxKind, string, object, Array<[string, object]>]> = [
    [
      'majora-2020-03-24',
      sequencingAdd,
      whole0324,
      [
        ['a source in the words of the example', { library_source: 'VIRAL RNA' }],
        ['no kit', { library_seq_kit: undefined }],
        ['a key it does not know', { instrument_model: 'MiSeq' }],
        ['a nominal length for a nanopore run', { instrument_make: 'OXFORD_NANOPORE' }],
        ['a name with blanks around it', { library_name: ' BIRM-LIB ' }],
        ['a make in small letters', { instrument_make: 'illumina' }],
      ],
    ],
    [
      'majora-2020-03-25',
      sequencingAdd,
      runsIn('LIB-A', runOf0325(uuid)),
      [
        ['a model of 49 letters', { runs: [runOf0325(uuid, { instrument_model: 'M'.repeat(49) })] }],
        ['a key it does not know', { runs: [runOf0325(uuid, { run_name: 'x' })] }],
        ['an end before the start', { runs: [runOf0325(uuid, { end_time: '2020-03-22 09:59:59' })] }],
      ],
    ],
    [
      'majora-2',
      sequencingAdd,
      runsIn('LIB-A', runOfMajora2('RUN-1')),
      [
        ['a name its database will not hold', { runs: [runOfMajora2('R'.repeat(74))] }],
        [
          'a sequencing_id, which it would use as a name',
          { runs: [runOfMajora2('RUN-1', { sequencing_id: uuid })] },
        ],
      ],
    ],
    [
      'onecodex-v1',
      register,
      whole1Codex,
      [
        ['no tracking number', { return_tracking_numbers: [] }],
        ['no tube', { samples: [] }],
        ['a tube without its depth', { samples: [{ ...tube, sequencing_depth: undefined }] }],
        ['a barcode with a line feed', { samples: [{ ...tube, tube_barcode: 'ABCDEFGHIJ\n' }] }],
        ['a key of a tube it does not know', { samples: [{ ...tube, colour: 'blue' }] }],
      ],
    ],
  ]
  const flat = cases.flatMap(([kind, path, whole, faults]) =>
    faults.map(([what, change]) => ({ kind, path, whole, what, change })),
  )

  test.for(flat)('$kind: $what', async ({ kind, path, whole, change }) => {
    await openSandbox({ strict: true })
    const url = sandbox.urlOf(kind)
    if (kind.startsWith('majora') && kind !== 'majora-2020-03-24')
      await postJson(url + libraryAdd, library('LIB-A'))
    const before = created()
    const refused = await postJson(url + path, { ...whole, ...change }, apiKey)
    if (kind === 'onecodex-v1') expect(refused.status).toBe(400)
    else expect(read(refused)).toMatchObject({ success: false, new: [] })
    expect(created()).toBe(before)
    const taken = await postJson(url + path, whole, apiKey)
    if (kind === 'onecodex-v1') expect(taken.status).toBe(200)
    else expect(read(taken)).toMatchObject({ success: true, messages: [] })
  })
})
