/** What is asked for at which registry, from a run, a sheet, or both. */
import { describe, expect, test } from 'vitest'
import type { Plan, SheetReading } from '../../src/handovers.ts'
import { memoryCatalogue, type RunSource, type SheetSource } from '../../src/planning/catalogue.ts'
import { planRun } from '../../src/planning/run.ts'
import { planSheet } from '../../src/planning/sheet.ts'
import type { Library, RunClaim, RunLink } from '../../src/record/library.ts'
import type { Completion, RunFacts, Source } from '../../src/record/run.ts'
import { instantStamp, type Stamp, wallStamp } from '../../src/record/time.ts'
import { silentClaim } from '../rig/facts.ts'
import { climb, destination, finished, options, run } from './rig.ts'

const running: Completion = {
  state: 'in_progress',
  because: 'no end marker',
  missing: ['CopyComplete.txt'],
  ended: false,
}

/** A start as a reader gives it, of a text in one of the ways instruments write times. */
function started(text: string): Stamp | null {
  const walls: Record<string, string> = {
    '240612': '2024-06-12',
    '6/12/2024 9:10:41 AM': '2024-06-12T09:10:41',
    '6/12/2024 9:10:41 PM': '2024-06-12T21:10:41',
  }
  return instantStamp(text) ?? wallStamp(text, walls[text] ?? text)
}

const library = (
  name: string,
  link: RunLink | null,
  claim: Partial<RunClaim> = {},
): Library & { blocked: boolean } => ({
  name,
  layoutConfig: 'PAIRED',
  seqKit: 'LSK109',
  seqProtocol: 'LIGATION',
  sopName: 'ARTIC',
  sopVersion: 'v2',
  layoutNominalLength: null,
  layoutReadLength: null,
  layoutInsertLength: null,
  biosamples: [
    {
      centralSampleId: 'BIRM-1',
      librarySource: 'VIRAL_RNA',
      librarySelection: 'PCR',
      libraryStrategy: 'AMPLICON',
      barcode: null,
      libraryPrimers: null,
      libraryProtocol: null,
      sequencingOrgReceivedDate: null,
      rows: [2],
    },
  ],
  runs: [{ link, claim: { ...silentClaim, ...claim }, rows: [2] }],
  rows: [2],
  blocked: false,
})

const reading = (libraries: SheetReading['libraries']): SheetReading => ({
  format: 'registration',
  version: null,
  samples: 1,
  rows: 1,
  valid: true,
  experimentName: null,
  libraries,
  batches: [],
  problems: [],
  blocked: false,
})
const sheet = (libraries: SheetReading['libraries'], path = '/sheets/a.csv'): SheetSource => ({
  path,
  reading: reading(libraries),
  since: '2025-12-31T12:00:00Z',
})

/** Each plan in a line: what, where, and what holds it. */
const lines = (plans: Plan[]) =>
  plans.map(({ submission: { subject, registry, waitingFor, stop, mapped } }) =>
    [
      registry,
      subject.type,
      subject.library,
      waitingFor.join('+') || stop?.reason || (mapped === null ? 'nothing' : 'ready'),
    ].join(' '),
  )

const runName: RunLink = { by: 'run_name', value: '200303_A00562_0352_AHKFVLDRXX' }

describe('a run', () => {
  test('without a sheet waits for one at every registry that fits', async () => {
    const source = run()
    const to = options([
      climb,
      destination('nano', 'majora-2020-03-24', { when: { make: ['OXFORD_NANOPORE'] } }),
    ])
    expect(lines((await planRun(source, memoryCatalogue([source], []), to)).plans)).toEqual([
      'climb run  sheet',
    ])
  })

  test.for<[string, RunLink]>([
    ['run name', runName],
    ['flow cell in lower case', { by: 'flowcell_id', value: 'hkfvldrxx' }],
    ['experiment', { by: 'experiment_name', value: 'Plate 7' }],
    ['derived sequencing id', { by: 'sequencing_id', value: '6F06B24A-A12D-5DF1-B955-EBF35737A6C3' }],
  ])('is joined with a sheet that names it by its %s', async ([, link]) => {
    const source = run({ experimentName: 'Plate 7' })
    const planned = await planRun(
      source,
      memoryCatalogue([source], [sheet([library('LIB-1', link)])]),
      options(),
    )
    expect(lines(planned.plans)).toEqual(['climb run LIB-1 ready'])
    expect(planned.plans[0]?.submission.mapped?.request.body).toMatchObject({
      library_name: 'LIB-1',
      runs: [{ sequencing_id: '6f06b24a-a12d-5df1-b955-ebf35737a6c3', flowcell_id: 'HKFVLDRXX' }],
    })
  })

  test('in progress waits for its end, with or without a sheet', async () => {
    const source = run({ status: 'in_progress' }, { completion: running })
    const catalogue = memoryCatalogue([source], [sheet([library('LIB-1', runName)])])
    expect(lines((await planRun(source, catalogue, options())).plans)).toEqual([
      'climb run LIB-1 run-completion',
    ])
    expect(lines((await planRun(source, memoryCatalogue([source], []), options())).plans)).toEqual([
      'climb run  run-completion+sheet',
    ])
  })

  test('that failed, or of which nobody can know, is held for a person; a stopped one goes', async () => {
    const outcome = async (status: RunFacts['status']) => {
      const source = run({ status }, { completion: { ...finished, state: status } })
      return lines(
        (await planRun(source, memoryCatalogue([source], [sheet([library('L', runName)])]), options())).plans,
      )
    }
    expect(await outcome('failed')).toEqual(['climb run L run-failed'])
    expect(await outcome('unknown')).toEqual(['climb run L run-failed'])
    expect(await outcome('stopped')).toEqual(['climb run L ready'])
  })

  test('takes its library from the sheet in its folder unless a dropped one speaks of it', async () => {
    const source = run({}, { sheet: reading([library('INSIDE', null)]) })
    expect(lines((await planRun(source, memoryCatalogue([source], []), options())).plans)).toEqual([
      'climb library INSIDE ready',
      'climb run INSIDE ready',
    ])
    const dropped = memoryCatalogue([source], [sheet([library('DROPPED', runName)])])
    expect(lines((await planRun(source, dropped, options())).plans)).toEqual(['climb run DROPPED ready'])
  })

  test('takes its library’s name from the configuration, and says which fact is missing for it', async () => {
    const to = options([{ ...climb, libraryName: ' {experimentName}-{laneCount} ' }])
    const named = run({ experimentName: 'Plate7', laneCount: 4 })
    expect(lines((await planRun(named, memoryCatalogue([named], []), to)).plans)).toEqual([
      'climb run Plate7-4 ready',
    ])
    const nameless = run({ experimentName: null })
    const planned = await planRun(nameless, memoryCatalogue([nameless], []), to)
    expect(lines(planned.plans)).toEqual(['climb run  sheet'])
    expect(planned.plans[0]?.submission.problems.map((one) => one.found)).toEqual([
      expect.stringContaining('experimentName'),
    ])
  })

  test('of two sheets for one library the newest counts', async () => {
    const source = run()
    const older = library('L', runName, { bioinfoPipeName: 'old' })
    const newer = library('L', runName, { bioinfoPipeName: 'new' })
    const planned = await planRun(
      source,
      memoryCatalogue([source], [sheet([older]), sheet([newer], '/sheets/b.csv')]),
      options(),
    )
    expect(planned.plans).toHaveLength(1)
    expect(planned.plans[0]?.submission.facts).toMatchObject({ run: { bioinfoPipeName: 'new' } })
  })

  test('of a make that `when` asks for and the kind cannot take is refused by rule', async () => {
    const source = run({ instrumentMake: 'ELEMENT', instrumentModel: 'AVITI' })
    const asked = { ...climb, when: { make: ['ELEMENT'] } }
    const catalogue = memoryCatalogue([source], [sheet([library('L', runName)])])
    expect(lines((await planRun(source, catalogue, options([asked]))).plans)).toEqual(['climb run L by-rule'])
    expect((await planRun(source, catalogue, options())).plans).toEqual([])
    const tubes = destination('cloud', 'onecodex-v1')
    const odd = { ...tubes, when: { make: ['ELEMENT'] } }
    expect(lines((await planRun(source, catalogue, options([odd]))).plans)).toEqual(['cloud run L by-rule'])
    expect((await planRun(source, catalogue, options([tubes]))).plans).toEqual([])
  })

  test('that is a test goes to a sandbox only', async () => {
    const source = run({}, { test: 'simulated' })
    const catalogue = memoryCatalogue([source], [sheet([library('L', runName)])])
    const to = options([climb, { ...climb, name: 'sandbox', sandbox: true }])
    expect(lines((await planRun(source, catalogue, to)).plans)).toEqual([
      'climb run L by-rule',
      'sandbox run L ready',
    ])
    const nameless = await planRun(source, memoryCatalogue([source], []), to)
    expect(lines(nameless.plans)).toEqual(['sandbox run  sheet'])
  })

  test.for<RunLink>([
    { by: 'flowcell_id', value: 'HKFVLDRXX' },
    { by: 'run_name', value: 'before' },
    { by: 'run_name', value: 'after' },
  ])('whose folder was renamed is the same run, and answers to both names: %o', async (link) => {
    const uuid = { sequencingUuid: '09ef4b3a-1bad-453a-a291-029ac9bd705d' }
    const named = (name: string) => run({ ...uuid, runId: name, folderName: name }, { path: `/runs/${name}` })
    const [before, after] = [named('before'), { ...named('after'), since: '2026-01-01T00:00:00Z' }]
    const dropped = sheet([library('L', link)])
    const catalogue = memoryCatalogue([before, after], [dropped])
    const planned = await planRun(after, catalogue, options())
    expect(lines(planned.plans)).toEqual(['climb run L ready'])
    expect(planned.plans[0]?.submission.subject.name).toBe('before')
    const asked = await planSheet(dropped, catalogue, options())
    expect([lines(asked.plans), asked.problems]).toEqual([['climb library L ready'], []])
  })

  test('in two folders is one run; where they tell different things a person decides', async () => {
    const copying = run({ fullyCopied: false, status: 'in_progress' }, { path: '/a/r1', completion: running })
    const whole = run({}, { path: '/b/r1' })
    const named = [sheet([library('L', runName)])]
    const planned = await planRun(copying, memoryCatalogue([copying, whole], named), options())
    expect(planned.plans.map((plan) => plan.submission.subject.path)).toEqual(['/b/r1'])
    expect(lines(planned.plans)).toEqual(['climb run L ready'])
    const other = run({ flowcellId: 'HOTHERXX' }, { path: '/c/r1' })
    expect(lines((await planRun(whole, memoryCatalogue([whole, other], named), options())).plans)).toEqual([
      'climb run L conflict',
    ])
  })

  test('in two folders is read where it has ended, also where the other is here whole but for that', async () => {
    const ended = run({ fullyCopied: false }, { path: '/b/r1' })
    const other = run({ status: 'in_progress' }, { path: '/a/r1', completion: running })
    const planned = await planRun(other, memoryCatalogue([other, ended], []), options())
    expect(planned.plans.map((plan) => plan.submission.subject.path)).toEqual(['/b/r1'])
  })

  test('has from its sheet what its folder does not tell', async () => {
    const source = run({ start: null, flowcellType: null })
    const claim = { startTime: '2020-03-03 16:41', flowcellType: 'S4' }
    const catalogue = memoryCatalogue([source], [sheet([library('L', runName, claim)])])
    const { plans } = await planRun(source, catalogue, options([climb], { siteZone: 'Europe/London' }))
    expect(plans[0]?.submission.mapped?.request.body).toMatchObject({
      runs: [{ start_time: '2020-03-03 16:41:00', flowcell_type: 'S4' }],
    })
  })

  const imaging = { file: 'RunInfo.xml', at: '/RunInfo/Run/Date' }
  const setUp = { file: 'RunCompletionStatus.xml', at: '/RunCompletionStatus/RunStartTime' }
  test.for<[what: string, mine: string, theirs: string, places: [Source, Source], planned: string]>([
    [
      'at one instant, written in two zones',
      '2024-06-12T09:10:41Z',
      '2024-06-12T11:10:41+02:00',
      [setUp, setUp],
      'ready',
    ],
    ['at two instants', '2024-06-12T09:10:41Z', '2024-06-12T09:10:42Z', [setUp, setUp], 'conflict'],
    [
      'at two instants, written alike but for the zone',
      '2024-06-12T09:10:41Z',
      '2024-06-12T09:10:41+02:00',
      [setUp, setUp],
      'conflict',
    ],
    ['at set-up and at imaging', '2024-06-12T09:10:41Z', '2024-06-12T13:02:07Z', [setUp, imaging], 'ready'],
    [
      'at one wall clock, written in two ways',
      '6/12/2024 9:10:41 AM',
      '2024-06-12T09:10:41',
      [imaging, imaging],
      'ready',
    ],
    ['at two wall clocks', '6/12/2024 9:10:41 AM', '6/12/2024 9:10:41 PM', [imaging, imaging], 'conflict'],
    ['on a day, and at a time of it', '240612', '6/12/2024 9:10:41 AM', [imaging, imaging], 'ready'],
  ])('in two folders that start it %s', async ([, mine, theirs, places, planned]) => {
    const starting = (path: string, text: string, start: Source): RunSource =>
      run({ start: started(text) }, { path, provenance: { start } })
    const sources = [starting('/a/r1', mine, places[0]), starting('/b/r1', theirs, places[1])] as const
    const catalogue = memoryCatalogue([...sources], [sheet([library('L', runName)])])
    expect(lines((await planRun(sources[0], catalogue, options())).plans)).toEqual([`climb run L ${planned}`])
  })

  test('tells where its sheet says otherwise, and sends what the run folder tells', async () => {
    const source = run()
    const claim = {
      instrumentMake: 'Illumina',
      instrumentModel: 'MiSeq',
      flowcellId: 'hkfvldrxx',
      flowcellType: 'S4',
    }
    const planned = await planRun(
      source,
      memoryCatalogue([source], [sheet([library('L', runName, claim)])]),
      options(),
    )
    const told = planned.plans[0]?.submission.problems
      .filter((one) => one.code === 'run.sheet-disagrees')
      .map((one) => one.found)
    expect(told).toEqual([
      expect.stringContaining('instrument_model is MiSeq'),
      expect.stringContaining('flowcell_type is S4'),
    ])
    expect(planned.plans[0]?.submission.mapped?.request.body).toMatchObject({
      runs: [{ instrument_model: 'NovaSeq 6000', flowcell_type: 'S2' }],
    })
  })

  test('in two libraries is refused where one call carries both, and goes into both elsewhere', async () => {
    const source = run()
    const catalogue = memoryCatalogue([source], [sheet([library('A', runName), library('B', runName)])])
    const to = options([climb, destination('old', 'majora-2020-03-24')])
    expect(lines((await planRun(source, catalogue, to)).plans)).toEqual([
      'climb run A ready',
      'climb run B ready',
      'old run A by-rule',
      'old run B by-rule',
    ])
  })

  test('in two libraries by two sheets is refused with the place of each', async () => {
    const source = run()
    const sheets = [
      sheet([library('A', runName)], '/sheets/needs-fixing/a.csv'),
      sheet([library('B', runName)], '/sheets/a.csv'),
    ]
    const to = options([destination('old', 'majora-2020-03-24')])
    const { plans } = await planRun(source, memoryCatalogue([source], sheets), to)
    const told = plans
      .flatMap(({ submission }) => submission.problems)
      .map(({ code, found }) => [code, found])
    const both = ['run.two-libraries', 'it is in B (sheets/a.csv, row 2) and A (needs-fixing/a.csv, row 2)']
    expect(told.filter(([code]) => code === 'run.two-libraries')).toEqual([both, both])
  })

  test('that was left alone is not planned by a sheet that names it, and the sheet says how to take it up', async () => {
    const source = { ...run(), leftAlone: true }
    const planned = await planSheet(sheet([library('L', runName)]), memoryCatalogue([source], []), options())
    expect(lines(planned.plans)).toEqual(['climb library L ready', 'climb run L run'])
    expect(planned.plans[1]?.submission.problems.map((one) => one.code)).toEqual(['run.left-alone'])
  })

  test('has its wall clock sent only where a zone is configured', async () => {
    const source = run()
    const catalogue = memoryCatalogue([source], [sheet([library('L', runName)])])
    const sent = async (zone: string | null) => {
      const planned = await planRun(source, catalogue, options([climb], { zoneOfRun: () => zone }))
      const body = planned.plans[0]?.submission.mapped?.request.body as {
        runs: Array<{ start_time?: string }>
      }
      return body.runs[0]?.start_time
    }
    expect(await sent('America/New_York')).toBe('2020-03-03 21:41:46')
    expect(await sent(null)).toBeUndefined()
  })

  test('withdraws what it was listed as before its library was known', async () => {
    const source = run()
    const before = await planRun(source, memoryCatalogue([source], []), options())
    const awaited = await planSheet(sheet([library('L', runName)]), memoryCatalogue([], []), options())
    const after = await planRun(
      source,
      memoryCatalogue([source], [sheet([library('L', runName)])]),
      options(),
    )
    const listed = [...before.plans, ...awaited.plans]
      .filter((plan) => plan.submission.subject.type === 'run')
      .map((plan) => plan.submission.id)
    expect(listed).toHaveLength(2)
    expect(after.withdrawn).toEqual(expect.arrayContaining(listed))
  })
})

describe('a sheet', () => {
  test('has its library registered before its run has come, and lists the run it waits for', async () => {
    const planned = await planSheet(sheet([library('L', runName)]), memoryCatalogue([], []), options())
    expect(lines(planned.plans)).toEqual(['climb library L ready', 'climb run L run'])
  })

  test('at the registry of the combined call is nothing without its run', async () => {
    const to = destination('old', 'majora-2020-03-24')
    const planned = await planSheet(sheet([library('L', runName)]), memoryCatalogue([], []), options([to]))
    expect(lines(planned.plans)).toEqual(['old run L run'])
  })

  test('whose link fits two runs is held, with both named', async () => {
    const runs = [
      run({ experimentName: 'P' }, { path: '/a' }),
      run({ runId: 'other', folderName: 'other', experimentName: 'P' }, { path: '/b' }),
    ]
    const planned = await planSheet(
      sheet([library('L', { by: 'experiment_name', value: 'P' })]),
      memoryCatalogue(runs, []),
      options(),
    )
    expect(lines(planned.plans)).toEqual(['climb library L ready', 'climb run L conflict'])
    expect(planned.problems[0]?.found).toContain('other')
  })

  test('makes its own runs where the drop folder says so', async () => {
    const claim = {
      instrumentMake: 'ILLUMINA',
      instrumentModel: 'MiSeq',
      flowcellId: 'AAC1Y',
      startTime: '2020-03-01 10:00',
    }
    const to = options([climb], { runsFrom: () => 'sheet', siteZone: 'Europe/London' })
    const planned = await planSheet(sheet([library('L', runName, claim)]), memoryCatalogue([], []), to)
    expect(lines(planned.plans)).toEqual(['climb library L ready', 'climb run L ready'])
    expect(planned.plans[1]?.submission.mapped?.request.body).toMatchObject({
      runs: [{ instrument_model: 'MiSeq', start_time: '2020-03-01 10:00:00' }],
    })
    const asked = options([{ ...climb, when: { make: ['ELEMENT'] } }], { runsFrom: () => 'sheet' })
    const other = sheet([library('L', runName, { ...claim, instrumentMake: 'ELEMENT' })])
    expect(lines((await planSheet(other, memoryCatalogue([], []), asked)).plans)).toEqual([
      'climb run L by-rule',
    ])
  })

  test('of no known make goes at once to the one registry there is, and waits where several share the makes', async () => {
    const illumina = { ...climb, when: { make: ['ILLUMINA'] } }
    const nanopore = destination('nano', 'majora-2020-03-24', { when: { make: ['OXFORD_NANOPORE'] } })
    const one = await planSheet(sheet([library('L', runName)]), memoryCatalogue([], []), options([illumina]))
    expect(lines(one.plans)[0]).toBe('climb library L ready')
    const two = await planSheet(
      sheet([library('L', runName)]),
      memoryCatalogue([], []),
      options([illumina, nanopore]),
    )
    expect(lines(two.plans)[0]).toBe('climb library L run')
    // Where runs of every make go, its library goes too.
    const every = await planSheet(
      sheet([library('L', runName)]),
      memoryCatalogue([], []),
      options([climb, nanopore]),
    )
    expect(lines(every.plans)[0]).toBe('climb library L ready')
    const told = await planSheet(
      sheet([library('L', runName, { instrumentMake: 'OXFORD_NANOPORE' })]),
      memoryCatalogue([], []),
      options([illumina, nanopore]),
    )
    expect(lines(told.plans)).toEqual(['nano run L run'])
  })

  test('with an error in a library asks for nothing of that library', async () => {
    const wrong = { ...library('WRONG', runName), blocked: true }
    const planned = await planSheet(
      sheet([wrong, library('RIGHT', runName)]),
      memoryCatalogue([], []),
      options(),
    )
    expect(planned.plans.map((plan) => plan.submission.subject.library)).toEqual(['RIGHT', 'RIGHT'])
  })

  test('may be corrected until its grace is over', async () => {
    const patient = { ...climb, graceSeconds: 120 }
    const planned = await planSheet(
      sheet([library('L', runName)]),
      memoryCatalogue([], []),
      options([patient]),
    )
    expect(planned.plans[0]?.notBefore).toBe('2025-12-31T12:02:00.000Z')
  })
})
