/** What every command has in common: help, exit codes, suggestions, streams; and the configuration commands. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { schemas } from '../../src/cli/schemas.ts'
import { events } from '../../src/events.ts'
import { kinds } from '../../src/sandbox/index.ts'
import { openDesk, PROJECT } from './rig.ts'

const desk = openDesk()
afterAll(() => desk[Symbol.dispose]())
const { runherald } = desk

writeFileSync(
  join(desk.folder, 'faults.json'),
  '{ "rules": [{ "match": {}, "fault": { "do": "explode" } }] }',
)

type Check = { id: string; result: string }

const COMMANDS = [
  'run',
  'check',
  'explain',
  'ls',
  'show',
  'retry',
  'resolve',
  'pause',
  'resume',
  'receipts',
  'doctor',
  'events',
  'schema',
  'sandbox',
  'simulate',
  'backup',
  'restore',
  'config',
]

describe('help', () => {
  test('names every command, examples first, on standard output', () => {
    const { exit, out, said } = runherald(['--help'])
    expect({ exit, said }).toEqual({ exit: 0, said: '' })
    expect(out).toMatch(/^Examples:/)
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  test('of a command shows how it is used before its options', () => {
    const { exit, out } = runherald(['resolve', '--help'])
    expect(exit).toBe(0)
    expect(out.indexOf('$ runherald resolve')).toBeLessThan(out.indexOf('Options:'))
  })

  test.for(['explain', 'retry', 'resolve'])('of %s says when it gives 3', (command) => {
    expect(runherald([command, '--help']).out.replaceAll(/\s+/g, ' ')).toContain(
      '3 when it waits for a person',
    )
  })

  test('nothing to do is a fault in usage, and shows what can be done', () => {
    const { exit, out, said } = runherald([])
    expect({ exit, out }).toEqual({ exit: 2, out: '' })
    expect(said).toContain('Commands:')
  })

  test('--version tells the package version', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'))
    expect(runherald(['--version'])).toEqual({ exit: 0, out: `${version}\n`, said: '' })
  })
})

test('a terminal that was never told its size is not taken for one without any', () => {
  const command = `${process.execPath} ${join(PROJECT, 'src/main.ts')} explain nothing; true`
  const env = { PATH: process.env['PATH'], HOME: desk.folder }
  const shown = execFileSync('script', ['-qec', command, '/dev/null'], {
    cwd: desk.folder,
    env,
    encoding: 'utf8',
  })
  expect(shown).toContain('there is no registration "nothing"; all are listed by')
})

test.for<[string, string[], string]>([
  ['a misspelt command', ['chekc'], 'Did you mean check?'],
  ['a misspelt option', ['ls', '--jsno'], 'Did you mean --json?'],
  ['a path too few', ['check'], "missing required argument 'path'"],
  ['an unknown state', ['ls', '--state', 'lost'], 'Allowed choices are waiting'],
  ['an unreadable time', ['ls', '--since', 'yesterday'], 'write 7d'],
  ['both halves of the daemon alone', ['run', '--watch-only', '--work-only'], 'cannot be used with'],
  ['nothing to retry', ['retry'], 'say what to retry'],
  ['no verdict', ['resolve', 'x'], 'give one verdict'],
  ['two verdicts', ['resolve', 'x', '--resend', '--registered'], 'give one verdict'],
  ['giving up without a reason', ['resolve', 'x', '--abandon'], 'say why'],
  ['an unknown act', ['config', 'chek'], 'check, show and init'],
  ['a port that is none', ['sandbox', '--port', '99999'], '99999 is no port'],
  [
    'a registry that is not configured, before anything was registered',
    ['pause', 'demo-batch'],
    'did you mean demo-batches?',
  ],
  [
    'faults that are not there',
    ['sandbox', '--faults', 'nowhere.json'],
    'nowhere.json cannot be read as JSON',
  ],
  ['faults that are none', ['sandbox', '--faults', 'faults.json'], 'faults.json is no list of faults'],
  [
    'a time in words',
    ['simulate', 'pacbio', '--into', '.', '--seconds', 'soon'],
    'A number of seconds is needed',
  ],
  [
    'a time before now',
    ['simulate', 'pacbio', '--into', '.', '--seconds', '-1'],
    'A number of seconds is needed',
  ],
  ['a run to be written nowhere', ['simulate', 'pacbio'], '--into <folder>'],
  ['an unknown make', ['simulate', 'nanpore', '--into', '.'], 'did you mean nanopore?'],
])('%s gives exit code 2 and says what would be right', ([, args, hint]) => {
  const { exit, out, said } = runherald(args)
  expect({ exit, out }).toEqual({ exit: 2, out: '' })
  expect(said).toContain(hint)
})

test('sandbox tells a url for each kind, is as strict as it was told, and ends with 0', async () => {
  const child = spawn(process.execPath, [join(PROJECT, 'src/main.ts'), 'sandbox', '--strict'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [told, said] = [text(child.stdout), text(child.stderr)]
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  expect(await (await fetch(`${url}/__sandbox`)).text()).toContain('Strict: ')
  const taken = runherald(['sandbox', '--port', new URL(url).port])
  expect(taken).toMatchObject({
    exit: 69,
    out: '',
    said: expect.stringContaining('taken by another program'),
  })
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await told).toBe(`${url}\n`)
  for (const kind of kinds) expect(await said).toContain(`${url}/${kind}`)
})

describe('the configuration', () => {
  const file = join(desk.folder, 'faulty.yaml')
  writeFileSync(file, 'site:\n  timezone: Europe/London\nlog: { level: loud }\n')

  test('that is faulty ends any command with 78 and every fault with its line and column', () => {
    const { exit, out, said } = runherald(['ls', '--config', file])
    expect({ exit, out }).toEqual({ exit: 78, out: '' })
    expect(said).toContain(`${file}:2:3  site.timezone`)
    expect(said).toContain('did you mean timeZone?')
    expect(said).toContain(`${file}:3:15  log.level`)
  })

  test('is checked as JSON with positions', () => {
    const { exit, out } = runherald(['config', 'check', '--json', '--config', file])
    expect(exit).toBe(78)
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      problems: [
        {
          code: 'config.unknown-key',
          key: 'site.timezone',
          position: { line: 2, column: 3 },
          suggestion: 'timeZone',
        },
        { code: 'config.value-unknown', key: 'log.level', position: { line: 3, column: 15 } },
      ],
    })
  })

  test('that is possible but in vain is right, with a warning', () => {
    const vain = join(desk.folder, 'vain.yaml')
    const entry = (name: string, kind: string) =>
      `  - { name: ${name}, kind: ${kind}, url: "http://127.0.0.1:9", auth: { username: a, tokenFile: token }, map: { libraryName: "{runId}" } }\n`
    writeFileSync(join(desk.folder, 'token'), 'a-token')
    writeFileSync(
      vain,
      `registries:\n${entry('first', 'majora-2020-03-24')}${entry('second', 'majora-2020-03-25')}`,
    )
    const code = 'config.library-name-in-vain'
    const { exit, out } = runherald(['config', 'check', '--json', '--config', vain])
    expect(exit).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ valid: true, problems: [{ code, severity: 'warning' }] })
    const told = runherald(['config', 'check', '--config', vain])
    expect(told).toMatchObject({ exit: 0, out: expect.stringContaining('The configuration is right') })
    expect(told.said).toContain(`${vain}:2:`)
    expect(told.said).toContain(`registries[0].map.libraryName`)
    const checks = JSON.parse(runherald(['doctor', '--json', '--config', vain]).out).checks as Check[]
    expect(checks.filter((one) => one.id === 'config').map((one) => one.result)).toEqual(['fine', 'warning'])
  })

  test('is not run where certificates count for nothing', () => {
    const good = join(desk.folder, 'tls.yaml')
    writeFileSync(good, `state: ${join(desk.folder, 'state')}\n`)
    const { exit, said } = runherald(['run', '--config', good], { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    expect(exit).toBe(78)
    expect(said).toContain('NODE_EXTRA_CA_CERTS')
  })

  test('gives way to the flags of run, and what they set wrongly is told as theirs', () => {
    const wrong = ['--log-level', 'loud', '--log-format', 'xml', '--listen', 'nowhere', '--state-folder', '']
    const { exit, said } = runherald(['run', ...wrong, '--config', file])
    expect(exit).toBe(78)
    for (const key of ['log.level', 'log.format', 'http.listen', 'state'])
      expect(said).toMatch(new RegExp(`${key}\\n.*\\(set by flag\\)`))
  })

  test('is told as one document where a document was asked for', () => {
    for (const [argv, exit] of [
      [['ls', '--json', '--config', file], 78],
      [['show', 'none', '--json'], 1],
      [['ls', '--since', '2026-02-31', '--json'], 2],
      [['ls', '--state', 'lost', '--json'], 2],
      [['receipts', '--csv', '--json'], 2],
      [['ls', '--adopted', '--state', 'held', '--json'], 2],
      [['run', '--json'], 2],
    ] as const) {
      const told = runherald([...argv])
      expect([argv, told.exit]).toEqual([argv, exit])
      const { error } = schemas.error.parse(JSON.parse(told.out))
      expect(error.exit).toBe(exit)
      expect(told.said).toContain(error.message)
      expect(error.problems).toHaveLength(exit === 78 ? 2 : 0)
    }
  })

  test('may stand before the command or after it, or in RUNHERALD_CONFIG', () => {
    const tellings = [
      runherald(['--config', file, 'ls']),
      runherald(['ls', '--config', file]),
      runherald(['ls'], { RUNHERALD_CONFIG: file }),
    ]
    expect(tellings.map((one) => one.exit)).toEqual([78, 78, 78])
  })

  test('is shown with where each value was set', () => {
    const good = join(desk.folder, 'good.yaml')
    writeFileSync(good, 'site: { name: BIRM }\nwatch:\n  - runs: /data\n    stalledAfter: 12h\n')
    const { exit, out } = runherald(['config', 'show', '--config', good], { RUNHERALD_LOG_LEVEL: 'warn' })
    expect(exit).toBe(0)
    expect(out).toMatch(/name: BIRM # line 1$/m)
    expect(out).toMatch(/runs: \/data # line 3$/m)
    expect(out).toMatch(/stalledAfter: 12h # line 4$/m)
    expect(out).toMatch(/level: warn # RUNHERALD_LOG_LEVEL$/m)
    expect(out).toMatch(/sweepSeconds: 60 # default$/m)
    const env = { RUNHERALD_TIME_SCALE: '60' }
    const scaled = runherald(['config', 'show', '--config', good], env).out
    expect(scaled).toContain(`# ${good}\n# Waiting times are divided by 60 (RUNHERALD_TIME_SCALE)`)
    const shown = JSON.parse(runherald(['config', 'show', '--json', '--config', good], env).out)
    expect(shown).toMatchObject({
      ...{ file: good, others: 'default', origins: { 'site.name': 'line 1', 'watch.0.runs': 'line 3' } },
      values: { site: { name: 'BIRM' }, timeScale: 60 },
    })
  })

  test('that is shown can be read again', () => {
    const { out } = runherald(['config', 'show'])
    const again = join(desk.folder, 'again.yaml')
    writeFileSync(again, out)
    expect(runherald(['ls', '--config', again]).exit).toBe(0)
  })

  test('init prints the commented example', () => {
    const { exit, out } = runherald(['config', 'init'])
    expect(exit).toBe(0)
    expect(out).toBe(readFileSync(join(PROJECT, 'config/runherald.yaml'), 'utf8'))
  })
})

test('events lists everything that the log tells, with level and sentence', () => {
  const { exit, out } = runherald(['events', '--json'])
  expect(exit).toBe(0)
  const listed = JSON.parse(out).events
  expect(listed.map((one: { event: string }) => one.event).toSorted()).toEqual(Object.keys(events).toSorted())
  expect(listed).toContainEqual({
    event: 'registration.held',
    level: 'error',
    means: 'A registration needs a person',
  })
  expect(runherald(['events']).out).toMatch(/^registration\.held +error +A registration needs a person$/m)
})

describe('streams', () => {
  test('what a disk does not take of a file is told, and gives 74', () => {
    const program = `"${process.execPath}" "${join(PROJECT, 'src/main.ts')}"`
    for (const command of ['config init', 'events --json']) {
      // A file may have 1 KiB, as a disk that has room for no more.
      const line = `ulimit -f 1; ${program} ${command} > cut.txt`
      const { status, stderr } = spawnSync('bash', ['-c', line], { cwd: desk.folder, encoding: 'utf8' })
      expect([command, status]).toEqual([command, 74])
      expect(stderr).toContain('the disk or the journal does not take it: EFBIG')
    }
  })

  test('no colours go into a pipe', () => {
    expect(runherald(['config', 'check']).out).not.toContain('\u001b')
  })

  test('nothing registered yet is an empty list and no fault', () => {
    expect(JSON.parse(runherald(['ls', '--json']).out)).toEqual({ registrations: [] })
    expect(JSON.parse(runherald(['receipts', '--json']).out)).toEqual({ receipts: [] })
    for (const [command, what] of [
      ['ls', 'No registrations under '],
      ['receipts', 'No receipts yet under '],
    ] as const)
      expect(runherald([command])).toMatchObject({ exit: 0, out: '', said: expect.stringContaining(what) })
    expect(runherald(['show', 'nothing']).exit).toBe(1)
    expect(runherald(['retry', '--held']).exit).toBe(1)
  })
})
