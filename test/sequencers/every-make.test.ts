/** What holds for each make because it is in the list: its fixtures are what it is tried with. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RunFacts, type RunReading } from '../../src/record/run.ts'
import { sequencers } from '../../src/sequencers/index.ts'
import type { Sequencer } from '../../src/sequencers/sequencer.ts'
import { someCuts, subsets } from '../rig/cuts.ts'
import { diskFolder, memoryFolder } from '../rig/folders.ts'
import { allFilesIn, runFixtures, runFolders } from '../rig/run-fixtures.ts'

const makes = Object.entries<Sequencer>(sequencers)

/** Some of their oldest folders end without a marker to wait for: each has a suite that says which, and tries the rest. */
const OWN_ARRIVAL = ['illumina', 'nanopore', 'pacbio']

describe.for(makes)('%s', ([make, sequencer]) => {
  const fixtures = runFixtures(make).map((one) => [one.name, one] as const)
  const read = (name: string, files: Record<string, Uint8Array>) => sequencer.read(memoryFolder(name, files))

  test.for(fixtures)('%s reads as its record', ([name, { path, record }]) => {
    const folder = diskFolder(path)
    const { run, completion, problems, provenance, test: kind } = sequencer.read(folder)
    expect(RunFacts.parse(run)).toEqual(run)
    expect(run).toMatchObject(withTimesOf(record.run, run))
    expect(completion).toEqual(record.completion)
    expect(problems.map((one) => one.code)).toEqual(record.problems)
    expect(kind).toBe(record.test ?? null)
    expect(record.about).toMatch(/\w/)
    const marked = sequencer.marks(folder).map((file) => folder.modified(file)?.toISOString())
    if (run.end?.zone === 'mtime') expect(marked).toContain(run.end.instant)
    for (const fact of TOLD) expect([fact, fact in provenance]).toEqual([fact, run[fact] !== null])
    for (const { file } of Object.values(provenance))
      expect([file, file === name || file.includes('*') || existsSync(join(path, file))]).toEqual([
        file,
        true,
      ])
  })

  test.for(fixtures)('%s is recognised by its names, and as of no other make', ([, { path }]) => {
    const folder = diskFolder(path)
    expect(makes.filter(([, one]) => one.recognise(folder)).map(([name]) => name)).toEqual([make])
    for (const file of [...sequencer.marks(folder), ...sequencer.sheets(folder)])
      expect([file, existsSync(join(path, file))]).toEqual([file, true])
  })

  test('has a record beside each of its fixtures', () => {
    expect(fixtures.map(([name]) => name).sort()).toEqual(runFolders(make).sort())
  })

  test('has a fixture of a run that has ended and of one that has not', () => {
    const ended = fixtures.map(([, { record }]) => record.completion.ended)
    expect(new Set(ended)).toEqual(new Set([true, false]))
  })

  const finished = OWN_ARRIVAL.includes(make)
    ? []
    : fixtures.filter(([, { record }]) => record.completion.ended)

  test.for(finished)('%s with a file cut off or not yet come waits, or is what it is', ([name, { path }]) => {
    const files = allFilesIn(path)
    const marks = sequencer.marks(diskFolder(path))
    const whole = sent(read(name, files))
    const holds = (what: unknown, some: Record<string, Uint8Array>) => {
      const reading = read(name, some)
      if (reading.completion.ended) expect([what, sent(reading)]).toEqual([what, whole])
    }
    for (const file of marks) {
      const bytes = files[file] ?? new Uint8Array()
      for (const length of someCuts(bytes, 150))
        holds([file, length], { ...files, [file]: bytes.subarray(0, length) })
    }
    for (const missing of subsets(marks.slice(0, 8)))
      holds(missing, Object.fromEntries(Object.entries(files).filter(([file]) => !missing.includes(file))))
  })
})

/** Facts that come with their place: no reader makes them of the make, or of how far the run is. */
const TOLD = [
  'sequencingUuid',
  'instrumentSerial',
  'flowcellId',
  'flowcellType',
  'position',
  'start',
  'end',
  'experimentName',
  'sampleId',
  'readStructure',
  'laneCount',
  'kit',
  'softwareVersion',
] as const

/** A time of the file system does not survive a checkout: where a record leaves it open, any will do. */
function withTimesOf(expected: Partial<RunFacts>, { end }: RunFacts): Partial<RunFacts> {
  const open = expected.end?.instant === '<modification time>' && end?.zone === 'mtime'
  return open ? { ...expected, end } : expected
}

/** What a registry may be sent. A time is the same in whichever of the files it is written. */
const sent = ({ run: { start, end, fullyCopied: _, ...run } }: RunReading) => ({
  ...run,
  start: start?.instant ?? start?.local ?? null,
  end: end?.instant ?? end?.local ?? null,
})
