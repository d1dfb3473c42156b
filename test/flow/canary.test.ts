/**
 * Canaries: secrets and words about patients, each found nowhere else, go through good and bad days of the real daemon
 * at debug level. No secret may turn up anywhere; what stands in a cell only where the sheet's own facts are kept.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { climb, type Lab, openLab, type Row, registryAt } from '../rig/lab.ts'
import { openRedisServer, type RedisServer } from '../rig/redis-server.ts'
import { COLUMNS, novaSeqRun, registrationSheet, sheetFor, writeRun } from '../rig/runs.ts'

const secrets = {
  majora: 'canary-majora-token-5f1b',
  wrong: 'canary-wrong-token-90ac',
  codex: 'canary-codex-key-77d2',
  webhook: 'canary-webhook-secret-1e08',
  redis: 'canary-redis-password-b3c9',
  page: 'canary-page-token-4a61',
  clientId: 'canary-oauth-client-2d70',
  clientSecret: 'canary-oauth-secret-e95f',
  refreshToken: 'canary-oauth-refresh-08bb',
}
/** In columns that nobody asked for: these are read by nobody. */
const unread = {
  name: 'Wilhelmina Canary-Nonsuch',
  born: 'born-canary-19310704',
  note: 'canary-diagnosis-c71',
}
/** In columns that are read, but not as they should be: they are quoted where the sheet is spoken of. */
const wrongCells = { source: 'canary-source-of-mrs-nonsuch', sample: 'canary sample of mr nonsuch' }

const good = novaSeqRun(1)
const bad = novaSeqRun(2)
let lab: Lab
let redisServer: RedisServer
let redis: Redis
/** `strict` has a token that nobody else has. */
const others = {} as Record<'codex' | 'hook' | 'strict', Sandbox>
/** What was said in public, by where it was said. */
const said = new Map<string, string>()
/** The daemon's process, as everybody on the machine sees it. */
const processes: string[] = []

const isRegistered = (row: Row): boolean => row.state === 'registered'

beforeAll(async () => {
  others.codex = await startSandbox({ token: secrets.codex })
  others.hook = await startSandbox({ token: secrets.webhook })
  others.strict = await startSandbox({ token: 'a-token-nobody-has' })
  const { clientId, clientSecret, refreshToken } = secrets
  lab = await openLab({ sandbox: { token: secrets.majora, oauth: { clientId, clientSecret, refreshToken } } })
  redisServer = await openRedisServer({ password: secrets.redis })
  redis = new Redis(redisServer.url, { password: secrets.redis })
  for (const [name, secret] of Object.entries(secrets))
    await writeFile(secretFile(name), `${secret}\n`, { mode: 0o600 })
  await lab.configure({
    registries: registries(),
    config: {
      redis: { url: `unix://${redisServer.folder}/socket`, passwordFile: secretFile('redis') },
      http: { listen: '127.0.0.1:0', tokenFile: secretFile('page') },
    },
  })
  quoteWhatIsSent()
  await theDays()
})

afterAll(async () => {
  redis?.disconnect()
  await lab?.[Symbol.asyncDispose]()
  await redisServer?.[Symbol.asyncDispose]()
  for (const one of Object.values(others)) await one.close()
})

const secretFile = (name: string): string => join(lab.folder, `secret-${name.toLowerCase()}`)

function registries() {
  const username = 'sandbox'
  const oauth = {
    clientIdFile: secretFile('clientId'),
    clientSecretFile: secretFile('clientSecret'),
    refreshTokenFile: secretFile('refreshToken'),
  }
  const { codex, hook, strict } = others
  return [
    climb(lab.sandbox, { auth: { username, tokenFile: secretFile('majora') } }),
    climb(strict, { name: 'wrong', auth: { username, tokenFile: secretFile('wrong') } }),
    registryAt(codex, 'onecodex-v1', { name: 'codex', auth: { tokenFile: secretFile('codex') } }),
    registryAt(hook, 'webhook', { name: 'hook', auth: { tokenFile: secretFile('webhook') } }),
    registryAt(lab.sandbox, 'majora-2', { name: 'oauth', auth: { username, oauth } }),
  ]
}

/** Each registry quotes what it was sent, once, in a refusal and in a page of its own. */
function quoteWhatIsSent(): void {
  const echo = (match: object, status: number, secret: string) => ({
    match,
    times: 1,
    fault: {
      do: 'status' as const,
      status,
      contentType: 'text/html',
      body: `<p>refused: ${secret} of ${wrongCells.sample}`,
    },
  })
  const ofLibrary = { kind: 'majora-2020-03-25', runName: 'LIB-ECHO' }
  lab.sandbox.setFaults({ rules: [echo(ofLibrary, 400, secrets.majora)] })
  others.hook.setFaults({ rules: [echo({}, 500, secrets.webhook), echo({}, 400, secrets.webhook)] })
  others.codex.setFaults({ rules: [echo({}, 403, secrets.codex)] })
}

/** A good day, a bad one, a kill in the middle, commands, and looks from outside. */
async function theDays(): Promise<void> {
  await begin()
  await goodDay()
  await badDay()
  await lookFromOutside('running')
  await lab.end('SIGKILL')
  await begin()
  const rows = await lab.registrations((all) =>
    all.some((one) => one.registry === 'codex' && isRegistered(one)),
  )
  await askOf(rows.map((one) => one.id))
  await keepRedis()
  await lab.end()
}

const patient = { patient_name: unread.name, date_of_birth: unread.born, diagnosis: unread.note }
const columns = [...COLUMNS, ...Object.keys(patient)]

async function goodDay(): Promise<void> {
  const row = { central_sample_id: 'S1', library_name: 'LIB-GOOD', run_name: good.runId, ...patient }
  await lab.drop('good.csv', registrationSheet([row], columns))
  await writeRun(lab.runs, good)
  await writeFile(
    join(lab.runs, good.runId, 'SampleSheet.csv'),
    `[Header]\nExperiment Name,Plate 1\n[Data]\nLane,Sample_ID,index,Description\n1,S1,ACGTACGT,${unread.note}\n`,
  )
  await lab.registrations((rows) => rows.filter(isRegistered).length >= 2)
}

async function badDay(): Promise<void> {
  await lab.drop(
    'bad.csv',
    registrationSheet(
      [
        {
          central_sample_id: wrongCells.sample,
          library_name: 'LIB-BAD',
          library_source: wrongCells.source,
          run_name: bad.runId,
          ...patient,
        },
      ],
      columns,
    ),
  )
  await lab.drop('workbook.xlsx', `PK\u0003\u0004 ${unread.name}`)
  await lab.drop('half.csv', `central_sample_id,library_name\n"${unread.name}`)
  await lab.drop('echo.csv', sheetFor(bad, 'LIB-ECHO'))
  await lab.drop(
    'batch.csv',
    'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth,patient_name\n' +
      `Stool 7,794644790138,AB12CD34EF,Human stool,Standard,${unread.name}\n`,
  )
  await writeRun(lab.runs, bad)
  await lab.event('sheet.judged', (line) => line['sheet'] === 'bad.csv')
  await lab.registrations((rows) =>
    rows.some((row) => row.registry === 'climb' && row.subject.library === 'LIB-ECHO' && row.attempts > 0),
  )
  await lab.event('registry.paused', (line) => line['registry'] === 'wrong')
  await lab.event('registry.paused', (line) => line['registry'] === 'codex')
}

/** What every command says of these registrations. */
async function askOf(ids: string[]): Promise<void> {
  for (const command of [
    ['config', 'show'],
    ['doctor', '--json'],
    ['ls', '--json', '--all'],
    ['receipts', '--csv'],
    ['explain', join(lab.sheets, 'bad.csv')],
    ...ids.flatMap((id) => [
      ['show', '--json', id],
      ['explain', id],
    ]),
  ]) {
    const { stdout, stderr } = await lab.cli(...command)
    said.set(`the command ${command.join(' ')}`, stdout + stderr)
  }
  await lookFromOutside('after a kill')
}

async function begin(): Promise<void> {
  const { pid } = await lab.start()
  for (const file of ['cmdline', 'environ']) processes.push(await readFile(`/proc/${pid}/${file}`, 'utf8'))
}

async function lookFromOutside(when: string): Promise<void> {
  const id = (await lab.ls())[0]?.id
  for (const path of [
    '/',
    `/registrations/${id}`,
    '/api/registrations',
    '/metrics',
    '/healthz',
    '/readyz',
    '/login',
  ]) {
    const stranger = await fetch(lab.url + path, { headers: { accept: 'text/html' }, redirect: 'manual' })
    said.set(`${path} for a stranger, ${when}`, await stranger.text())
    const known = await fetch(lab.url + path, { headers: { authorization: `Bearer ${secrets.page}` } })
    said.set(`${path} with the token, ${when}`, await known.text())
  }
  await keepRedis()
}

/** How the whole value of a key of each type is read. */
const READ: Record<string, [command: string, ...range: string[]]> = {
  string: ['GET'],
  hash: ['HGETALL'],
  set: ['SMEMBERS'],
  list: ['LRANGE', '0', '-1'],
  zset: ['ZRANGE', '0', '-1'],
  stream: ['XRANGE', '-', '+'],
}

/** Every key with its value. */
async function keepRedis(): Promise<void> {
  const values: string[] = []
  for (const key of await redis.keys('*')) {
    const [command = '', ...range] = READ[await redis.type(key)] ?? []
    values.push(`${key} ${JSON.stringify(await redis.call(command, key, ...range))}`)
  }
  said.set('Redis', (said.get('Redis') ?? '') + values.join('\n'))
}

/** All bytes below a folder, the sheets and secrets that the test itself put there left out. */
async function bytesBelow(folder: string, { but = '/none' } = {}): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.startsWith(but))
  const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

/** As it is, and as JSON, URLs, headers and numbers of bytes spell it. */
const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
]

const found = (text: string, words: Record<string, string>): string[] =>
  Object.entries(words).flatMap(([name, word]) =>
    spellings(word).some((spelling) => text.includes(spelling)) ? [name] : [],
  )

const logs = (): string => lab.lines.map((line) => JSON.stringify(line)).join('\n')
const everyCell = { ...unread, ...wrongCells }

describe('nowhere is a secret to be found', () => {
  test('in the log at debug level', () => {
    expect(lab.lines.some((line) => line['level'] === 'debug')).toBe(true)
    expect(found(logs(), secrets)).toEqual([])
  })

  test('in the state folder: journal, its log, and what lies beside', async () => {
    // Rotating tokens have to be kept somewhere: there, and for the daemon's own user alone.
    const oauth = join(lab.state, 'oauth')
    const bytes = await bytesBelow(lab.state, { but: oauth })
    expect(bytes).toContain('LIB-GOOD')
    expect(found(bytes, secrets)).toEqual([])
    for (const name of await readdir(oauth)) expect((await stat(join(oauth, name))).mode & 0o777).toBe(0o600)
  })

  test('in Redis and its append-only file', async () => {
    expect(said.get('Redis')).toContain('runherald')
    expect(found(said.get('Redis') ?? '', secrets)).toEqual([])
    const file = await bytesBelow(redisServer.folder)
    expect(file.length).toBeGreaterThan(1000)
    expect(found(file, secrets)).toEqual([])
  })

  test('in the arguments and the environment of the daemon', () => {
    expect(processes[0]).toContain('main.ts')
    expect(found(processes.join('\n'), secrets)).toEqual([])
  })

  test('where a registry quoted it: the place is masked', () => {
    const shown = [...said].flatMap(([where, text]) => (where.includes('show --json') ? [text] : []))
    for (const kind of ['majora-2020-03-25', 'onecodex-v1', 'webhook'])
      expect(
        shown.filter((text) => text.includes(`"kind": "${kind}"`) && text.includes('refused: ***')),
      ).not.toEqual([])
  })

  test('in reports, and in what is shown on the command line and the page, with the token or without', async () => {
    expect(found(await bytesBelow(join(lab.sheets, '_status')), secrets)).toEqual([])
    for (const [where, text] of said) expect([where, ...found(text, secrets)]).toEqual([where])
  })
})

describe('what stands in a cell', () => {
  test('is in no log line, not in Redis, and in no metric', async () => {
    expect(found(logs(), everyCell)).toEqual([])
    expect(found(said.get('Redis') ?? '', everyCell)).toEqual([])
    expect(found(await bytesBelow(redisServer.folder), everyCell)).toEqual([])
    expect(found(processes.join('\n'), everyCell)).toEqual([])
    for (const [where, text] of said)
      if (where.includes('/metrics') || where.includes('receipts')) expect(found(text, everyCell)).toEqual([])
  })

  test('of a column nobody asked for is kept nowhere, shown nowhere, and sent to nobody', async () => {
    expect(found(await bytesBelow(lab.state), unread)).toEqual([])
    expect(found(await bytesBelow(join(lab.sheets, '_status')), unread)).toEqual([])
    for (const [where, text] of said) expect([where, ...found(text, unread)]).toEqual([where])
    for (const sandbox of [lab.sandbox, ...Object.values(others)])
      expect(
        found(JSON.stringify(sandbox.log().filter((one) => one.entry === 'request')), everyCell),
      ).toEqual([])
  })

  test('that is wrong is quoted in the report beside its sheet', async () => {
    expect(found(await bytesBelow(join(lab.sheets, '_status')), { source: wrongCells.source })).toEqual([
      'source',
    ])
  })

  test('is shown to no stranger, nor is the name of anything', () => {
    for (const [where, text] of said)
      if (where.includes('for a stranger'))
        expect([where, ...found(text, { ...everyCell, run: good.runId, library: 'LIB-GOOD' })]).toEqual([
          where,
        ])
  })
})
