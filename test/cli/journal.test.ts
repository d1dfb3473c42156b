/** Commands on the journal of a daemon that has registered a run: what is listed and shown, decided, copied and put back. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvLine } from '../../src/cli/receipts.ts'
import { migrate } from '../../src/journal/open.ts'
import { STEPS } from '../../src/journal/schema.ts'
import { type Lab, openLab } from '../rig/lab.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'
import { PROJECT } from './rig.ts'

const run = novaSeqRun(1)
const left = novaSeqRun(2)
let lab: Lab
let libraryId = ''
let runId = ''

beforeAll(async () => {
  lab = await openLab({ runs: { adopt: 'seen' } })
  await writeRun(lab.runs, left)
  await lab.start()
  await lab.event('root.first-scan')
  await lab.drop('plate7.csv', sheetFor(run, 'LIB-7'))
  await writeRun(lab.runs, run)
  const rows = await lab.registrations(
    (all) => all.length === 2 && all.every((row) => row.state === 'registered'),
  )
  libraryId = rows.find((row) => row.subject.type === 'library')?.id ?? ''
  runId = rows.find((row) => row.subject.type === 'run')?.id ?? ''
  await lab.end()
})
afterAll(() => lab[Symbol.asyncDispose]())

const listed = async (...args: string[]) =>
  JSON.parse((await lab.cli('ls', '--json', ...args)).stdout).registrations

describe('with the daemon stopped', () => {
  test('ls gives each registration with exactly the keys of the contract', async () => {
    const rows = await listed()
    expect(rows).toHaveLength(2)
    expect(Object.keys(rows[0]).toSorted()).toEqual([
      'attempts',
      'id',
      'kind',
      'nextTry',
      'reason',
      'registry',
      'remoteIds',
      'revision',
      'since',
      'state',
      'subject',
    ])
    expect(Object.keys(rows[0].subject).toSorted()).toEqual(['library', 'name', 'path', 'type'])
  })

  test('ls takes a state, a registry and a time', async () => {
    expect(await listed('--state', 'held')).toEqual([])
    expect(await listed('--state', 'registered', '--registry', 'climb', '--since', '1h')).toHaveLength(2)
    expect(await listed('--since', '2099-01-01')).toEqual([])
  })

  test('ls for people names subject, registry and state in words', async () => {
    const { stdout, code } = await lab.cli('ls')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`run ${run.runId} in library LIB-7 +climb +Registered`))
  })

  test('ls --adopted lists the run that was left alone', async () => {
    const { adopted } = JSON.parse((await lab.cli('ls', '--adopted', '--json')).stdout)
    expect(adopted).toMatchObject([
      { runId: left.runId, status: 'completed', path: join(lab.runs, left.runId) },
    ])
    const later = await lab.cli('ls', '--adopted', '--since', '2099-01-01', '--json')
    expect(JSON.parse(later.stdout)).toEqual({ adopted: [] })
  })

  test.for(['the whole id', 'the beginning of the id', 'the name'])(
    'show finds a registration by %s',
    async (by) => {
      const said =
        { 'the whole id': runId, 'the beginning of the id': runId.slice(0, 8), 'the name': run.runId }[by] ??
        ''
      const { stdout, code } = await lab.cli('show', said, '--json')
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        registration: { id: runId, state: 'registered' },
        revisions: [{ revision: 1 }],
        attempts: [{ purpose: 'send', outcome: 'accepted' }],
        receipt: { registration: runId },
      })
    },
  )

  test('show never holds the token', async () => {
    const told = [await lab.cli('show', runId, '--json'), await lab.cli('show', libraryId)]
    for (const { stdout } of told) {
      expect(stdout).toContain('***')
      expect(stdout).not.toContain('sandbox-token')
    }
  })

  test('explain tells of a path what was done with it and which rule decided', async () => {
    const taken = JSON.parse((await lab.cli('explain', join(lab.runs, run.runId), '--json')).stdout)
    expect(taken).toMatchObject({
      status: 'done',
      registrations: [{ id: runId, next: 'Nothing is left to be done.' }],
    })
    const alone = await lab.cli('explain', join(lab.runs, left.runId))
    expect(alone.stdout).toContain('left alone')
    expect(alone.stdout).toContain(`runherald retry ${join(lab.runs, left.runId)}`)
  })

  test('explain of a sheet leads to the registrations of its library', async () => {
    const told = JSON.parse((await lab.cli('explain', join(lab.sheets, 'plate7.csv'), '--json')).stdout)
    expect(told.registrations.map((one: { id: string }) => one.id).toSorted()).toEqual(
      [libraryId, runId].toSorted(),
    )
  })

  test('receipts tell every identifier, also as CSV', async () => {
    const { receipts } = JSON.parse((await lab.cli('receipts', '--json')).stdout)
    expect(receipts.map((one: { registration: string }) => one.registration).toSorted()).toEqual(
      [libraryId, runId].toSorted(),
    )
    const [header, ...lines] = (await lab.cli('receipts', '--csv')).stdout.trimEnd().split('\r\n')
    expect(header).toBe('registry,subject,name,library,identifies,identifier,at')
    expect(lines.length).toBeGreaterThanOrEqual(3)
  })

  test('an act that cannot be done says why and gives 1', async () => {
    const { stdout, code } = await lab.cli('retry', runId)
    expect(code).toBe(1)
    expect(stdout).toContain('it is registered already')
    expect((await lab.cli('resolve', runId, '--resend')).code).toBe(1)
  })

  test('pause and resume are noted, and an unknown registry is told with the one that was meant', async () => {
    expect((await lab.cli('pause', 'climb')).code).toBe(0)
    expect((await lab.cli('resume', 'climb')).stdout).toContain('is open again')
    expect((await lab.cli('resume', 'climb')).stdout).toContain('was not paused')
    const { code, stderr } = await lab.cli('pause', 'clmb')
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean climb?')
  })

  test('retry of a path takes up the run that was left alone', async () => {
    // Where it lies, its name alone is a path.
    const command = [join(PROJECT, 'src/main.ts'), 'retry', left.runId, '--config', lab.config]
    const { status, stdout } = spawnSync(process.execPath, command, { cwd: lab.runs, encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout).toContain(`Taken up again: the run that was left alone at ${join(lab.runs, left.runId)}`)
    expect(await listed('--state', 'waiting')).toMatchObject([
      { subject: { name: left.runId }, reason: 'sheet' },
    ])
    expect(JSON.parse((await lab.cli('ls', '--adopted', '--json')).stdout)).toEqual({ adopted: [] })
  })

  test('retry of a path that was never found says so', async () => {
    const { code, stderr } = await lab.cli('retry', '/nowhere/at/all')
    expect(code).toBe(1)
    expect(stderr).toContain('never found')
  })
})

describe('the journal as a whole', () => {
  const copy = () => join(lab.folder, 'copy.sqlite')
  const journal = () => join(lab.state, 'journal.sqlite')

  test('is copied while the daemon runs, and put back only when it does not', async () => {
    await lab.start()
    expect((await lab.cli('backup', copy())).stdout.trim()).toBe(copy())
    const { code, stderr } = await lab.cli('restore', copy())
    expect(code).toBe(75)
    expect(stderr).toContain('stop it first')
    await lab.end()
    expect(statSync(copy()).mode & 0o077).toBe(0)
  })

  /** What `rm journal.sqlite*` in the state folder takes away. */
  const removeAll = () => {
    const names = readdirSync(lab.state).filter((name) => name.startsWith('journal.sqlite'))
    for (const name of names) rmSync(join(lab.state, name))
  }

  test.for<[string, () => void]>([
    ['cut in half', () => truncateSync(journal(), statSync(journal()).size / 2)],
    ['gone', () => rmSync(journal())],
    ['gone with all that is named like it', removeAll],
  ])('that is %s gives 74 and names restore, which mends it', async ([, harm]) => {
    const rows = await listed()
    harm()
    for (const command of ['ls', 'run']) {
      const { code, stderr } = await lab.cli(command)
      expect([command, code]).toEqual([command, 74])
      expect(stderr).toContain('runherald restore FILE')
    }
    const restored = await lab.cli('restore', copy())
    expect(restored.code).toBe(0)
    expect((await listed()).map((row: { id: string }) => row.id)).toEqual(
      rows.map((row: { id: string }) => row.id),
    )
    // What was registered after the copy would be registered again there, and cannot be asked about.
    expect(restored.stderr).toContain('climb is paused')
  })

  test('of an earlier version is read by nobody before it is brought forward, as restore does', async () => {
    const older = join(lab.folder, 'older.sqlite')
    const made = new DatabaseSync(older)
    migrate(made, older, STEPS.slice(0, 1))
    made.close()
    const kept = readFileSync(journal())
    writeFileSync(journal(), readFileSync(older))
    for (const args of [['ls'], ['retry', '--held']]) {
      const { code, stderr } = await lab.cli(...args)
      expect([...args, code]).toEqual([...args, 74])
      expect(stderr).toContain('by an earlier version: the daemon brings it forward at its next start')
    }
    const before = readFileSync(journal())
    const restored = await lab.cli('restore', older)
    expect(restored).toMatchObject({ code: 0, stdout: 'The journal is in place, with 0 registrations.\n' })
    const [, aside = ''] = /What was there before is kept as (\S+)/.exec(restored.stderr) ?? []
    expect(readFileSync(aside).equals(before)).toBe(true)
    expect(await listed()).toEqual([])
    writeFileSync(journal(), kept)
  })

  test('is neither copied into a folder that is not there, nor put back from a file that is not: 74', async () => {
    const nowhere = join(lab.folder, 'nowhere/copy.sqlite')
    for (const command of ['backup', 'restore'])
      expect(await lab.cli(command, nowhere)).toMatchObject({
        ...{ code: 74, stdout: '' },
        stderr: expect.stringContaining(command === 'backup' ? dirname(nowhere) : `no file ${nowhere}`),
      })
  })

  test('is not replaced by what is no journal', async () => {
    const other = join(lab.folder, 'other.sqlite')
    writeFileSync(other, 'not a journal')
    const before = readFileSync(journal())
    expect((await lab.cli('restore', other)).code).toBe(74)
    expect(readFileSync(journal()).equals(before)).toBe(true)
  })
})

test.for([
  ['=1+1', "'=1+1"],
  ['@cmd', "'@cmd"],
  ['-5', "'-5"],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['=a,b', '"\'=a,b"'],
  ['plain', 'plain'],
] as const)('a cell %s becomes %s, which no spreadsheet takes for a formula', ([text, cell]) => {
  expect(csvLine([text])).toBe(cell)
})
