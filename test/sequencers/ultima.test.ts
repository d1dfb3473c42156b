import { expect, test } from 'vitest'
import { RunFacts } from '../../src/record/run.ts'
import { ultima } from '../../src/sequencers/ultima/index.ts'
import { diskFolder, memoryFolder } from '../rig/folders.ts'
import { filesIn, runFixtures } from '../rig/run-fixtures.ts'

const fixtures = runFixtures('ultima').map((one) => [one.name, one] as const)

test.for(fixtures)('%s reads as its record', ([, { path, record }]) => {
  const folder = diskFolder(path)
  expect(ultima.recognise(folder)).toBe(true)
  const { run, completion, problems } = ultima.read(folder)
  expect(RunFacts.parse(run)).toEqual(run)
  const uploaded = folder.modified('UploadCompleted.json')?.toISOString()
  const end = run.end && {
    ...run.end,
    instant: run.end.instant === uploaded ? '<modification time>' : run.end.instant,
  }
  expect({ ...run, end }).toMatchObject(record.run)
  expect(completion).toEqual(record.completion)
  expect(problems.map((one) => one.code)).toEqual(record.problems)
})

test('cut off anywhere, a file makes the run wait or leaves it as it is', () => {
  const finished = fixtures.filter(([, { record }]) => record.completion.ended)
  expect(finished.length).toBeGreaterThan(0)
  for (const [name, { path }] of finished) {
    const files = filesIn(path)
    const whole = ultima.read(memoryFolder(name, files))
    for (const [file, bytes] of Object.entries(files))
      for (let length = 0; length < bytes.length; length++) {
        const cut = ultima.read(memoryFolder(name, { ...files, [file]: bytes.subarray(0, length) }))
        if (cut.completion.ended) expect([file, length, cut]).toEqual([file, length, whole])
      }
  }
})

test('library information that is no XML is a problem, and the run waits', () => {
  const files = {
    '1_LibraryInfo.xml': '<!DOCTYPE x [<!ENTITY a "b">]><SampleInfo/>',
    'UploadCompleted.json': '{}',
  }
  const { completion, problems } = ultima.read(memoryFolder('424090-20250822_0117', files))
  expect(completion.ended).toBe(false)
  expect(problems.map((one) => one.code)).toEqual(['run-folder.file-unreadable'])
})

test('a folder above its run folders is not recognised', () => {
  expect(ultima.recognise({ name: 'Runs', names: ['424090-20250822_0117/'], list: () => [] })).toBe(false)
})
