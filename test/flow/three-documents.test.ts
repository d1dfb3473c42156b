/** The three documents, end to end: their published examples, made valid where they are not, come out of files and are accepted. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SandboxKind } from '../../src/sandbox/index.ts'
import { type Lab, openLab, registered, registryAt } from '../rig/lab.ts'
import { type GridIonRun, gridIonName, writeGridIonRun } from '../rig/nanopore.ts'
import { LIBRARY_COLUMNS, registrationSheet, type SheetRow } from '../rig/runs.ts'

/** A lab that registers at a sandbox which refuses all that the documents refuse. */
const strictLab = (kind: SandboxKind, more: Parameters<typeof openLab>[0] = {}): Promise<Lab> =>
  openLab({ sandbox: { strict: true }, runs: { depth: 3, adopt: 'register' }, ...more }, ({ sandbox }) => [
    registryAt(sandbox, kind),
  ])

const bodies = (lab: Lab, kind: SandboxKind, path: string) => lab.requests(kind, path).map(({ body }) => body)

const byText = (one: unknown, other: unknown): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1

const SEQUENCING_ADD = '/api/v2/process/sequencing/add/'
const LIBRARY_ADD = '/api/v2/artifact/library/add/'
const credentials = { username: 'sandbox', token: '***' }

describe('majora-2020-03-24', () => {
  const kind = 'majora-2020-03-24'
  const run: GridIonRun = {
    uuid: '09ef4b3a-1bad-453a-a291-029ac9bd705d',
    flowcellId: 'FAK12345',
    start: '2020-03-22T10:00:05',
    end: '2020-03-23T10:00:12',
  }
  /** The document's example; what its table requires and its example leaves out stands in the sheet. */
  const example = {
    library_name: 'BIRM-LIBRARY-20200322',
    library_strategy: 'AMPLICON',
    library_source: 'VIRAL RNA',
    library_selection: 'PCR',
    library_layout_config: 'SINGLE',
    library_seq_kit: 'LSK109',
    library_seq_protocol: 'LIGATION',
    library_sop_name: 'ARTIC nCov',
    library_sop_version: 'v2',
  }
  const biosamples = ['BIRM-XXXXX', 'BIRM-YYYYY', 'BIRM-ZZZZZ']
  const columns = (link: string[]) => ['central_sample_id', ...Object.keys(example), ...link]
  const sent = {
    ...credentials,
    ...example,
    library_source: 'VIRAL_RNA',
    library_seq_protocol: undefined,
    library_seq_protocl: 'LIGATION',
    biosamples,
    sequencing_id: run.uuid,
    instrument_make: 'OXFORD_NANOPORE',
  }

  test('its example goes out from a run folder three levels deep and a sheet that names it', async () => {
    await using lab = await strictLab(kind)
    await lab.start()
    await lab.drop(
      'library.csv',
      registrationSheet(
        biosamples.map((one) => ({ ...example, central_sample_id: one, run_name: gridIonName(run) })),
        columns(['run_name']),
      ),
    )
    await writeGridIonRun(lab.runs, run)
    const [row] = await lab.registrations(registered(1))

    expect(row?.remoteIds['sequencing']).toBe(run.uuid)
    expect(bodies(lab, kind, SEQUENCING_ADD)).toEqual([sent])
    expect(lab.commits(kind, 'run')).toHaveLength(1)
    expect(lab.commits(kind, 'library')).toHaveLength(1)
  })

  test('its example goes out from a sheet alone, where the sheet makes the run', async () => {
    await using lab = await strictLab(kind, { sheets: { runsFrom: 'sheet' } })
    await lab.start()
    await lab.drop(
      'library.csv',
      registrationSheet(
        biosamples.map((one) => ({
          ...example,
          central_sample_id: one,
          sequencing_id: run.uuid.toUpperCase(),
          instrument_make: 'oxford nanopore',
        })),
        columns(['sequencing_id', 'instrument_make']),
      ),
    )
    await lab.registrations(registered(1))
    expect(bodies(lab, kind, SEQUENCING_ADD)).toEqual([sent])
    expect(lab.commits(kind, 'run')).toHaveLength(1)
  })

  test('what its table requires and a sheet leaves out is told beside the sheet, and goes once it is given', async () => {
    await using lab = await strictLab(kind)
    const sheet = (more: SheetRow) =>
      registrationSheet(
        biosamples.map((one) => ({
          ...example,
          central_sample_id: one,
          run_name: gridIonName(run),
          ...more,
        })),
        columns(['run_name']),
      )
    await lab.start()
    await writeGridIonRun(lab.runs, run)
    await lab.drop('library.csv', sheet({ library_sop_name: '' }))
    const report = await lab.report('library.csv', ({ state }) => state === 'needs-fixing')
    expect(report.sent).toBe(false)
    expect(report.problems.filter((one) => one.code.startsWith('registry.'))).toMatchObject([
      {
        code: 'registry.value-missing',
        file: 'library.csv',
        rows: [2, 3, 4],
        column: { letter: 'I', name: 'library_sop_name' },
      },
    ])
    expect(bodies(lab, kind, SEQUENCING_ADD)).toEqual([])

    await lab.drop('library.csv', sheet({}))
    await lab.registrations(registered(1))
    expect(bodies(lab, kind, SEQUENCING_ADD)).toEqual([sent])
  })
})

describe('majora-2020-03-25', () => {
  const kind = 'majora-2020-03-25'
  const library = 'BIRM-LIBRARY-20200322'
  const runs: Array<GridIonRun & { type: string }> = [
    {
      uuid: '09ef4b3a-1bad-453a-a291-029ac9bd705d',
      flowcellId: '00000',
      type: 'R9.4.1D',
      start: '2020-03-22T10:00:00',
      end: '2020-03-23T10:00:00',
    },
    {
      uuid: '2f3b14e7-7f60-4442-a199-71eee0b52e6c',
      flowcellId: '00000',
      type: 'R9.4.1D',
      start: '2020-03-24T10:00:00',
      end: '2020-03-24T22:30:00',
    },
    {
      uuid: '82c9831c-fe2f-4c3c-9655-611ba1f13fec',
      flowcellId: '00001',
      type: 'R10.3',
      start: '2020-03-24T11:15:00',
      end: '2020-03-25T09:59:59',
    },
  ]
  const spaced = (time: string) => time.replace('T', ' ')
  /** One call a run, each with one of the example's runs. */
  const sent = runs.map(({ uuid, flowcellId, type, start, end }) => ({
    ...credentials,
    library_name: library,
    runs: [
      {
        sequencing_id: uuid,
        instrument_make: 'OXFORD_NANOPORE',
        instrument_model: 'GridION',
        flowcell_id: flowcellId,
        flowcell_type: type,
        start_time: spaced(start),
        end_time: spaced(end),
      },
    ],
  }))
  const rows = (more: (run: GridIonRun & { type: string }) => SheetRow) =>
    runs.map((run, index) => ({
      central_sample_id: `BIRM-0000${index + 1}`,
      library_name: library,
      sequencing_id: run.uuid,
      flowcell_type: run.type,
      ...more(run),
    }))
  const COLUMNS = [...LIBRARY_COLUMNS, 'sequencing_id', 'flowcell_type']

  test('its three runs go out from three run folders and one sheet, one call each, after their library', async () => {
    await using lab = await strictLab(kind)
    await lab.start()
    const folders: string[] = []
    for (const run of runs) folders.push(await writeGridIonRun(lab.runs, run, { report: false }))
    await lab.drop(
      'library.csv',
      registrationSheet(
        rows(() => ({})),
        COLUMNS,
      ),
    )
    await lab.registrations(registered(4))

    const got = bodies(lab, kind, SEQUENCING_ADD)
    expect(got).toHaveLength(3)
    for (const one of sent) expect(got).toContainEqual(one)
    expect(bodies(lab, kind, LIBRARY_ADD)).toMatchObject([
      {
        library_name: library,
        biosamples: runs.map((_, index) => ({ central_sample_id: `BIRM-0000${index + 1}` })),
      },
    ])
    expect(lab.commits(kind, 'library')).toHaveLength(1)
    expect(lab.commits(kind, 'run')).toHaveLength(3)

    // What `check` shows of the same files is what was sent, to the letter.
    const checked = await lab.cli('check', '--json', ...folders, join(lab.sheets, 'library.csv'))
    const { results } = JSON.parse(checked.stdout) as {
      results: Array<{
        submissions: Array<{ requests: Array<{ body: unknown }>; afterLibrary: string | null }>
      }>
    }
    const shown = results.flatMap((one) => one.submissions)
    expect(shown.map((one) => one.afterLibrary)).toEqual([library, library, library, null])
    expect(shown.flatMap((one) => one.requests.map(({ body }) => body)).toSorted(byText)).toEqual(
      [...got, ...bodies(lab, kind, LIBRARY_ADD)].toSorted(byText),
    )
  })

  test('its three runs go out from a sheet alone, times of the site turned into UTC', async () => {
    await using lab = await strictLab(kind, {
      sheets: { runsFrom: 'sheet' },
      config: { site: { timeZone: 'Etc/GMT-2' } },
    })
    await lab.start()
    const twoHoursOn = (time: string) =>
      new Date(Date.parse(`${time}Z`) + 7_200_000).toISOString().slice(0, 19).replace('T', ' ')
    await lab.drop(
      'library.csv',
      registrationSheet(
        rows(({ flowcellId, start, end }) => ({
          flowcell_id: flowcellId,
          instrument_make: 'OXFORD_NANOPORE',
          instrument_model: 'GridION',
          start_time: twoHoursOn(start),
          end_time: twoHoursOn(end),
        })),
        [...COLUMNS, 'flowcell_id', 'instrument_make', 'instrument_model', 'start_time', 'end_time'],
      ),
    )
    await lab.registrations(registered(4))
    const got = bodies(lab, kind, SEQUENCING_ADD)
    expect(got).toHaveLength(3)
    for (const one of sent) expect(got).toContainEqual(one)
  })
})

describe('onecodex-v1', () => {
  const kind = 'onecodex-v1'
  const REGISTER = '/api/v1/sequencing/batches/register'
  const tubes = ['AB12CD34E1', 'AB12CD34E2', '10203040506070']
  /** The document has no example, only rules: every rule is met at its edge somewhere in here. */
  const sheet = (name: string, barcodes = tubes) =>
    [
      'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth',
      `"${name}",1Z 999 AA1-01 2345;JD014600003 828,${barcodes[0]},Human stool,Standard`,
      ...barcodes.slice(1).map((one) => `,,${one},Microbial cell culture,Deep`),
      '',
    ].join('\n')
  const sent = (name: string) => ({
    batch_name: name,
    return_tracking_numbers: ['1Z 999 AA1-01 2345', 'JD014600003 828'],
    samples: [
      { tube_barcode: 'AB12CD34E1', specimen_type: 'Human stool', sequencing_depth: 'Standard' },
      { tube_barcode: 'AB12CD34E2', specimen_type: 'Microbial cell culture', sequencing_depth: 'Deep' },
      { tube_barcode: '10203040506070', specimen_type: 'Microbial cell culture', sequencing_depth: 'Deep' },
    ],
  })

  test('a batch goes out from its sheet, and receipts give the sample of each tube', async () => {
    await using lab = await strictLab(kind)
    await lab.start()
    await lab.drop('batch.csv', sheet('Gut study, plate 7'))
    const [row] = await lab.registrations(registered(1))

    expect(bodies(lab, kind, REGISTER)).toEqual([sent('Gut study, plate 7')])
    const [commit] = lab.commits(kind, 'batch')
    expect(row?.remoteIds['batch']).toBe(commit?.id)
    const { receipts } = JSON.parse((await lab.cli('receipts', '--json')).stdout)
    expect(receipts).toHaveLength(1)
    const samples: Array<{ sample: string; remoteId: string }> = receipts[0].samples
    expect(samples.map((one) => one.sample).toSorted()).toEqual(tubes.toSorted())
    const table = (await lab.cli('receipts')).stdout
    const csv = (await lab.cli('receipts', '--csv')).stdout.split('\r\n')
    for (const { sample, remoteId } of samples) {
      expect(remoteId).toMatch(/^\/api\/v1\/samples\/\w+$/)
      expect(table).toMatch(new RegExp(`${sample}\\s+${remoteId}`))
      expect(csv.filter((line) => line.includes(`,${sample},${remoteId},`))).toHaveLength(1)
    }
  })

  test('an answer lost after the commit is found by looking it up: one batch, never sent again', async () => {
    await using lab = await strictLab(kind, {
      faults: {
        rules: [{ match: { path: REGISTER }, times: 1, fault: { do: 'reset', at: 'after-commit' } }],
      },
    })
    await lab.start()
    await lab.drop('batch.csv', sheet('Lost and found'))
    await lab.event('registration.unknown')
    const [row] = await lab.registrations(registered(1))

    expect(lab.commits(kind, 'batch')).toHaveLength(1)
    expect(bodies(lab, kind, REGISTER)).toHaveLength(1)
    expect(row?.remoteIds['batch']).toBe(lab.commits(kind, 'batch')[0]?.id)
    const { receipts } = JSON.parse((await lab.cli('receipts', '--json')).stdout)
    expect(receipts[0].samples).toHaveLength(3)
  })

  test('after a restore, what went out since the copy was made is asked for, and not sent again', async () => {
    await using lab = await strictLab(kind)
    const copy = `${lab.folder}/copy.sqlite`
    await lab.start()
    await lab.cli('pause', kind)
    await lab.drop('known.csv', sheet('In the copy, unsent'))
    await lab.registrations((rows) => rows.length === 1)
    expect((await lab.cli('backup', copy)).code).toBe(0)
    await lab.drop('unknown.csv', sheet('Not in the copy', ['ZZ12CD34E1']))
    await lab.cli('resume', kind)
    const before = await lab.registrations(registered(2))
    await lab.end()

    expect((await lab.cli('restore', copy)).code).toBe(0)
    // In the copy it is paused.
    await lab.cli('resume', kind)
    await lab.drop('new.csv', sheet('Never sent', ['ZZ12CD34E2']))
    await lab.start()
    const after = await lab.registrations(registered(3))
    expect(lab.commits(kind, 'batch')).toHaveLength(3)
    for (const { id, remoteIds } of before)
      expect(after.find((row) => row.id === id)).toMatchObject({ remoteIds, attempts: 0 })
  })

  test('the same sheet dropped twice, under two names, is one batch', async () => {
    await using lab = await strictLab(kind)
    await lab.start()
    await lab.drop('batch.csv', sheet('Plate 9'))
    await lab.registrations(registered(1))
    await lab.drop('batch (1).csv', sheet('Plate 9'))
    await lab.event('sheet.judged', (line) => line['sheet'] === 'batch (1).csv')
    await lab.drop('last.csv', sheet('Plate 10', ['ZZ12CD34E1']))
    const rows = await lab.registrations(registered(2))
    expect(rows.map((one) => [one.subject.name, one.revision])).toEqual([
      ['Plate 9', 1],
      ['Plate 10', 1],
    ])
    expect(lab.commits(kind, 'batch')).toHaveLength(2)
  })

  test('a tube in two batches is refused before anything is sent, and both places are named', async () => {
    await using lab = await strictLab(kind)
    await lab.start()
    await lab.drop('monday.csv', sheet('Monday'))
    await lab.registrations(registered(1))
    await lab.drop('tuesday.csv', sheet('Tuesday', ['ZZ99CD34E1', 'ab12cd34e2']))
    const rows = await lab.registrations((all) => all.some((one) => one.state === 'refused'))

    const refused = rows.find((one) => one.subject.name === 'Tuesday')
    expect(refused).toMatchObject({ reason: 'by-rule', attempts: 0 })
    const places = /AB12CD34E2.*batch Tuesday \(tuesday\.csv, row 3\).*batch Monday \(monday\.csv, row 3\)/
    expect((await lab.cli('show', refused?.id ?? '')).stdout.replaceAll(/\s+/g, ' ')).toMatch(places)
    await lab.event('registration.planned', (line) => line['state'] === 'refused')
    const report = await lab.report('tuesday.csv', ({ state }) => state === 'needs-fixing')
    expect(report).toMatchObject({
      sent: false,
      problems: [{ code: 'registry.tube-taken', rows: [3], column: { name: 'tube_barcode' } }],
    })
    expect(report.problems[0]?.found).toMatch(places)
    expect(lab.commits(kind, 'batch')).toHaveLength(1)
  })

  test('of two sheets that come together with the same tube one is sent, and the other waits for a person', async () => {
    await using lab = await strictLab(kind)
    await lab.drop('a.csv', sheet('Batch A'))
    await lab.drop('b.csv', sheet('Batch B'))
    await lab.start()
    const rows = await lab.registrations(
      (all) => all.length === 2 && all.every((one) => ['registered', 'refused'].includes(one.state)),
    )
    expect(rows.map((one) => one.state).toSorted()).toEqual(['refused', 'registered'])
    expect(lab.commits(kind, 'batch')).toHaveLength(1)
  })
})
