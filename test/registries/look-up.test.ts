/** Asking a registry whether a lost registration arrived, answer by answer. */
import { describe, expect, test } from 'vitest'
import type { Answer, LookUp, Request, Subject } from '../../src/handovers.ts'
import { registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import { asBatch, asLibrary, asRun, NOW, sent, settings } from './subjects.ts'

const answer = (body: unknown, headers: Answer['headers'] = {}, status = 200): Answer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const html = (status: number): Answer => answer('<h1>Bad Gateway</h1>', {}, status)

/** Plays the registry's part: one answer to each question, until the look-up has its result. */
function ask(kind: Registry, subject: Subject, answers: Answer[]): { asked: Request[]; result: LookUp } {
  const mapped = kind.map(subject, settings(), NOW)
  if (!mapped.ok || kind.lookUp === null) throw new Error('nothing to ask about')
  const asking = kind.lookUp(sent(subject, mapped.value), settings())
  const asked: Request[] = []
  const left = [...answers]
  let step = asking.next()
  while (!step.done) {
    asked.push(step.value)
    const next = left.shift()
    if (next === undefined) throw new Error(`nobody answers ${step.value.path}`)
    step = asking.next(next)
  }
  expect(left).toEqual([])
  return { asked, result: step.value }
}

describe('onecodex-v1', () => {
  const kind = registries['onecodex-v1']
  const account = answer({ $uri: '/api/v1/account', email: 'lab@example.org' })
  const made = { $uri: '/api/v1/sequencing/batches/a1b2c3', name: 'Gut study, plate 7', batch_number: '417' }
  const other = { $uri: '/api/v1/sequencing/batches/ffffff', name: 'Gut study, plate 8', batch_number: '416' }
  const tubes = [
    { tube_barcode: '10203040506070', sample: { $ref: '/api/v1/samples/2' } },
    { tube_barcode: 'OCX4930017', sample: { $ref: '/api/v1/samples/1' } },
  ]
  const none = answer([], { 'x-total-count': '0' })
  const all = (list: unknown[]) => answer(list, { 'x-total-count': String(list.length) })

  test('a batch of our name with exactly our tubes is found, with what it is called there', () => {
    const { asked, result } = ask(kind, asBatch(), [account, all([made]), all(tubes)])
    expect(result).toEqual({
      is: 'found',
      remoteIds: { batch: 'a1b2c3', uri: '/api/v1/sequencing/batches/a1b2c3', batch_number: '417' },
      samples: [
        { sample: '10203040506070', remoteId: '/api/v1/samples/2' },
        { sample: 'OCX4930017', remoteId: '/api/v1/samples/1' },
      ],
    })
    expect(asked.map((one) => `${one.method} ${decodeURIComponent(one.path.replaceAll('+', ' '))}`)).toEqual([
      'GET /api/v1/account',
      'GET /api/v1/sequencing/batches?where={"name":{"$eq":"Gut study, plate 7"}}&sort={"created_at":true}&page=1&per_page=100',
      'GET /api/v1/sequencing/batches/a1b2c3/samples?page=1&per_page=100',
    ])
    expect(asked.every((one) => one.headers?.['X-API-Key'] === '***')).toBe(true)
  })

  test('no batch of our name is not found', () => {
    expect(ask(kind, asBatch(), [account, none]).result).toEqual({ is: 'not-found' })
  })

  test.for([
    ['a refused key', [answer({ message: 'Unauthorized', status: 401 }, {}, 401)]],
    ['a login page in place of the account', [html(200)]],
    ['a proxy in place of the list', [account, html(502)]],
    ['a list in a shape nobody knows', [account, answer({ batches: [] })]],
    ['a batch without its tubes', [account, all([made]), html(404)]],
  ] as const)('%s is unclear, never not-found', ([, answers]) => {
    expect(ask(kind, asBatch(), [...answers]).result).toMatchObject({ is: 'unclear' })
  })

  test.for([
    ['a tube less', tubes.slice(1)],
    ['a tube more', [...tubes, { tube_barcode: 'OCX0000001', sample: { $ref: '/api/v1/samples/3' } }]],
  ] as const)('a batch of our name with %s is for a person', ([, theirs]) => {
    const { result } = ask(kind, asBatch(), [account, all([made]), all([...theirs])])
    expect(result).toMatchObject({ is: 'conflict' })
  })

  test('of several batches of our name the one with our tubes is ours', () => {
    const earlier = { ...made, $uri: '/api/v1/sequencing/batches/0000' }
    const { result } = ask(kind, asBatch(), [account, all([earlier, made]), all([]), all(tubes)])
    expect(result).toMatchObject({ is: 'found', remoteIds: { batch: 'a1b2c3' } })
  })

  test('where the list takes no filter it is read page by page', () => {
    const refused = answer({ message: 'Bad Request', status: 400 }, {}, 400)
    const next = { link: '</api/v1/sequencing/batches?page=2>; rel="next"' }
    const last = { link: '</api/v1/sequencing/batches?page=1>; rel="prev"' }
    const { asked, result } = ask(kind, asBatch(), [
      account,
      refused,
      answer([other], next),
      answer([made], last),
      all(tubes),
    ])
    expect(result).toMatchObject({ is: 'found' })
    expect(asked.map((one) => one.path).slice(2, 4)).toEqual([
      '/api/v1/sequencing/batches?page=1&per_page=100',
      '/api/v1/sequencing/batches?page=2&per_page=100',
    ])
  })

  test('a list that knows no pages is read once', () => {
    const { result } = ask(kind, asBatch(), [account, answer([other]), answer([other])])
    expect(result).toEqual({ is: 'not-found' })
  })

  test('a list without an end is given up as unclear', () => {
    const pages = Array.from({ length: 50 }, (_, page) => answer([{ ...other, batch_number: String(page) }]))
    expect(ask(kind, asBatch(), [account, ...pages]).result).toMatchObject({ is: 'unclear' })
  })

  test.for(['/api/v1/sequencing/batches/..', '/api/v1/sequencing/batches/a?x=1', ''])(
    'a $uri of %j leads nowhere',
    ($uri) => {
      const { result } = ask(kind, asBatch(), [account, all([{ ...made, $uri }])])
      expect(result).toMatchObject({ is: 'unclear' })
    },
  )
})

describe('majora-2', () => {
  const kind = registries['majora-2']
  const name = '20200409_1840_X3_FAK12345_5e2c9b1d'
  const theirs = {
    run_name: name,
    instrument_make: 'OXFORD_NANOPORE',
    instrument_model: 'GridION',
    flowcell_id: 'FAK12345',
    // Majora writes the month where the minutes belong.
    start_time: '2020-04-09 18:04',
    libraries: [{ library_name: 'BIRM-LIBRARY-20200409' }],
    sequencing_uuid: '85cdf9da-7134-40ef-a6c3-429a8e01b41b',
  }
  const got = (get: unknown, more: object = {}) =>
    answer({
      errors: 0,
      warnings: 0,
      messages: [],
      new: [],
      updated: [],
      ignored: [],
      get,
      success: true,
      ...more,
    })

  test('a run of our name with our facts in our library is found, whatever its minutes say', () => {
    const { asked, result } = ask(kind, asRun(), [got({ [name]: theirs })])
    expect(result).toEqual({ is: 'found', remoteIds: { sequencing: theirs.sequencing_uuid }, samples: [] })
    expect(asked[0]?.path).toBe('/api/v2/process/sequencing/get/')
    expect(asked[0]?.body).toEqual({ username: 'birm', token: '***', run_name: [name] })
  })

  test.for([
    ['no run of our name', got({}, { warnings: 1, ignored: [name] }), 'not-found'],
    ['our run in another library', got({ [name]: { ...theirs, libraries: [] } }), 'not-found'],
    ['a run of another flow cell', got({ [name]: { ...theirs, flowcell_id: 'FAK99999' } }), 'conflict'],
    ['a run of another make', got({ [name]: { ...theirs, instrument_make: 'ILLUMINA' } }), 'conflict'],
    [
      'a run nobody owns',
      got({}, { errors: 1, messages: ["'NoneType' object has no attribute 'profile'"], success: false }),
      'unclear',
    ],
    ['refused credentials', answer('', {}, 400), 'unclear'],
    ['no such call', html(404), 'unclear'],
  ] as const)('%s', ([, given, is]) => {
    expect(ask(kind, asRun(), [given]).result).toMatchObject({ is })
  })

  test('a library cannot be asked for', () => {
    expect(ask(kind, asLibrary(), []).result).toMatchObject({ is: 'unclear' })
  })
})
