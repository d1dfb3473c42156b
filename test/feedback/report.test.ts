import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { groupProblems, whereWords } from '../../src/feedback/problem-groups.ts'
import type { SheetReport } from '../../src/feedback/report.ts'
import { reportPage } from '../../src/feedback/report-page.ts'
import { stateWords } from '../../src/feedback/words.ts'
import { reportName, writeReport } from '../../src/feedback/write-report.ts'
import { problem } from '../../src/problems.ts'
import { createDropFolder, registrationOf, reportOf } from './rig.ts'

const column = { letter: 'C', name: 'tube_barcode' }
const missing = problem('sample-sheet.column-missing', 'there is no "library_name" among 9 columns', {
  file: 'plate7.csv',
})
const twice = problem('sample-sheet.tube-twice', '"AB12CD34EF" stands in two rows', {
  rows: [21, 37],
  column,
})
const odd = problem('sample-sheet.tube-barcode', '"12345O7890"', {
  rows: [14],
  column,
  suggestion: '1234507890',
})

const firstLine = (page: string) => /<h1[^>]*>(.*)<\/h1>/.exec(page)?.[1]

describe('the first line', () => {
  test.for<[situation: string, changes: Partial<SheetReport>, says: string]>([
    [
      'a copy under way',
      { state: 'received', sha256: null },
      'Nothing has been sent yet. You need not do anything: the sheet is read as soon as its copy has ended.',
    ],
    [
      'a sheet whose run has not come',
      { registrations: [registrationOf({ state: 'waiting', reason: 'run' })] },
      'Nothing has been sent yet. You need not do anything: it waits for its run. If that run is finished, check that the sheet names it as the instrument does.',
    ],
    [
      'a sheet that may still be corrected',
      { registrations: [registrationOf({ state: 'waiting', reason: 'grace' })] },
      'Nothing has been sent yet. You need not do anything: it will be sent in a moment, and until then you can still correct the sheet.',
    ],
    [
      'a sheet on its way',
      { sent: true, registrations: [registrationOf({ state: 'sending' })] },
      'Something of this sheet has been sent, not all of it yet. You need not do anything: it is being registered.',
    ],
    [
      'a sheet that is registered',
      { state: 'done', sent: true },
      'Everything in this sheet was sent and is registered. You need not do anything.',
    ],
    ['a sheet known already', { state: 'done' }, 'Nothing had to be sent. You need not do anything.'],
    [
      'a sheet with errors',
      { state: 'needs-fixing', problems: [missing, odd] },
      'Nothing was sent. Correct the 2 errors below and save the file again.',
    ],
    [
      'a sheet the registry refused',
      {
        state: 'needs-fixing',
        sent: true,
        registrations: [registrationOf({ state: 'refused', reason: 'by-registry' })],
      },
      'It was sent, and refused. Read below what was refused and why, correct it, and save the file again.',
    ],
    [
      'a sheet others decide about',
      {
        state: 'needs-fixing',
        sent: true,
        registrations: [registrationOf({ state: 'held', reason: 'unknown-outcome' })],
      },
      'It was sent, and needs attention. There is nothing to correct in the sheet: the person who looks after runherald has to decide. Do not register it in another way meanwhile.',
    ],
    [
      'a sheet with an error in one of two libraries',
      { state: 'partly', sent: true, problems: [odd] },
      'Part of this sheet was sent, part was not. Correct the error below and save the file again.',
    ],
  ])('of %s says whether anything was sent and what to do', ([, changes, says]) => {
    expect(firstLine(reportPage(reportOf('/drop', changes)))).toBe(says)
  })
})

describe('the page', () => {
  test('names each problem with row, column, value, rule, hint and suggestion', () => {
    const page = reportPage(reportOf('/drop', { state: 'needs-fixing', problems: [twice, odd, missing] }))
    expect(page).toContain('3 errors')
    expect(page).toContain('Row 14, column C (tube_barcode):')
    expect(page).toContain('Rows 21 and 37, column C (tube_barcode):')
    for (const words of [
      odd.title,
      odd.fix,
      '&quot;12345O7890&quot;',
      '<q>1234507890</q>',
      'sample-sheet.tube-barcode',
    ])
      expect(page).toContain(words)
    const order = [missing, odd, twice].map((one) => page.indexOf(one.code))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  test('shows each registration in plain words, with what the registry gave and said', () => {
    const good = registrationOf({ state: 'registered', remoteIds: { library: 'b3d1' } })
    const bad = registrationOf({
      id: 'other',
      state: 'refused',
      reason: 'by-registry',
      subject: { type: 'run', key: 'k', name: 'RUN1', library: 'BIRM-1', path: null },
    })
    const said = new Map([['other', ['library_name does not exist']]])
    const page = reportPage(
      reportOf('/drop', { state: 'partly', sent: true, registrations: [good, bad], said }),
    )
    for (const words of [
      'Library BIRM-1',
      '<strong>Registered</strong> at climb',
      '<dt>library</dt><dd>b3d1</dd>',
      'Run RUN1 in library BIRM-1',
      'Refused by the registry',
      '<q>library_name does not exist</q>',
      '2026-11-21 14:32 UTC',
    ])
      expect(page).toContain(words)
  })

  test('needs no script and no network, and forbids both', () => {
    const page = reportPage(reportOf('/drop'))
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;|Content-Security-Policy" content="default-src 'none'/,
    )
    expect(page).not.toMatch(/<script|https?:|src=|href=|url\(/)
  })

  test.for([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='x",
    '</title><script>',
    '<%= it.folder %>',
    '=HYPERLINK("http://x")',
    '\u202Egpj.exe',
    '\u0000\u001b[31mred',
    'a\nb',
    '\u2066x\u2069',
    '&lt;b&gt;',
  ])('shows %j wherever it comes from as text that can be seen', (hostile) => {
    const page = reportPage(
      reportOf('/drop', {
        file: `${hostile}.csv`,
        problems: [{ ...odd, found: hostile, suggestion: hostile, column: { letter: 'C', name: hostile } }],
        registrations: [
          registrationOf({
            registry: hostile,
            remoteIds: { [hostile]: hostile },
            subject: { type: 'batch', key: hostile, name: hostile, library: null, path: null },
          }),
        ],
        said: new Map([[registrationOf().id, [hostile]]]),
      }),
    )
    const body = page.slice(page.indexOf('<body>'))
    expect(body).not.toMatch(/<script|<img|<b>|onmouseover='|\u202e|\u2066|\u2069/)
    expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    expect(page.match(/<\/title>/g)).toHaveLength(1)
    expect(body).not.toContain('/drop')
  })

  test('of 100,000 problems shows the first of each cause and counts the rest', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => ({ ...odd, rows: [at + 2] }))
    const page = reportPage(reportOf('/drop', { state: 'needs-fixing', problems: [...many, missing] }))
    expect(page).toContain('100001 errors')
    expect(page).toContain('and 99900 more of the same')
    expect(page.length).toBeLessThan(100_000)
  })
})

test.for<[rows: number[], column: { letter: string; name: string } | null, words: string]>([
  [[], null, ''],
  [[14], null, 'Row 14'],
  [[21, 37], column, 'Rows 21 and 37, column C (tube_barcode)'],
  [[2, 3, 4, 5, 9], null, 'Rows 2–5 and 9'],
  [[], column, 'Column C (tube_barcode)'],
  [[], { letter: 'AB', name: '' }, 'Column AB'],
  [
    Array.from({ length: 40 }, (_, at) => at * 2),
    null,
    'Rows 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 and more',
  ],
])('rows %j are named as Excel shows them', ([rows, where, words]) => {
  expect(whereWords({ ...odd, rows, column: where })).toBe(words)
})

test('problems of one cause stand together, errors before warnings', () => {
  const warning = { ...odd, severity: 'warning' as const }
  const groups = groupProblems([warning, twice, odd, { ...odd, rows: [3] }])
  expect(groups.map((one) => [one.severity, one.code, one.places.length])).toEqual([
    ['error', 'sample-sheet.tube-barcode', 2],
    ['error', 'sample-sheet.tube-twice', 1],
    ['warning', 'sample-sheet.tube-barcode', 1],
  ])
})

test.for([
  ['waiting', 'sheet', 'Waiting for a sample sheet'],
  ['waiting', 'run-completion', 'Waiting for the run to finish'],
  ['queued', null, 'Being registered'],
  ['queued', 'library BIRM-1', 'Being registered'],
  ['sending', null, 'Being registered'],
  ['unknown', null, 'Checking whether it arrived'],
  ['registered', null, 'Registered'],
  ['refused', 'by-registry', 'Refused by the registry'],
  ['refused', 'by-rule', 'Cannot be registered there'],
  ['held', 'conflict', 'Needs attention'],
  ['superseded', null, 'Replaced'],
  ['abandoned', null, 'Given up'],
] as const)('%s (%s) is shown as "%s"', ([state, reason, words]) => {
  expect(stateWords(registrationOf({ state, reason })).words).toBe(words)
})

test('a missing library and the next try are named', () => {
  const one = registrationOf({ reason: 'library BIRM-1', nextTry: '2026-11-21T15:00:00.000Z' })
  expect(stateWords(one).meaning).toBe(
    'The registry does not know library BIRM-1 yet. The next try is at 2026-11-21 15:00 UTC.',
  )
})

describe('the files', () => {
  test('lie in _status under the sheet’s whole name, and leave nothing else behind', async () => {
    using drop = createDropFolder()
    const registrations = [registrationOf()]
    const written = await writeReport(reportOf(drop.folder, { registrations, problems: [odd] }))
    expect(written).toEqual({
      ok: true,
      value: {
        html: join(drop.folder, '_status/plate7.csv.html'),
        json: join(drop.folder, '_status/plate7.csv.json'),
      },
    })
    expect(readdirSync(join(drop.folder, '_status')).sort()).toEqual(['plate7.csv.html', 'plate7.csv.json'])
    expect(JSON.parse(readFileSync(join(drop.folder, '_status/plate7.csv.json'), 'utf8'))).toEqual({
      file: 'plate7.csv',
      sha256: 'a'.repeat(64),
      state: 'waiting',
      sent: false,
      registrations,
      problems: [odd],
    })
  })

  test('take the place of the former ones', async () => {
    using drop = createDropFolder()
    await writeReport(reportOf(drop.folder, { state: 'received' }))
    await writeReport(reportOf(drop.folder, { state: 'done', sent: true }))
    expect(JSON.parse(readFileSync(join(drop.folder, '_status/plate7.csv.json'), 'utf8')).state).toBe('done')
    expect(readFileSync(join(drop.folder, '_status/plate7.csv.html'), 'utf8')).toContain('is registered')
  })

  test('hold nothing in JSON that a terminal would obey', async () => {
    using drop = createDropFolder()
    const found = '\u001b[31m\u009b\u202e\u2028\u0000'
    await writeReport(reportOf(drop.folder, { problems: [{ ...odd, found }] }))
    const text = readFileSync(join(drop.folder, '_status/plate7.csv.json'), 'utf8')
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/)
    expect(JSON.parse(text).problems[0].found).toBe(found)
  })

  test('never go through a link', async () => {
    using drop = createDropFolder()
    using elsewhere = createDropFolder()
    symlinkSync(elsewhere.folder, join(drop.folder, '_status'))
    const refused = await writeReport(reportOf(drop.folder))
    expect(refused.ok).toBe(false)
    expect(readdirSync(elsewhere.folder)).toEqual([])
    rmSync(join(drop.folder, '_status'))
    mkdirSync(join(drop.folder, '_status'))
    const victim = join(elsewhere.folder, 'victim')
    writeFileSync(victim, 'untouched')
    symlinkSync(victim, join(drop.folder, '_status/plate7.csv.html'))
    await writeReport(reportOf(drop.folder))
    expect(readFileSync(victim, 'utf8')).toBe('untouched')
    expect(lstatSync(join(drop.folder, '_status/plate7.csv.html')).isFile()).toBe(true)
  })

  test('are a fault when the drop folder is away, and do not make it', async () => {
    using drop = createDropFolder()
    const away = join(drop.folder, 'away')
    const written = await writeReport(reportOf(away))
    expect(!written.ok && written.error.code).toBe('ENOENT')
    expect(existsSync(away)).toBe(false)
  })

  test('of a very long name are cut and told apart', async () => {
    using drop = createDropFolder()
    const names = ['a', 'b'].map((last) => `${'ü'.repeat(125)}${last}.csv`)
    for (const file of names) expect((await writeReport(reportOf(drop.folder, { file }))).ok).toBe(true)
    expect(readdirSync(join(drop.folder, '_status'))).toHaveLength(4)
    for (const file of names) expect(Buffer.from(reportName(file, '.html')).length).toBeLessThanOrEqual(255)
  })

  test('are never of a path', async () => {
    await expect(writeReport(reportOf('/drop', { file: '../up.csv' }))).rejects.toThrow()
  })
})
