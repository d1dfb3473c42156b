/** `explain`: whatever a person asks about, the rule that decided, the evidence, what is awaited, and what comes next. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainPath } from '../../src/cli/explain/path.ts'
import { placeOf } from '../../src/cli/explain/place.ts'
import { explainRegistration } from '../../src/cli/explain/registration.ts'
import { loadConfig, type RunsRoot } from '../../src/config.ts'
import { decideAt } from '../../src/deliver/decide.ts'
import type { RegistrationRow } from '../../src/journal/journal.ts'
import { openJournal } from '../../src/journal/open.ts'
import { climb, type Lab, openLab, type Row } from '../rig/lab.ts'
import { novaSeqRun, registrationSheet, sheetFor, writeRun } from '../rig/runs.ts'
import { openDesk } from './rig.ts'

const SEQUENCING_ADD = '/api/v2/process/sequencing/add/'
const [adopted, ignored, running] = [novaSeqRun(1), novaSeqRun(2), novaSeqRun(3)]
const [alone, good, lost] = [novaSeqRun(4), novaSeqRun(5), novaSeqRun(6)]
let lab: Lab
let rows: Row[] = []

const isRow =
  (name: string, state: string, registry = 'climb') =>
  (row: Row) =>
    row.subject.name === name && row.state === state && row.registry === registry

beforeAll(async () => {
  lab = await openLab({
    runs: { adopt: 'seen', ignore: ['*_test'], depth: 1 },
    sheets: { finished: 'move' },
    faults: {
      rules: [
        { match: { path: SEQUENCING_ADD, runName: 'LIB-LOST' }, fault: { do: 'reset', at: 'after-commit' } },
      ],
    },
  })
  lab.settings.registries = [
    climb(lab.sandbox),
    climb(lab.sandbox, { name: 'mapped', map: { libraryName: '{experimentName}' } }),
    {
      name: 'tubes',
      kind: 'onecodex-v1',
      url: lab.sandbox.urlOf('onecodex-v1'),
      auth: { tokenFile: join(lab.folder, 'token') },
    },
  ]
  await lab.configure()
  await writeRun(lab.runs, adopted)
  await lab.start()
  await lab.event('root.first-scan')
  await writeRun(lab.runs, { ...ignored, runId: `${ignored.runId}_test` })
  await writeRun(lab.runs, running, { finished: false })
  await writeRun(lab.runs, alone)
  await writeRun(lab.runs, good)
  await writeRun(lab.runs, lost)
  await lab.drop('good.csv', sheetFor(good, 'LIB-GOOD'))
  await lab.drop('lost.csv', sheetFor(lost, 'LIB-LOST'))
  await lab.drop('long.csv', sheetFor(good, `LIB-${'X'.repeat(60)}`))
  await lab.drop(
    'wrong.csv',
    registrationSheet([{ central_sample_id: '', library_name: 'LIB-W', run_name: 'nothing' }]),
  )
  await lab.event('sheet.moved', (line) => line['sheet'] === 'good.csv')
  await lab.event('sheet.judged', (line) => line['sheet'] === 'wrong.csv')
  await lab.registrations(
    (all) =>
      all.some(isRow(lost.runId, 'held')) &&
      all.some(isRow(alone.runId, 'waiting')) &&
      all.some(isRow(running.runId, 'waiting')) &&
      all.some((row) => row.state === 'refused') &&
      all.some((row) => row.reason?.startsWith('library ') === true),
  )
  await lab.cli('pause', 'tubes')
  rows = await lab.ls()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** What is told of a path, as text and as JSON, which end alike. */
async function told(what: string) {
  const [text, document] = [await lab.cli('explain', what), await lab.cli('explain', what, '--json')]
  expect(text.code).toBe(document.code)
  return { text: text.stdout.replaceAll(/\s+/g, ' '), code: text.code, ...JSON.parse(document.stdout) }
}

const idOf = (fits: (row: Row) => boolean): string => rows.find(fits)?.id ?? 'none'

describe('a path', () => {
  test('where nothing lies gives 1 and has its spelling checked', async () => {
    const { text, code } = await told(join(lab.sheets, 'nothing.csv'))
    expect(code).toBe(1)
    expect(text).toContain('Nothing lies there')
    expect(text).toContain('Check the spelling')
  })

  test('that the daemon has not found yet tells when it will', async () => {
    const config = loadConfig({ file: lab.config, env: {} })
    if (!config.ok) throw new Error('the configuration of the lab is wrong')
    const { because, next } = await explainPath(join(lab.runs, good.runId), null, config.value)
    expect(because.at(-1)).toBe('The daemon has not found it yet.')
    expect(next).toBe(
      'It is found at the next scan (every 1 s), and taken once its files have rested for the settle time.',
    )
  })

  test('in no watched folder names those that are', async () => {
    const { text, code, root } = await told(lab.config)
    expect({ code, root }).toEqual({ code: 0, root: null })
    expect(text).toContain(`watched are ${lab.runs}, ${lab.sheets}`)
    expect(text).toContain(`runherald check ${lab.config}`)
  })

  test('with a name to ignore names the pattern', async () => {
    const { text, code } = await told(join(lab.runs, `${ignored.runId}_test`))
    expect(code).toBe(0)
    expect(text).toContain('fits "*_test"')
  })

  test('that is too deep names the depth', async () => {
    mkdirSync(join(lab.runs, 'group/sample'), { recursive: true })
    expect((await told(join(lab.runs, 'group/sample'))).text).toContain('down to level 1 (`depth`)')
  })

  test('above run folders is none itself, and nothing is wrong with it', async () => {
    const config = loadConfig({ file: lab.config, env: {} })
    if (!config.ok) throw new Error('the configuration of the lab is wrong')
    const [root] = config.value.watch
    const deeper = { ...config.value, watch: [{ ...root, depth: 3 } as RunsRoot] }
    const { because, next, problems } = await explainPath(join(lab.runs, 'group'), null, deeper)
    expect([because.at(-1), problems]).toEqual(['It is no run folder itself.', []])
    expect(next).toContain('found by themselves')
  })

  test('in a run folder leads to that', async () => {
    const { text } = await told(join(lab.runs, good.runId, 'RunInfo.xml'))
    expect(text).toContain(`runherald explain ${join(lab.runs, good.runId)}`)
  })

  test('that is a watched folder itself tells what is known in it', async () => {
    const { text, code } = await told(lab.runs)
    expect(code).toBe(0)
    expect(text).toContain(
      '3 that are finished and read, 1 that are not finished, and 1 that were left alone',
    )
  })

  test('of a name that no sheet has tells which names have none', async () => {
    writeFileSync(join(lab.sheets, '.plate.csv'), 'x')
    expect((await told(join(lab.sheets, '.plate.csv'))).text).toContain('neither hidden nor temporary')
  })
})

describe('a run', () => {
  test('in progress tells which marker is awaited, and when it is looked at again', async () => {
    const { text, code } = await told(join(lab.runs, running.runId))
    expect(code).toBe(0)
    expect(text).toContain('Still awaited:')
    expect(text).toContain('CopyComplete.txt')
    expect(text).toContain('at each scan (every 1 s)')
  })

  test('without a sheet tells every name by which a sheet may name it', async () => {
    const { text, code, registrations } = await told(join(lab.runs, alone.runId))
    expect(code).toBe(0)
    expect(registrations[0]).toMatchObject({ state: 'waiting', reason: 'sheet', needsYou: false })
    expect(text).toContain(`run_name ${alone.runId}`)
    expect(text).toContain(`flowcell_id ${alone.flowcellId}`)
    expect(text).toContain('climb has no `map.libraryName`')
    expect(text).toContain('tubes: onecodex-v1 takes no runs')
  })

  test('has as many lines that begin with a reason as there are reasons', async () => {
    const path = join(lab.runs, alone.runId)
    const { registrations } = await told(path)
    const { stdout } = await lab.cli('explain', path)
    const reasons = registrations.flatMap((one: { because: string[] }) => one.because)
    expect(stdout.match(/^ {2}because /gm)).toHaveLength(reasons.length)
    expect(stdout).toMatch(/^ {10}\S/m)
  })

  test('whose library is missing tells how that stands and when it is tried again', async () => {
    const { text, code } = await told(idOf((row) => row.reason?.startsWith('library ') === true))
    expect(code).toBe(0)
    expect(text).toMatch(/mapped does not know library .* and no sheet here gives it/)
    expect(text).toContain('It is tried again at ')
  })

  test('left alone tells by which rule, and how to register it', async () => {
    const { text, code } = await told(join(lab.runs, adopted.runId))
    expect(code).toBe(0)
    expect(text).toContain('left alone (`adopt`)')
    expect(text).toContain(`runherald retry ${join(lab.runs, adopted.runId)}`)
  })

  test('whose answer was lost waits for a person: 3, with the evidence and the commands', async () => {
    const id = idOf(isRow(lost.runId, 'held'))
    for (const what of [id, join(lab.runs, lost.runId)]) {
      const { text, code, needsYou } = await told(what)
      expect({ code, needsYou }).toEqual({ code: 3, needsYou: true })
      expect(text).toContain('Look in the registry: is it there?')
      expect(text).toContain(`runherald resolve ${id} --registered`)
    }
  })
})

describe('a sheet', () => {
  test('that breaks a rule of the registry is refused: 3, with the rule', async () => {
    const { text, code, problems } = await told(idOf((row) => row.state === 'refused'))
    expect(code).toBe(3)
    expect(problems.length).toBeGreaterThan(0)
    expect(text).toContain('longer than 48 characters')
  })

  test('that two registries refuse alike tells its mistake once', async () => {
    const { text, path } = await told(join(lab.sheets, 'long.csv'))
    expect(path).toBe(join(lab.sheets, 'needs-fixing', 'long.csv'))
    expect(text.match(/longer than 48 characters/g)).toHaveLength(1)
  })

  test('with errors waits for a person: 3, with each place', async () => {
    const { text, code } = await told(join(lab.sheets, 'needs-fixing', 'wrong.csv'))
    expect(code).toBe(3)
    expect(text).toContain('row 2, column A (central_sample_id)')
    expect(text).toContain('Mend it and save it under the same name')
    expect(text).toContain('climb: its errors stop all of it.')
    const dropped = await told(join(lab.sheets, 'wrong.csv'))
    expect(dropped.code).toBe(3)
    expect(dropped.text).toContain('It lies in needs-fixing/')
  })

  test('in done/ tells what became of it', async () => {
    const { text, code, registrations } = await told(join(lab.sheets, 'done', 'good.csv'))
    expect(code).toBe(0)
    expect(text).toContain('It lies in done/')
    expect(registrations.map((one: { state: string }) => one.state)).toContain('registered')
  })
})

test('of what waits at a paused registry it is told who must do what: 3', async () => {
  await lab.cli('pause', 'mapped')
  const { text, code } = await told(idOf((row) => row.reason?.startsWith('library ') === true))
  expect(code).toBe(3)
  expect(text).toContain('an operator paused it')
  expect(text).toContain('runherald resume mapped')
  await lab.cli('resume', 'mapped')
})

describe('acts', () => {
  test('that need a decision first give 3: retry says that it could double', async () => {
    const id = idOf(isRow(lost.runId, 'held'))
    const { code, stdout } = await lab.cli('retry', id)
    expect(code).toBe(3)
    expect(stdout).toContain('decide with resolve')
    expect((await lab.cli('retry', '--held')).code).toBe(3)
  })

  test('that mend what is not mended give 3, and one that decides gives 0', async () => {
    const refused = idOf((row) => row.state === 'refused')
    const retried = await lab.cli('retry', '--refused', '--json')
    expect(retried.code).toBe(3)
    expect(
      JSON.parse(retried.stdout)
        .retried.map((one: { id: string }) => one.id)
        .toSorted(),
    ).toEqual(rows.flatMap((row) => (row.state === 'refused' ? row.id : [])).toSorted())
    expect((await lab.cli('resolve', refused, '--resend')).code).toBe(3)
    expect((await lab.cli('resolve', refused, '--abandon', '--reason', 'a test')).code).toBe(0)
  })

  test('ls and show give 0 whatever the states are', async () => {
    expect((await lab.cli('ls', '--state', 'held')).code).toBe(0)
    expect((await lab.cli('show', idOf(isRow(lost.runId, 'held')))).code).toBe(0)
  })

  test('that say it is there give 0, and what the registry calls it is kept', async () => {
    const id = idOf(isRow(lost.runId, 'held'))
    const { code, stdout } = await lab.cli('resolve', id, '--registered', 'MAJORA-0042')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Noted: run ${lost.runId} in library LIB-LOST at climb is now registered.\n`,
    })
    const row = (await lab.ls()).find((one) => one.id === id)
    expect([row?.state, Object.values(row?.remoteIds ?? {})]).toEqual(['registered', ['MAJORA-0042']])
  })
})

test('of a run whose folder is away, what was read of it is told, and that it is away', async () => {
  renameSync(lab.runs, `${lab.runs}.away`)
  try {
    const { text, code } = await told(join(lab.runs, alone.runId))
    expect(code).toBe(0)
    expect(text).toContain(`run ${alone.runId}`)
    expect(text).toContain('It is not there now')
  } finally {
    renameSync(`${lab.runs}.away`, lab.runs)
  }
})

test('without a daemon, what it would do is told with how to start one', async () => {
  await lab.end()
  const { stderr } = await lab.cli('explain', join(lab.runs, alone.runId))
  expect(stderr).toContain(`No daemon runs on ${lab.state}`)
})

test.for<[part: string, path: string, because: string]>([
  ['runs', '.copying', 'The name .copying is that of hidden or temporary folders'],
  ['sheets', 'done/old.csv', 'It lies in done/'],
  ['sheets', '_status/old.csv.html', 'among the reports that runherald itself writes'],
  ['sheets', 'needs-fixing', 'Sheets are put here that somebody must mend'],
  ['sheets', 'needs-fixing/2026/plate.csv', 'It lies below the drop folder'],
  ['sheets', '2026/plate.csv', 'It lies below the drop folder'],
  ['sheets', 'plate.tmp.csv', 'fits "*.tmp.csv", which is to be ignored'],
  ['sheets', 'plate.csv', 'It lies in the drop folder'],
])('in the folder of %s, at %s, it is told: %s', ([part, path, because]) => {
  const config = loadConfig({ file: lab.config, env: {} })
  if (!config.ok) throw new Error('the configuration of the lab is wrong')
  const watch = config.value.watch.map((root) => ('runs' in root ? root : { ...root, ignore: ['*.tmp.csv'] }))
  const folder = part === 'runs' ? lab.runs : lab.sheets
  expect(placeOf(join(folder, path), { ...config.value, watch }).because).toContain(because)
})

describe('what comes next', () => {
  const nextTry = '2026-03-03T16:41:00.000Z'
  test.for<[changes: Partial<RegistrationRow>, next: RegExp, because: RegExp]>([
    [
      { state: 'waiting', reason: 'grace', nextTry },
      /^It is sent at 2026-03-0.*unless/,
      /may still be corrected/,
    ],
    [
      { state: 'waiting', reason: 'sheet' },
      /^Drop a sheet that names it/,
      /no sheet without errors names this run/,
    ],
    [{ state: 'waiting', reason: 'run' }, /^It goes on by itself/, /only told by its run, and none has come/],
    [{ state: 'waiting', reason: 'run-completion' }, /^It goes on by itself/, /the run has not ended/],
    [{ state: 'queued' }, /^It is sent as soon as it is its turn/, /^$/],
    [{ state: 'queued', nextTry }, /^It is tried again at 2026-03-0/, /^$/],
    [
      { state: 'queued', reason: 'library LIB-GOOD' },
      /^It is sent/,
      /library LIB-GOOD at climb is: registered/,
    ],
    [{ state: 'sending' }, /^Its answer is awaited/, /^$/],
    [{ state: 'unknown' }, /^The registry is asked whether it arrived/, /^$/],
    [{ state: 'unknown', nextTry }, /^The registry is asked again at 2026-03-0/, /^$/],
    [{ state: 'superseded' }, /^A newer revision took its place/, /^$/],
    [{ state: 'abandoned' }, /^Nothing happens unless somebody says: runherald retry /, /^$/],
    [
      { registry: 'former' },
      /^Nothing, until former is configured again/,
      /former is in the configuration no more/,
    ],
  ])('for %j is told, and why', async ([changes, next, because]) => {
    const config = loadConfig({ file: lab.config, env: {} })
    const opened = await openJournal(join(lab.state, 'journal.sqlite'), {
      decide: decideAt(1),
      readOnly: true,
    })
    if (!config.ok || !opened.ok) throw new Error('the lab has neither configuration nor journal')
    const story = await opened.value.story(idOf(isRow(good.runId, 'registered')))
    if (story === null) throw new Error('there is no such registration')
    const registration = { ...story.registration, ...changes }
    const told = await explainRegistration(
      { ...story, registration, attempts: [], events: [] },
      opened.value,
      config.value,
    )
    await opened.value.close()
    expect(told.next).toMatch(next)
    expect(told.because.join('; ')).toMatch(because)
  })
})

test('without anything registered yet, an unknown id gives 1', () => {
  using desk = openDesk()
  expect(desk.runherald(['explain', 'nothing'])).toMatchObject({ exit: 1, out: '' })
})
