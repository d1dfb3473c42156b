/** Every run folder of ours, of whatever make, reads as the record beside it; a new make is held to it by its fixtures. */
import { describe, expect, test } from 'vitest'
import { RunFacts } from '../../src/record/run.ts'
import { sequencers } from '../../src/sequencers/index.ts'
import type { Sequencer } from '../../src/sequencers/sequencer.ts'
import { diskFolder } from '../rig/folders.ts'
import { runFixtures } from '../rig/run-fixtures.ts'

const makes = Object.entries<Sequencer>(sequencers)

describe.for(makes)('%s', ([make, sequencer]) => {
  const fixtures = runFixtures(make).map((one) => [one.name, one] as const)

  test.for(fixtures)('%s reads as its record', ([, { path, record }]) => {
    const folder = diskFolder(path)
    const { run, completion, problems, test: kind } = sequencer.read(folder)
    expect(RunFacts.parse(run)).toEqual(run)
    // Modification times do not survive a checkout.
    const marked = sequencer.marks(folder).map((file) => folder.modified(file)?.toISOString())
    if (run.end?.zone === 'mtime') expect(marked).toContain(run.end.instant)
    const end = run.end?.zone === 'mtime' ? { ...run.end, instant: '<modification time>' } : run.end
    expect({ ...run, end }).toMatchObject(record.run)
    expect(completion).toEqual(record.completion)
    expect(problems.map((one) => one.code)).toEqual(record.problems)
    expect(kind).toBe(record.test ?? null)
    expect(record.about).toMatch(/\w/)
  })

  test.for(fixtures)('%s is recognised as a run of this make, and of no other', ([, { path }]) => {
    const folder = diskFolder(path)
    expect(makes.filter(([, one]) => one.recognise(folder)).map(([name]) => name)).toEqual([make])
  })

  test.for(fixtures)('%s: each fact comes with its place, and no place without its fact', ([, { path }]) => {
    const { run, provenance } = sequencer.read(diskFolder(path))
    for (const fact of TOLD) expect([fact, fact in provenance]).toEqual([fact, run[fact] !== null])
    for (const source of Object.values(provenance))
      expect(source).toEqual({ file: expect.any(String), at: expect.any(String) })
  })
})

/** Facts that no reader makes up of the make, the folder's name or the state of the run. */
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
