/** The report beside a sheet: what stands on its page, what its files hold, and that no sheet can turn it against anybody. */
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
import { reportPage } from '../../src/feedback/report-page.ts'
import { reportName, writeReport } from '../../src/feedback/write-report.ts'
import { problem } from '../../src/problems.ts'
import { createDropFolder, libraryOf, registrationOf, reportOf, runOf } from './rig.ts'

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

describe('the page', () => {
  test('names each problem with row, column, value, rule, hint and suggestion', () => {
    const page = reportPage(reportOf('/drop', { state: 'needs-fixing', problems: [twice, odd, missing] }))
    expect(page).toContain('3 errors')
    expect(page).toContain('Row 14, column C (tube_barcode)')
    expect(page).toContain('Rows 21 and 37, column C (tube_barcode)')
    for (const words of [
      odd.title,
      odd.fix,
      '&quot;12345O7890&quot;',
      'Did you mean <strong>1234507890</strong>?',
      'sample-sheet.tube-barcode',
    ])
      expect(page).toContain(words)
    const order = [missing, odd, twice].map((one) => page.indexOf(one.code))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  test('shows each registration in plain words, with what the registry gave and said', () => {
    const bad = runOf({ state: 'refused', reason: 'by-registry' })
    const library = libraryOf({
      outcome: 'attention',
      sent: 'all',
      registrations: [registrationOf({ state: 'registered', remoteIds: { library: 'b3d1' } }), bad],
    })
    const said = new Map([[bad.id, ['library_name does not exist']]])
    const page = reportPage(reportOf('/drop', { state: 'partly', sent: true, subjects: [library], said }))
    for (const words of [
      'Registration sheet with 1 library and 8 biosamples.',
      '<h3>Library BIRM-1</h3>',
      'Rows 2–9, 8 biosamples',
      'The library itself: <strong>Registered</strong> at climb, since 21 November 2026, 14:32.',
      '<dt>library at climb</dt><dd class="id">b3d1</dd>',
      'Run RUN1: <strong>Refused by the registry</strong> at climb',
      'times are of Europe/London',
      '<blockquote>library_name does not exist</blockquote>',
    ])
      expect(page).toContain(words)
  })

  test('names the sheet of the same content that was dropped before, and where the sheet now lies', () => {
    const page = reportPage(
      reportOf('/drop', {
        state: 'done',
        subjects: [libraryOf({ outcome: 'registered' }, { state: 'registered' })],
        sameAs: { file: 'plate6.csv', since: '2026-11-20T09:00:00.000Z' },
        liesIn: 'done',
      }),
    )
    expect(page).toContain('dropped before as plate6.csv, on 20 November 2026, 09:00.')
    expect(page).toContain('It now lies in the folder done.')
  })

  test('of a thousand libraries shows those first that need something, and counts the rest', () => {
    const well = Array.from({ length: 1000 }, (_, at) => libraryOf({ name: `L${at}`, outcome: 'registered' }))
    const page = reportPage(
      reportOf('/drop', {
        state: 'partly',
        subjects: [...well, libraryOf({ name: 'BAD', outcome: 'blocked' })],
      }),
    )
    expect(page.indexOf('Library BAD')).toBeLessThan(page.indexOf('Library L0<'))
    expect(page).toContain('And 801 libraries: registered.')
    expect(page.length).toBeLessThan(200_000)
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
        subjects: [
          libraryOf(
            { name: hostile },
            {
              registry: hostile,
              remoteIds: { [hostile]: hostile },
              subject: { type: 'batch', name: hostile, library: null, path: null },
            },
          ),
        ],
        earlier: [runOf({ subject: { type: 'run', name: hostile, library: hostile, path: null } })],
        sameAs: { file: hostile, since: '2026-11-20T09:00:00.000Z' },
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

test('problems of one cause stand together, errors before warnings, the whole file before its header and its rows', () => {
  const warning = { ...odd, severity: 'warning' as const }
  const header = problem('sample-sheet.column-twice', 'it stands in two columns', { column })
  const groups = groupProblems([warning, header, twice, odd, missing, { ...odd, rows: [3] }])
  expect(groups.map((one) => [one.severity, one.code, one.places.length])).toEqual([
    ['error', 'sample-sheet.column-missing', 1],
    ['error', 'sample-sheet.column-twice', 1],
    ['error', 'sample-sheet.tube-barcode', 2],
    ['error', 'sample-sheet.tube-twice', 1],
    ['warning', 'sample-sheet.tube-barcode', 1],
  ])
})

describe('the files', () => {
  test('lie in _status under the sheet’s whole name, and leave nothing else behind', async () => {
    using drop = createDropFolder()
    const subjects = [libraryOf({ rows: [2], samples: 1 })]
    const written = await writeReport(reportOf(drop.folder, { subjects, problems: [odd] }))
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
      registrations: [registrationOf()],
      subjects: [{ type: 'library', name: 'BIRM-1', rows: [2], outcome: 'under-way', sent: 'none' }],
      problems: [odd],
    })
  })

  test('take the place of the former ones', async () => {
    using drop = createDropFolder()
    await writeReport(reportOf(drop.folder, { state: 'received' }))
    const subjects = [libraryOf({ outcome: 'registered', sent: 'all' })]
    await writeReport(reportOf(drop.folder, { state: 'done', sent: true, subjects }))
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
