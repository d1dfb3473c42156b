import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inspectPath, recogniseFolder } from '../src/inspect.ts'
import { createInspector } from '../src/inspector.ts'
import { sequencers } from '../src/sequencers/index.ts'
import { runFixtures } from './rig/run-fixtures.ts'

const RUN = '230517_M04586_0123_000000000-KXYZ1'
const RUN_INFO = `<?xml version="1.0"?>
<RunInfo Version="2"><Run Id="${RUN}" Number="123"><Flowcell>000000000-KXYZ1</Flowcell><Instrument>M04586</Instrument>
<Date>230517</Date><Reads><Read Number="1" NumCycles="151" IsIndexedRead="N" /></Reads>
<FlowcellLayout LaneCount="1" SurfaceCount="2" SwathCount="1" TileCount="14" /></Run></RunInfo>`
const OWN_SHEET = `[Header]
IEMFileVersion,4
Experiment Name,KXYZ1
[Reads]
151
[Data]
Lane,Sample_ID,Sample_Name,index
1,S1,S1,ACGTACGT
2,S1,S1,ACGTACGT
1,S2,S2,TGCATGCA
`
const BATCH = `batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth
B1,1Z999,1234567890,stool,deep
`

let folder: string
let run: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runherald-inspect-'))
  run = join(folder, RUN)
  mkdirSync(run)
  writeFileSync(join(run, 'RunInfo.xml'), RUN_INFO)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

describe('a run folder', () => {
  test('is read by the make that recognises it, and its own sheet is counted', () => {
    writeFileSync(join(run, 'SampleSheet.csv'), OWN_SHEET)
    const reading = inspectPath(run, { root: folder })
    expect(reading).toMatchObject({
      kind: 'run-folder',
      recognisedAs: 'illumina',
      sheetFile: 'SampleSheet.csv',
      reading: {
        run: { runId: RUN, sheet: { format: 'illumina-v1', samples: 2, rows: 3 } },
        provenance: { sheet: { file: 'SampleSheet.csv' } },
      },
    })
  })

  test('without a sheet is read all the same', () => {
    expect(inspectPath(run)).toMatchObject({
      kind: 'run-folder',
      sheet: null,
      sheetFile: null,
      reading: { run: { sheet: null } },
    })
  })

  test.for([
    ['is no table', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0])],
    ['is of no format known', 'cheese,wine\nbrie,red\n'],
    ['is empty', ''],
  ] as const)('whose sheet %s is warned about, not blocked', ([, content]) => {
    writeFileSync(join(run, 'SampleSheet.csv'), content)
    const reading = inspectPath(run)
    if (reading.kind !== 'run-folder') throw new Error(reading.kind)
    const about = reading.reading.problems.filter((one) => one.file === 'SampleSheet.csv')
    expect(about.map((one) => one.severity)).toEqual(['warning'])
    expect(reading.reading.run.sheet).toEqual(content === '' ? { format: null, samples: 0, rows: 0 } : null)
  })

  test('whose sheet leads out of it is warned about, and the sheet is not read', () => {
    symlinkSync(put('other.csv', OWN_SHEET), join(run, 'SampleSheet.csv'))
    const reading = inspectPath(run)
    expect(reading).toMatchObject({ kind: 'run-folder', sheet: null })
    expect(reading.kind === 'run-folder' && reading.reading.problems).toContainEqual(
      expect.objectContaining({ code: 'path.outside-root', severity: 'warning' }),
    )
  })

  test.for(Object.keys(sequencers))(
    'of %s that `simulate` has marked is a simulated run, whatever else it is',
    (make) => {
      const ended = runFixtures(make).filter(({ record }) => record.completion.ended)
      const fixture = ended.find(({ record }) => record.test) ?? ended[0]
      const copy = join(folder, fixture?.name ?? '')
      cpSync(fixture?.path ?? '', copy, { recursive: true })
      const testOf = () => {
        const reading = inspectPath(copy, { root: folder })
        return reading.kind === 'run-folder' ? [reading.recognisedAs, reading.reading.test] : reading.kind
      }
      expect(testOf()).toEqual([make, fixture?.record.test ?? null])
      writeFileSync(join(copy, 'runherald-simulated.txt'), '')
      expect(testOf()).toEqual([make, 'simulated'])
    },
  )

  test('is recognised by names alone, with the marks worth looking at', () => {
    const names = ['Data/', 'RTAComplete.txt', 'RunInfo.xml']
    const known = recogniseFolder({ name: RUN, names, list: () => [] })
    expect(known?.make).toBe('illumina')
    expect(known?.marks).toEqual(expect.arrayContaining(['RTAComplete.txt', 'RunInfo.xml']))
    expect(known?.marks).not.toContain('Data/')
    expect(recogniseFolder({ name: 'holiday', names: ['a.jpg'], list: () => [] })).toBeNull()
  })
})

describe('a file', () => {
  test('that is a sheet is read by its content, with the hash of its bytes', () => {
    const reading = inspectPath(put('whatever.csv', BATCH))
    expect(reading).toMatchObject({
      kind: 'sample-sheet',
      recognisedAs: 'onecodex-batch',
      sha256: createHash('sha256').update(BATCH).digest('hex'),
    })
  })

  test('that is a link to another in the watched folder is followed', () => {
    mkdirSync(join(folder, 'below'))
    symlinkSync(put('batch.csv', BATCH), join(folder, 'below/link.csv'))
    expect(inspectPath(join(folder, 'below/link.csv'), { root: folder }).kind).toBe('sample-sheet')
  })

  test('that is no sheet is not recognised, and still hashed', () => {
    const reading = inspectPath(put('book.csv', new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0])))
    expect(reading).toMatchObject({ kind: 'unrecognised', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(reading.kind === 'unrecognised' && reading.problems).toHaveLength(1)
  })
})

test.for<[what: string, code: string, make: () => string]>([
  ['nothing', 'path.absent', () => join(folder, 'no')],
  [
    'an empty folder',
    'path.no-run-folder',
    () => {
      mkdirSync(join(folder, 'empty'))
      return join(folder, 'empty')
    },
  ],
  [
    'a folder of something else',
    'path.no-run-folder',
    () => {
      mkdirSync(join(folder, 'h'))
      put('h/a.jpg', '')
      return join(folder, 'h')
    },
  ],
  [
    'a pipe',
    'path.not-a-file',
    () => {
      execFileSync('mkfifo', [join(folder, 'pipe.csv')])
      return join(folder, 'pipe.csv')
    },
  ],
  [
    'a link that leads out',
    'path.outside-root',
    () => {
      symlinkSync('/etc/passwd', join(folder, 'x.csv'))
      return join(folder, 'x.csv')
    },
  ],
  [
    'a sheet that is too large',
    'path.too-large',
    () => put('big.csv', Buffer.alloc(10 * 1024 * 1024 + 1, 'a')),
  ],
])('%s is one problem in plain words', ([, code, make]) => {
  const reading = inspectPath(make(), { root: folder })
  expect(reading.kind === 'unrecognised' && reading.problems.map((one) => one.code)).toEqual([code])
})

describe('reader threads', () => {
  test('read what the loop would read, many at once', async () => {
    const inspector = createInspector({ threads: 2, deadlineMs: 60_000 })
    const paths = [run, put('batch.csv', BATCH), join(folder, 'no'), run, run]
    const readings = await Promise.all(paths.map((path) => inspector.inspect(path, { root: folder })))
    expect(readings).toEqual(paths.map((path) => inspectPath(path, { root: folder })))
    await inspector.close()
  })

  // 200 reports of 16 MB take far longer than the deadline, within which a thread is started anew.
  test('end a run folder that is made to be slow, say so, and read what waited with it', async () => {
    const name = '20240612_0904_2C_PAY10234_5b0f21c7'
    mkdirSync(join(folder, name))
    const heavy = put('heavy.json', `{"acquisitions":[${'1,'.repeat(8_000_000)}1],"protocol_run_info":{}}`)
    for (let report = 0; report < 200; report++)
      linkSync(heavy, join(folder, name, `report_PAY10234_${report}_5b0f21c7.json`))
    const inspector = createInspector({ threads: 1, deadlineMs: 10_000 })
    // While the first is read the others wait, and are then handed over together.
    const [, slow, quick] = await Promise.all([
      inspector.inspect(run),
      inspector.inspect(join(folder, name)),
      inspector.inspect(run),
    ])
    expect(slow).toMatchObject({
      kind: 'unrecognised',
      problems: [{ code: 'path.beyond-limits', found: 'it was still being read after 10 s' }],
    })
    expect(quick).toMatchObject({ kind: 'run-folder', reading: { run: { runId: RUN } } })
    await inspector.close()
  })

  test('end a reading at its deadline, say so, and go on with the next', async () => {
    const inspector = createInspector({ threads: 1, deadlineMs: 1 })
    const slow = put('slow.csv', BATCH + 'B1,1Z999,1234567890,stool,deep\n'.repeat(90_000))
    const readings = await Promise.all([inspector.inspect(slow), inspector.inspect(slow)])
    for (const reading of readings)
      expect(reading.kind === 'unrecognised' && reading.problems.map((one) => one.code)).toEqual([
        'path.beyond-limits',
      ])
    await inspector.close()
  })
})
