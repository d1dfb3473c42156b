/** What commands write: as a screen, a pipe and a program take it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { runCommandLine } from '../../src/cli/program.ts'
import { published, schemas } from '../../src/cli/schemas.ts'
import { table } from '../../src/cli/table.ts'
import { onScreen, painter, Stop, type Terminal } from '../../src/cli/terminal.ts'
import { type Lab, openLab } from '../rig/lab.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'
import { PROJECT } from './rig.ts'

const run = novaSeqRun(1)
const lone = novaSeqRun(2)
const left = novaSeqRun(3)
let lab: Lab
let ids: Record<string, string> = {}

beforeAll(async () => {
  lab = await openLab({ runs: { adopt: 'seen' }, sheets: { finished: 'move' } })
  await writeRun(lab.runs, left)
  await lab.start()
  await lab.event('root.first-scan')
  await lab.drop('plate7.csv', sheetFor(run, 'LIB-7'))
  await lab.drop('plate8.csv', sheetFor(novaSeqRun(9), 'LIB-8').replace('central_sample_id', 'sample'))
  await writeRun(lab.runs, run)
  await writeRun(lab.runs, lone)
  const rows = await lab.registrations(
    (all) => all.length === 3 && all.filter((row) => row.state === 'registered').length === 2,
  )
  await lab.report('plate8.csv', (report) => report.state === 'needs-fixing')
  ids = Object.fromEntries(rows.map((row) => [`${row.subject.type} ${row.state}`, row.id]))
  await lab.end()
  writeFileSync(join(lab.folder, 'wrong.yaml'), 'sites: { name: BIRM }\nhttp: { listen: 0.0.0.0:80 }\n')
})
afterAll(() => lab[Symbol.asyncDispose]())

/** A command line run as on a terminal of this width; everything it wrote, and its exit code. */
async function on(columns: number, argv: string[], { colour = false } = {}) {
  const lines: string[] = []
  const write = (text: string) => void lines.push(...text.split('\n'))
  const never = new Promise<never>(() => {})
  const terminal: Terminal = {
    ...{ out: write, say: write, interactive: true, colour, columns },
    ...{ env: { PATH: process.env['PATH'] }, stopped: () => never, hungUp: () => never },
  }
  try {
    await runCommandLine(
      argv.includes('--config') ? argv : [...argv, '--config', lab.config],
      terminal,
      '0.1.0',
    )
  } catch (thrown) {
    if (!(thrown instanceof Stop)) throw thrown
    write(onScreen(`runherald: ${thrown.message}`, terminal))
  }
  return lines
}

const commands = (): string[][] => [
  ['ls'],
  ['ls', '--adopted'],
  ['ls', '--all'],
  ['show', ids['run registered'] ?? ''],
  ['show', ids['run waiting'] ?? ''],
  ['explain', ids['run registered'] ?? ''],
  ['explain', ids['run waiting'] ?? ''],
  ['explain', join(lab.runs, lone.runId)],
  ['explain', join(lab.runs, left.runId)],
  ['explain', join(lab.sheets, 'needs-fixing/plate8.csv')],
  ['explain', '/etc'],
  ['explain', lab.runs],
  ['check', join(lab.runs, run.runId)],
  ['check', join(lab.sheets, 'needs-fixing/plate8.csv')],
  ['check', join(lab.sheets, 'done/plate7.csv'), join(lab.runs, run.runId)],
  ['receipts'],
  ['doctor'],
  ['events'],
  ['config', 'check'],
  ['run', '--dry-run'],
  ['resolve', ids['run registered'] ?? '', '--resend'],
  ['retry', ids['run registered'] ?? ''],
  ['pause', 'climbb'],
]
/** Everything wider than the screen that could have been broken: neither one long word, nor data, nor a command to copy. */
const tooWide = (lines: string[], columns: number): string[] =>
  lines.filter((line) => line.length > columns && /\S\s+\S/.test(line) && !IS_WHOLE.test(line.trim()))
const IS_WHOLE = /^(runherald \S|(GET|POST|PATCH) \S+$|"[^"]*": )/

describe.each([80, 200])('on a screen of %i columns', (columns) => {
  test('no command writes past its edge', async () => {
    for (const argv of commands()) {
      const lines = await on(columns, argv)
      expect(lines.length, argv.join(' ')).toBeGreaterThan(0)
      expect([argv.join(' '), tooWide(lines, columns)]).toEqual([argv.join(' '), []])
    }
  })

  test('no help does', async () => {
    const names = ['run', 'check', 'explain', 'ls', 'show', 'retry', 'resolve', 'pause', 'resume', 'receipts']
    const others = ['doctor', 'events', 'schema', 'sandbox', 'simulate', 'backup', 'restore', 'config']
    for (const argv of [['--help'], ...[...names, ...others].map((one) => ['help', one])]) {
      const lines = await on(columns, argv)
      expect([argv.join(' '), tooWide(lines, columns)]).toEqual([argv.join(' '), []])
    }
  })

  test('identifiers and names are whole', async () => {
    const rows = await lab.ls()
    const [listed, receipts] = [await on(columns, ['ls']), await on(columns, ['receipts'])].map((lines) =>
      lines.join('\n'),
    )
    for (const { id, subject, remoteIds } of rows) {
      expect(listed).toContain(id.slice(0, 8))
      expect(listed).toContain(subject.name)
      for (const remote of Object.values(remoteIds)) {
        expect(listed).toContain(remote)
        expect(receipts).toContain(remote)
      }
    }
  })
})

test('a run on a narrow screen has its sources once, by numbers, and each of its cells', async () => {
  const path = join(PROJECT, 'fixtures/runs/pacbio/r84123_20240102_101112')
  const narrow = (await on(80, ['check', path])).join('\n')
  expect(narrow).toMatch(/^ {2}serial number +84123 +\[1\] \/\/CollectionMetadata\/@InstrumentId$/m)
  expect(narrow).toMatch(/^ {2}\[1\] 1_A01\/metadata\/m84123_240102_102345_s1.metadata.xml$/m)
  expect(narrow).toMatch(/^ {2}1_B01 +EA101302 +HG pool 2 +m84123_240102_122511_s2 +transferred$/m)
  expect(narrow).not.toContain('lanes')
  const wide = (await on(200, ['check', path])).join('\n')
  expect(wide).toMatch(
    /^ {2}serial number +84123 +1_A01.*\.metadata\.xml {2}\/\/CollectionMetadata\/@InstrumentId$/m,
  )
})

test('a wide screen has a row in one line, a narrow one goes on below it', async () => {
  const [wide, narrow] = [await on(200, ['ls']), await on(80, ['ls'])]
  expect(wide).toHaveLength(4)
  expect(narrow.length).toBeGreaterThan(4)
  expect(narrow.join('\n')).toMatch(/^ +state Registered {2}since /m)
})

test('show tells everything of a registration below titles, and leaves out what there is not', async () => {
  const titles = (lines: string[]) =>
    lines.filter((line, at) => lines[at - 1] === '' && /^[A-Z]\w+$/.test(line))
  const made = await on(200, ['show', ids['run registered'] ?? ''])
  expect(titles(made)).toEqual(['Receipt', 'Problems', 'Request', 'Attempts', 'History'])
  expect(made[0]).toContain(`run ${run.runId} in library LIB-7  at climb (majora-2020-03-25)`)
  expect(made[1]).toMatch(/^Registered {2}since \d{4}-/)
  const { remoteIds = {} } = (await lab.ls()).find((row) => row.id === ids['run registered']) ?? {}
  for (const [name, id] of Object.entries(remoteIds))
    expect(made.join('\n')).toMatch(new RegExp(`^  ${name} +${id}$`, 'm'))
  expect(made.join('\n')).toMatch(/^ {2}POST \/api\/v2\/process\/sequencing\/add\/$/m)
  expect(made.join('\n')).toMatch(/^ {2}Sent .* accepted {2}HTTP 200 {2}\(revision 1, attempt 1\)$/m)
  expect(titles(await on(200, ['show', ids['run waiting'] ?? '']))).toEqual(['History'])
})

test('check tells what a request waits for', async () => {
  const told = await on(200, ['check', join(lab.sheets, 'done/plate7.csv'), join(lab.runs, run.runId)])
  expect(told).toContain('    Once the library LIB-7 is registered there')
  const lonely = await on(200, ['check', join(lab.runs, lone.runId)])
  expect(lonely).toContain('    Not yet: a sample sheet')
})

test('a list in which nothing fits says so, and names a registry that is not configured', async () => {
  expect(await on(200, ['ls', '--registry', 'elsewhere'])).toEqual([
    'No registry is called "elsewhere" in the configuration.',
    `No registrations that fit under ${lab.state}.`,
  ])
  expect(await on(200, ['ls', '--adopted', '--since', '2099-01-01'])).toEqual([
    'No run was left alone since then.',
  ])
})

test('the last column of a table is broken below its own beginning, whatever the colours before it', () => {
  const rows = [['a.b', { text: 'error', style: 'red' as const }, 'one two three four five six seven eight']]
  const [plain, coloured] = [false, true].map((colour) =>
    stripVTControlCharacters(table(['EVENT', 'LEVEL', 'MEANS'], rows, painter({ colour }), 45)).split('\n'),
  )
  expect(plain).toEqual([
    'EVENT  LEVEL  MEANS',
    'a.b    error  one two three four five six',
    '              seven eight',
  ])
  expect(coloured).toEqual(plain)
})

const ESCAPE = new RegExp(String.fromCharCode(27))

test('colours are there on a terminal that has them, and do not count as width', async () => {
  for (const argv of [['ls'], ['explain', ids['run waiting'] ?? ''], ['doctor'], ['receipts']]) {
    const lines = await on(80, argv, { colour: true })
    expect([argv, lines.some((line) => ESCAPE.test(line))]).toEqual([argv, true])
    const plain = lines.map((line) => stripVTControlCharacters(line))
    expect([argv, tooWide(plain, 80)]).toEqual([argv, []])
  }
})

test('a pipe gets no escape codes, and each row of a table in one line', async () => {
  for (const argv of [['ls'], ['receipts'], ['show', ids['run registered'] ?? ''], ['doctor'], ['events']]) {
    const { stdout, stderr } = await lab.cli(...argv)
    expect([argv, ESCAPE.test(stdout + stderr)]).toEqual([argv, false])
  }
  expect((await lab.cli('ls')).stdout.trim().split('\n')).toHaveLength(4)
})

test('a faulty configuration is told within the screen too', async () => {
  const lines = await on(80, ['ls', '--config', join(lab.folder, 'wrong.yaml')])
  expect(lines.join(' ')).toMatch(/did you mean site/i)
  expect(tooWide(lines, 80)).toEqual([])
})

/** What a program that was told the published schema makes of a document. */
const faultsOf = (name: keyof typeof schemas, document: unknown): string[] => {
  const told = JSON.parse(JSON.stringify(published(name)))
  const read = z.fromJSONSchema(told).safeParse(document)
  return read.success ? [] : read.error.issues.map((one) => JSON.stringify(one))
}

describe('every JSON document is as its published schema says', () => {
  const documents = (): Array<[keyof typeof schemas, string[]]> => [
    ['check', ['check', join(lab.runs, run.runId), join(lab.sheets, 'done/plate7.csv')]],
    ['check', ['check', join(lab.sheets, 'needs-fixing/plate8.csv')]],
    ['check', ['check', '/etc', '/nowhere']],
    ['ls', ['ls']],
    ['ls', ['ls', '--all']],
    ['ls-adopted', ['ls', '--adopted']],
    ['show', ['show', ids['run registered'] ?? '']],
    ['show', ['show', ids['run waiting'] ?? '']],
    ['explain', ['explain', ids['run registered'] ?? '']],
    ['explain', ['explain', ids['run waiting'] ?? '']],
    ['explain', ['explain', join(lab.runs, lone.runId)]],
    ['explain', ['explain', join(lab.sheets, 'needs-fixing/plate8.csv')]],
    ['explain', ['explain', '/nowhere']],
    ['receipts', ['receipts']],
    ['doctor', ['doctor']],
    ['events', ['events']],
    ['config-check', ['config', 'check']],
    ['config-check', ['config', 'check', '--config', join(lab.folder, 'wrong.yaml')]],
    ['config-show', ['config', 'show']],
    ['dry-run', ['run', '--dry-run']],
    ['retry', ['retry', ids['run registered'] ?? '']],
    ['resolve', ['resolve', ids['run registered'] ?? '', '--resend']],
  ]
  test('what commands write', async () => {
    for (const [name, argv] of documents()) {
      const document = JSON.parse((await on(80, [...argv, '--json'])).join('\n'))
      expect([argv.join(' '), faultsOf(name, document)]).toEqual([argv.join(' '), []])
    }
  })

  test.each(['plate7.csv', 'plate8.csv'])('the report beside %s', async (sheet) => {
    const report = JSON.parse(await lab.read(`sheets/_status/${sheet}.json`))
    expect(faultsOf('sheet-report', report)).toEqual([])
  })

  test('and a schema finds what is not so', async () => {
    const [row, ...others] = (
      JSON.parse((await on(80, ['ls', '--json'])).join('\n')) as { registrations: object[] }
    ).registrations
    expect(faultsOf('ls', { registrations: [{ ...row, state: 'lost' }, ...others] })).toHaveLength(1)
    expect(faultsOf('ls', { registrations: [{ ...row, more: 1 }] })).toHaveLength(1)
  })

  test('the command that publishes them knows each by its name', async () => {
    const names = await on(80, ['schema'])
    expect(names).toEqual(Object.keys(schemas))
    const schema = JSON.parse((await on(80, ['schema', 'ls'])).join('\n'))
    expect(schema).toMatchObject({ $schema: expect.stringContaining('2020-12'), title: 'runherald ls' })
    expect((await on(80, ['schema', 'lss'])).join(' ')).toContain('did you mean ls?')
  })
})
