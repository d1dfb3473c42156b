/** The configuration: what is read, in which order sources count, and that every fault is named with its place. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { suggestion } from '../../src/config/suggest.ts'
import {
  adoptedBefore,
  listenAddress,
  loadConfig,
  loadWithOrigins,
  readSecret,
  secretIn,
} from '../../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'runherald-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const token = join(folder, 'token')
writeFileSync(token, 's3cret\n')
const empty = join(folder, 'empty')
writeFileSync(empty, '\n')

let files = 0
function written(text: string): string {
  const file = join(folder, `${files++}.yaml`)
  writeFileSync(file, text)
  return file
}

const registry = (more = '') =>
  `registries:\n  - name: climb\n    kind: majora-2020-03-25\n    url: https://majora.example.org\n    auth: { username: birm, tokenFile: ${token} }\n${more}`

/** Faults as `line:column key code`, in the order told. */
function faultsOf(text: string, env: NodeJS.ProcessEnv = {}): string[] {
  const loaded = loadConfig({ file: written(text), env })
  if (loaded.ok) return []
  return loaded.error.map(({ position, key, code }) => `${position?.line}:${position?.column} ${key} ${code}`)
}

describe('values', () => {
  test('a minimal file is filled up with the documented defaults', () => {
    const file = written(`state: data\nwatch:\n  - runs: /data/illumina\n  - sheets: drop\n${registry()}`)
    const loaded = loadConfig({ file, env: {} })
    expect(loaded).toMatchObject({
      ok: true,
      value: {
        site: { name: '', timeZone: null },
        state: join(dirname(file), 'data'),
        redis: null,
        journal: null,
        watch: [
          {
            runs: '/data/illumina',
            depth: 1,
            timeZone: null,
            sweepSeconds: 60,
            events: 'auto',
            ignore: [],
            adopt: { rule: 'since', seconds: 7 * 86_400 },
            settleSeconds: null,
            stalledAfterSeconds: 7 * 86_400,
          },
          {
            sheets: join(dirname(file), 'drop'),
            settleSeconds: 10,
            runsFrom: 'folder',
            finished: 'move',
          },
        ],
        registries: [
          {
            name: 'climb',
            auth: { username: 'birm', tokenFile: token },
            when: null,
            map: { libraryName: null },
            defaults: {},
            graceSeconds: 0,
            endTimeFromMtime: false,
            limits: { concurrency: 1, perSecond: 4, timeoutSeconds: 60 },
          },
        ],
        queue: { sweepSeconds: 60, lockSeconds: 60, stalledSeconds: 30 },
        http: { listen: '127.0.0.1:8734', tokenFile: null },
        notify: null,
        log: { level: 'info', format: 'auto' },
        timeScale: 1,
        embedded: false,
      },
    })
  })

  test('the commented example is right in every key', () => {
    const file = resolve(import.meta.dirname, '../../config/runherald.yaml')
    const loaded = loadConfig({ file, env: {}, secrets: false })
    expect(loaded.ok ? [] : loaded.error).toEqual([])
  })

  test('so are the parts of it that are commented out', () => {
    const example = readFileSync(resolve(import.meta.dirname, '../../config/runherald.yaml'), 'utf8')
    const file = written(example.replaceAll(/^# (?=redis:|notify:| {2})/gm, ''))
    const loaded = loadConfig({ file, env: {}, secrets: false })
    expect(loaded.ok ? [] : loaded.error).toEqual([])
    expect(loaded.ok && loaded.value.notify?.mail?.to).toEqual(['sequencing@example.org'])
  })

  test('grace is 120 seconds at One Codex, where nothing can be corrected', () => {
    const file = written(
      `registries:\n  - name: one\n    kind: onecodex-v1\n    url: https://app.onecodex.com\n    auth: { tokenFile: ${token} }\n`,
    )
    const loaded = loadConfig({ file, env: {} })
    expect(loaded.ok && loaded.value.registries[0]?.graceSeconds).toBe(120)
  })

  test('keys with nothing behind them count as absent', () => {
    expect(faultsOf('site:\nlog:\n  level:\nwatch:\n')).toEqual([])
  })

  test('seconds may be zero or fractional', () => {
    const file = written('queue: { sweepSeconds: 0, lockSeconds: 0.5 }\n')
    const loaded = loadConfig({ file, env: {} })
    expect(loaded.ok && loaded.value.queue).toMatchObject({ sweepSeconds: 0, lockSeconds: 0.5 })
  })

  const noneInstalled = !existsSync('/etc/runherald/runherald.yaml')
  test.runIf(noneInstalled)(
    'the embedded defaults watch two folders under the state and name one registry of each documented kind',
    () => {
      const loaded = loadConfig({ env: {}, flags: { state: join(folder, 'state') } })
      if (!loaded.ok) throw new Error(loaded.error[0]?.found)
      const config = loaded.value
      expect(config.embedded).toBe(true)
      expect(config.watch.map((root) => ('runs' in root ? root.runs : root.sheets))).toEqual([
        join(folder, 'state/demo/runs'),
        join(folder, 'state/demo/sheets'),
      ])
      expect(config.registries.map(({ kind, when }) => [kind, when?.make])).toEqual([
        ['majora-2020-03-25', ['ILLUMINA']],
        ['majora-2020-03-24', ['OXFORD_NANOPORE']],
        ['onecodex-v1', []],
      ])
    },
  )
})

describe('sources', () => {
  test('a flag counts before a variable, a variable before the file, the file before the default', () => {
    const file = written('site: { name: from file }\nlog: { level: warn, format: json }\n')
    const env = {
      RUNHERALD_LOG_LEVEL: 'error',
      RUNHERALD_LOG_FORMAT: 'logfmt',
      RUNHERALD_HTTP_LISTEN: '127.0.0.1:1',
      RUNHERALD_QUEUE_SWEEP_SECONDS: '0.5',
      RUNHERALD_SITE_NAME: '',
    }
    const loaded = loadWithOrigins({ file, env, flags: { 'log.level': 'debug' } })
    if (!loaded.ok) throw new Error(loaded.error[0]?.found)
    const { config, origins } = loaded.value
    expect([
      config.log.level,
      config.log.format,
      config.site.name,
      config.http.listen,
      config.queue.sweepSeconds,
      config.queue.lockSeconds,
    ]).toEqual(['debug', 'logfmt', 'from file', '127.0.0.1:1', 0.5, 60])
    expect(Object.fromEntries(origins)).toEqual({
      'site.name': 'line 1',
      'log.level': 'flag',
      'log.format': 'RUNHERALD_LOG_FORMAT',
      'http.listen': 'RUNHERALD_HTTP_LISTEN',
      'queue.sweepSeconds': 'RUNHERALD_QUEUE_SWEEP_SECONDS',
    })
  })

  test('a path in the file is relative to the file, one that a variable or a flag sets to the current folder', () => {
    const file = written('state: data\nhttp: { tokenFile: page.token }\n')
    const from = { file, cwd: '/elsewhere', secrets: false }
    const set = { env: { RUNHERALD_HTTP_TOKEN_FILE: 'page.token' }, flags: { state: 'data' } }
    const paths = [loadConfig({ ...from, env: {} }), loadConfig({ ...from, ...set })].map(
      (loaded) => loaded.ok && [loaded.value.state, loaded.value.http.tokenFile],
    )
    expect(paths).toEqual([
      [join(folder, 'data'), join(folder, 'page.token')],
      ['/elsewhere/data', '/elsewhere/page.token'],
    ])
  })

  test('RUNHERALD_CONFIG names the file, and --config counts before it', () => {
    const [one, other] = [written('site: { name: one }\n'), written('site: { name: other }\n')]
    const env = { RUNHERALD_CONFIG: one }
    const names = [loadConfig({ env }), loadConfig({ env, file: other })].map(
      (loaded) => loaded.ok && loaded.value.site.name,
    )
    expect(names).toEqual(['one', 'other'])
  })

  test('what a variable sets wrongly is told with its name', () => {
    const loaded = loadConfig({ env: { RUNHERALD_LOG_LEVEL: 'inof' }, file: written('') })
    expect(loaded.ok ? null : loaded.error[0]).toMatchObject({
      key: 'log.level',
      position: null,
      suggestion: 'info',
      found: '"inof"; did you mean info? (set by RUNHERALD_LOG_LEVEL)',
    })
  })

  test('a misspelt variable is a fault, and one that is none of ours is left alone', () => {
    expect(faultsOf('', { RUNHERALD_HTTP_LISTN: '1', RUNHERALD_SOMETHING_ELSE: '1' })).toEqual([
      'undefined:undefined RUNHERALD_HTTP_LISTN config.unknown-variable',
    ])
  })

  test.for([
    ['60', 60],
    ['0.5', 0.5],
  ] as const)('RUNHERALD_TIME_SCALE=%s divides waits', ([text, factor]) => {
    const loaded = loadConfig({ env: { RUNHERALD_TIME_SCALE: text }, file: written('') })
    expect(loaded.ok && loaded.value.timeScale).toBe(factor)
  })

  test('RUNHERALD_TIME_SCALE must be above zero', () => {
    expect(faultsOf('', { RUNHERALD_TIME_SCALE: '0' })).toHaveLength(1)
  })
})

describe('faults', () => {
  const mail = (more: string) => `notify: { mail: { from: a@x.org, to: [b@x.org], ${more} } }\n`
  const watchRuns = (line: string) => `watch:\n  - runs: /data\n    ${line}\n`
  test.for<[string, string, string[]]>([
    ['an unknown key', 'stat: /x\n', ['1:1 stat config.unknown-key']],
    ['an unknown key deep inside', watchRuns('timezone: UTC'), ['3:5 watch[0].timezone config.unknown-key']],
    [
      'a number that is text',
      watchRuns('sweepSeconds: fast'),
      ['3:19 watch[0].sweepSeconds config.wrong-type'],
    ],
    ['text that is a number', 'site: { name: 7 }\n', ['1:15 site.name config.wrong-type']],
    [
      'a negative number of seconds',
      watchRuns('sweepSeconds: -1'),
      ['3:19 watch[0].sweepSeconds config.out-of-range'],
    ],
    ['a depth of nothing', watchRuns('depth: 0'), ['3:12 watch[0].depth config.out-of-range']],
    ['a depth beyond all folders', watchRuns('depth: 11'), ['3:12 watch[0].depth config.out-of-range']],
    [
      'an unknown time zone',
      'site: { timeZone: Europe/Lundon }\n',
      ['1:19 site.timeZone config.time-zone-unknown'],
    ],
    [
      'a duration without unit',
      watchRuns('stalledAfter: 7'),
      ['3:19 watch[0].stalledAfter config.duration-unreadable'],
    ],
    [
      'an adopt nobody knows',
      watchRuns('adopt: since:soon'),
      ['3:12 watch[0].adopt config.adopt-unreadable'],
    ],
    [
      'an adopt on a day there is not',
      watchRuns('adopt: since:2026-02-30'),
      ['3:12 watch[0].adopt config.adopt-unreadable'],
    ],
    ['a watch of neither sort', 'watch:\n  - folder: /x\n', ['2:5 watch[0] config.watch-unclear']],
    [
      'a watch of both sorts',
      'watch:\n  - { runs: /x, sheets: /y }\n',
      ['2:5 watch[0] config.watch-unclear'],
    ],
    ['a watch that is no block', 'watch:\n  - /data\n', ['2:5 watch[0] config.wrong-type']],
    ['a list that is none', 'watch: /data\n', ['1:8 watch config.wrong-type']],
    [
      'folders one in the other',
      'watch:\n  - runs: /data\n  - sheets: /data/drop\n',
      ['3:13 watch[1].sheets config.folders-overlap'],
    ],
    [
      'a state folder in a watched one',
      'state: /data/state\nwatch:\n  - runs: /data\n',
      ['3:11 watch[0].runs config.folders-overlap'],
    ],
    ['a page open to all', 'http: { listen: "0.0.0.0:80" }\n', ['1:17 http.listen config.token-needed']],
    [
      'an address that is none',
      'http: { listen: everywhere }\n',
      ['1:17 http.listen config.listen-unusable'],
    ],
    [
      'a journal elsewhere',
      'journal: { url: "postgres://x/y" }\n',
      ['1:1 journal config.journal-not-available'],
    ],
    [
      'a secret file that is not there',
      'http: { tokenFile: /nowhere/token }\n',
      ['1:20 http.tokenFile config.secret-unreadable'],
    ],
    [
      'an empty secret file',
      `http: { tokenFile: ${empty} }\n`,
      ['1:20 http.tokenFile config.secret-unreadable'],
    ],
    [
      'a password of Redis that is not there',
      'redis: { url: "redis://x", passwordFile: /nowhere/password }\n',
      ['1:42 redis.passwordFile config.secret-unreadable'],
    ],
    [
      'a password of the mail server that is not there',
      mail('server: smtp://x, auth: { username: u, passwordFile: /nowhere/password }'),
      ['1:102 notify.mail.auth.passwordFile config.secret-unreadable'],
    ],
    [
      'a mail server at another protocol',
      mail('server: "http://x"'),
      ['1:57 notify.mail.server config.mail-server-unusable'],
    ],
    [
      'a mail server with a password in it',
      mail('server: "smtp://u:p@x"'),
      ['1:57 notify.mail.server config.mail-server-unusable'],
    ],
    [
      'a mail address that would be two',
      mail('server: smtp://x').replace('from: a@x.org', 'from: "a@x.org, b@x.org"'),
      ['1:25 notify.mail.from config.mail-address-unusable'],
    ],
    ['news for nobody', 'notify: { everySeconds: 60 }\n', ['1:1 notify config.notify-nobody']],
    ['a file that holds a list', '- runs: /data\n', ['1:1  config.wrong-type']],
    [
      'a file of more than 1 MiB',
      `# ${'x'.repeat(1_048_576)}\n`,
      ['undefined:undefined  config.file-unreadable'],
    ],
    ['a level nobody knows', 'log: { level: loud }\n', ['1:15 log.level config.value-unknown']],
    [
      'an instrument twice',
      'instruments:\n  - serial: M1\n  - serial: M1\n',
      ['3:13 instruments[1].serial config.name-repeated'],
    ],
    ['syntax', 'site: { name: x\nstate: y\n', ['2:1  config.syntax']],
    ['a key twice', 'state: /a\nstate: /b\n', ['2:1  config.syntax']],
    ['a reference to another value', 'state: &s /a\nsite: { name: *s }\n', ['2:15  config.syntax']],
    ['a tab as indentation', 'site:\n\tname: x\n', ['2:1  config.syntax']],
  ])('%s is told with its place', ([, text, expected]) => {
    expect(faultsOf(text)).toEqual(expected)
  })

  test.for<[string, string, string]>([
    ['a name that no command line takes', 'name: "a b"', 'registries[0].name config.name-unusable'],
    ['a final slash', 'url: https://x.org/', 'registries[0].url config.url-unusable'],
    ['another protocol', 'url: ftp://x.org', 'registries[0].url config.url-unusable'],
    ['a query in the address', 'url: https://x.org/?a=b', 'registries[0].url config.url-unusable'],
    [
      'a secret file that is not there',
      'auth: { username: u, tokenFile: /nowhere/token }',
      'registries[0].auth.tokenFile config.secret-unreadable',
    ],
    ['a password in the address', 'url: https://u:pw@x.org', 'registries[0].url config.url-unusable'],
    ['a kind nobody knows', 'kind: majora-2020', 'registries[0].kind config.value-unknown'],
    ['a make nobody knows', 'when: { make: [ILUMINA] }', 'registries[0].when.make[0] config.value-unknown'],
    [
      'a field that runs do not have',
      'map: { libraryName: "{experimentname}" }',
      'registries[0].map.libraryName config.field-unknown',
    ],
    [
      'a brace left open',
      'map: { libraryName: "{experimentName" }',
      'registries[0].map.libraryName config.field-unknown',
    ],
    ['no concurrency', 'limits: { concurrency: 0 }', 'registries[0].limits.concurrency config.out-of-range'],
    [
      'a default the kind does not know',
      'defaults: { library_sauce: x }',
      'registries[0].defaults.library_sauce config.unknown-key',
    ],
    ['the secret itself', 'auth: { username: u, token: abc }', 'registries[0].auth.token config.unknown-key'],
  ])('at a registry, %s is told with its key', ([, line, expected]) => {
    const base: Record<string, string> = {
      name: 'name: climb',
      kind: 'kind: majora-2020-03-25',
      url: 'url: https://x.org',
      auth: `auth: { username: u, tokenFile: ${token} }`,
    }
    base[line.slice(0, line.indexOf(':'))] = line
    const found = faultsOf(`registries:\n  - ${Object.values(base).join('\n    ')}\n`)
    expect(found.map((one) => one.split(' ').slice(1).join(' '))).toContain(expected)
  })

  test('all faults are told at once, in the order of the file', () => {
    const text = `watch:\n  - runs: /a\n    depth: deep\nsite: { nam: x }\n${registry('    graceSeconds: long\n  - name: climb\n')}`
    expect(faultsOf(text)).toEqual([
      '3:12 watch[0].depth config.wrong-type',
      '4:9 site.nam config.unknown-key',
      '10:19 registries[0].graceSeconds config.wrong-type',
      '11:5 registries[1].kind config.key-missing',
      '11:5 registries[1].url config.key-missing',
      '11:11 registries[1].name config.name-repeated',
    ])
  })

  test('a file that cannot be read is said so', () => {
    const loaded = loadConfig({ file: join(folder, 'nowhere.yaml'), env: {} })
    expect(loaded.ok ? null : loaded.error.map((one) => one.code)).toEqual(['config.file-unreadable'])
  })

  test('no fault repeats what may be a secret', () => {
    const bare = '  - { name: bare, kind: onecodex-v1, url: https://x.org, auth: hunter2 }\n'
    const text = `http: { tokenFile: hunter2 }\n${registry(`    extra: x\n${bare}`).replace('https://', 'https://u:hunter2@').replace(token, 'hunter2')}`
    const loaded = loadConfig({ file: written(text), env: {} })
    expect(loaded.ok).toBe(false)
    expect(JSON.stringify(loaded)).not.toContain('hunter2')
  })

  test('files with secrets are not looked at where none is needed', () => {
    const file = written('http: { tokenFile: /nowhere/token }\n')
    expect(loadConfig({ file, env: {}, secrets: false }).ok).toBe(true)
  })
})

describe('secrets', () => {
  afterEach(() => void vi.useRealTimers())

  test.for([
    ['s3cret\n', 's3cret'],
    ['s3cret\r\n', 's3cret'],
    ['s3cret\n\n', 's3cret\n'],
    [' s3cret', ' s3cret'],
  ] as const)('of %j is %j', async ([text, secret]) => {
    const file = join(folder, 'secret')
    writeFileSync(file, text)
    expect(await readSecret(file)).toBe(secret)
  })

  test('that was kept is read anew as soon as its file is another, or was written', async () => {
    const link = join(folder, 'rotated')
    symlinkSync(resolve('LICENSE'), link)
    const secret = secretIn(link)
    const first = await secret()
    expect([first, await secret()]).toEqual([await readSecret(link), first])
    rmSync(link)
    symlinkSync(resolve('tsconfig.json'), link)
    expect(await secret()).toBe(await readSecret(link))
    rmSync(link)
    for (const text of ['one', 'two', 'six']) {
      writeFileSync(link, text)
      expect(await secret()).toBe(text)
    }
  })

  test('that was kept is read anew when another file of the same length has taken its place', async () => {
    // Later than every file here, so that none counts as just written.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    const [file, next] = [join(folder, 'replaced'), join(folder, 'next')]
    writeFileSync(file, 'one')
    const secret = secretIn(file)
    expect(await secret()).toBe('one')
    writeFileSync(next, 'two')
    renameSync(next, file)
    expect(await secret()).toBe('two')
  })

  test('a bare name is one of the credentials of systemd', () => {
    const credentials = join(folder, 'credentials')
    mkdirSync(credentials, { recursive: true })
    writeFileSync(join(credentials, 'page.token'), 'x')
    const file = written('http: { tokenFile: page.token }\n')
    const loaded = loadConfig({ file, env: { CREDENTIALS_DIRECTORY: credentials } })
    expect(loaded.ok && loaded.value.http.tokenFile).toBe(join(credentials, 'page.token'))
  })
})

describe('values that are read', () => {
  const now = new Date('2026-03-10T12:00:00Z')
  test.for([
    ['since:7d', '2026-03-03T12:00:00.000Z'],
    ['since:2026-01-01', '2025-12-31T23:00:00.000Z'],
    ['register', null],
    ['seen', 'all'],
  ] as const)('adopt %s leaves alone what ended before %s', ([text, expected]) => {
    const loaded = loadConfig({ file: written(`watch:\n  - { runs: /x, adopt: "${text}" }\n`), env: {} })
    const root = loaded.ok ? loaded.value.watch[0] : undefined
    if (root === undefined || !('runs' in root)) throw new Error('the root was not read')
    expect(adoptedBefore(root.adopt, { timeZone: 'Europe/Berlin', now })).toBe(expected)
  })

  test.for([
    ['127.0.0.1:8734', { host: '127.0.0.1', port: 8734, loopback: true }],
    ['[::1]:0', { host: '::1', port: 0, loopback: true }],
    ['localhost:80', { host: 'localhost', port: 80, loopback: true }],
    ['10.0.0.5:80', { host: '10.0.0.5', port: 80, loopback: false }],
    ['example.org:80', null],
    ['127.0.0.1:70000', null],
    ['8734', null],
  ] as const)('address %s is read as %j', ([text, expected]) => {
    expect(listenAddress(text)).toEqual(expected)
  })

  test.for([
    ['sweepSecond', 'sweepSeconds'],
    ['sweep_seconds', 'sweepSeconds'],
    ['SETTLESECONDS', 'settleSeconds'],
    ['sttleSeconds', 'settleSeconds'],
    ['colour', null],
  ] as const)('%s most likely means %s', ([word, expected]) => {
    expect(suggestion(word, ['sweepSeconds', 'settleSeconds', 'depth'])).toBe(expected)
  })
})
