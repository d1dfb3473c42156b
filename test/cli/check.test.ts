/** `check`, `explain` and `simulate`: what lies at a path, told without configuration, Redis or journal. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeRun } from '../../src/cli/simulate/run-template.ts'
import { makes } from '../../src/cli/simulate.ts'
import { inspectPath } from '../../src/inspect.ts'
import { openDesk, PROJECT } from './rig.ts'

const desk = openDesk()
afterAll(() => desk[Symbol.dispose]())
const { runherald } = desk

const MAKES: Array<[string, string]> = [
  ['illumina', 'ILLUMINA'],
  ['nanopore', 'OXFORD_NANOPORE'],
  ['pacbio', 'PACIFIC_BIOSCIENCES'],
  ['element', 'ELEMENT'],
  ['ultima', 'ULTIMA'],
]

/** Facts that the files of a make do not tell. */
const UNTOLD: Record<string, string[]> = {
  element: ['experimentName'],
  ultima: ['instrumentSerial', 'start', 'experimentName'],
}

const simulated = (make: string): string => {
  const { out, exit } = runherald(['simulate', make, '--into', desk.folder, '--seconds', '0'])
  expect(exit).toBe(0)
  return out.trim()
}

describe.for(MAKES)('a simulated run of %s', ([make, instrumentMake]) => {
  test('is read as a completed run of its make, with its facts and no problem', () => {
    const path = simulated(make)
    const { exit, out } = runherald(['check', '--json', path])
    expect(exit).toBe(0)
    const [result] = JSON.parse(out).results
    expect(result).toMatchObject({
      path,
      kind: 'run-folder',
      recognisedAs: make,
      completion: { state: 'completed', missing: [] },
      run: { instrumentMake, status: 'completed', fullyCopied: true },
      problems: [],
    })
    for (const fact of ['instrumentModel', 'instrumentSerial', 'start', 'end', 'experimentName'])
      expect([fact, result.run[fact] === null]).toEqual([fact, UNTOLD[make]?.includes(fact) ?? false])
  })

  test('says in itself that no instrument made it', () => {
    const path = simulated(make)
    expect(readdirSync(path)).toContain('runherald-simulated.txt')
    expect(runherald(['explain', path]).out).toContain('runherald simulate')
  })

  test('is not complete without its last file', async () => {
    const run = makes[make]?.(new Date())
    if (run === undefined) throw new Error(`no run of ${make} is made`)
    const path = await writeRun(
      { ...run, files: run.files.slice(0, -1) },
      { into: desk.folder, seconds: 0, marked: true, wait: async () => {} },
    )
    const reading = inspectPath(path)
    if (reading.kind !== 'run-folder') throw new Error(reading.kind)
    // Sequencing may have ended; what matters is that something is still awaited.
    const { run: facts, completion } = reading.reading
    expect(facts.fullyCopied && completion.state === 'completed').toBe(false)
  })
})

test('warnings, and a run that is still being written, give 0', () => {
  const run = simulated('illumina')
  rmSync(join(run, 'CopyComplete.txt'))
  writeFileSync(join(run, 'SampleSheet.csv'), 'cheese,wine\nbrie,red\n')
  const { exit, out } = runherald(['check', run])
  expect(out).toContain('! warning')
  expect(out).toMatch(/still\s+missing: CopyComplete\.txt/)
  expect(out).toContain('1 warning.')
  expect(exit).toBe(0)
})

describe('a sheet', () => {
  test('without faults gives 0 and the exact request with the secret masked', () => {
    const path = join(PROJECT, 'fixtures/sheets/demo/stool-batch-7.csv')
    const { exit, out } = runherald(['check', '--json', path])
    expect(exit).toBe(0)
    const [result] = JSON.parse(out).results
    expect(result.submissions).toMatchObject([
      {
        kind: 'onecodex-v1',
        requests: [
          {
            method: 'POST',
            path: '/api/v1/sequencing/batches/register',
            body: { batch_name: 'Stool batch 7' },
          },
        ],
        waitingFor: [],
      },
    ])
    expect(out).not.toContain('sandbox-token')
  })

  test('with faults gives 1, and every one is shown with its row, column and what to do', () => {
    const path = join(desk.folder, 'tubes.csv')
    const good = readFileSync(join(PROJECT, 'fixtures/sheets/demo/stool-batch-7.csv'), 'utf8')
    writeFileSync(
      path,
      good
        .replace('AB12CD34E2', 'AB12')
        .replace('Human stool,Standard\n,,AB12,', 'Human stool,Standrad\n,,AB12,'),
    )
    const { exit, out } = runherald(['check', path])
    expect(exit).toBe(1)
    expect(out).toMatch(/row 3, column C \(tube_barcode\)/)
    expect(out).toMatch(/row 2, column E \(sequencing_depth\): .*Did you\s+mean "Standard"\?/)
    expect(out).toContain('2 errors. No request follows from this.')
    expect(out).toContain('Nothing was sent.')
  })

  test('with one fault in many rows shows the first twelve and counts the others', () => {
    const path = join(desk.folder, 'many.csv')
    const head = 'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth'
    const rows = Array.from({ length: 20 }, (_, row) => `B1,1Z999,AB${row + 10},Human stool,Standard`)
    writeFileSync(path, [head, ...rows, ''].join('\n'))
    const { out } = runherald(['check', path])
    expect(out.match(/column C \(tube_barcode\)/g)).toHaveLength(12)
    expect(out).toContain('and 8 more of the same')
  })

  test('that may still be corrected tells how long', () => {
    writeFileSync(join(desk.folder, 'token'), 'a-token')
    const config = join(desk.folder, 'codex.yaml')
    const entry = '{ name: codex, kind: onecodex-v1, url: "https://x.org", auth: { tokenFile: token } }'
    writeFileSync(config, `registries:\n  - ${entry}\n`)
    const path = join(PROJECT, 'fixtures/sheets/demo/stool-batch-7.csv')
    const { out } = runherald(['check', path, '--config', config])
    expect(out).toContain('2 min after its sheet was dropped, in which it may still be corrected')
    expect(out).toContain('1 of 1 requests could be sent as things are. Nothing was sent.')
  })

  test('of which no sample could be read is not said to be of none', () => {
    const path = join(desk.folder, 'no-barcodes.csv')
    const good = readFileSync(join(PROJECT, 'fixtures/sheets/demo/stool-batch-7.csv'), 'utf8')
    writeFileSync(path, good.replace('tube_barcode', 'remark'))
    for (const command of ['check', 'explain'])
      expect(runherald([command, path]).out).toMatch(/ a sheet \(onecodex-batch\), with errors/)
  })

  test('is joined with the run folder it names, in the order given', () => {
    const run = simulated('illumina')
    const name = run.slice(run.lastIndexOf('/') + 1)
    const sheet = join(desk.folder, 'library.csv')
    const good = readFileSync(join(PROJECT, 'fixtures/sheets/demo/wgs-2026-09.csv'), 'utf8')
    writeFileSync(sheet, good.replaceAll('260303_A01290_0214_AHWKDRDRXX', name))
    const { results } = JSON.parse(runherald(['check', '--json', sheet, run]).out)
    expect(results.map((one: { kind: string }) => one.kind)).toEqual(['sample-sheet', 'run-folder'])
    expect(results[1].submissions).toMatchObject([{ registry: 'demo-illumina', kind: 'majora-2020-03-25' }])
    expect(results[1].submissions[0].requests).toHaveLength(1)
  })
})

test.for([
  ['a file that is nothing known', 'notes.txt', 'hello'],
  ['a path where nothing lies', 'nowhere', null],
] as const)('%s gives 1 and is called unrecognised', ([, name, text]) => {
  if (text !== null) writeFileSync(join(desk.folder, name), text)
  const { exit, out } = runherald(['check', '--json', name])
  expect(exit).toBe(1)
  expect(JSON.parse(out).results).toMatchObject([{ kind: 'unrecognised', run: null, submissions: [] }])
})

test('names that could move the cursor are shown harmless', () => {
  const name = 'plate\u001b[2J.csv'
  writeFileSync(join(desk.folder, name), 'x')
  expect(runherald(['check', name]).out).not.toContain('\u001b')
})
