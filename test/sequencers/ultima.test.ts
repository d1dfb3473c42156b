/** What is Ultima's alone; what holds for each make is in every-make.test.ts. */
import { expect, test } from 'vitest'
import { ultima } from '../../src/sequencers/ultima/index.ts'
import { memoryFolder } from '../rig/folders.ts'

const NAME = '424090-20250822_0117'
const INFO = '424090_LibraryInfo.xml'
const UPLOADED = 'UploadCompleted.json'
const whole = { [INFO]: '<SampleInfo RunId="424090"/>', [UPLOADED]: '{}' }

const read = (files: Record<string, string>, name = NAME) => ultima.read(memoryFolder(name, files))

test.for([
  ['has a document type', '<!DOCTYPE x [<!ENTITY a "b">]><SampleInfo/>'],
  ['is something else', '<html/>'],
] as const)('library information that %s is a problem, and the run waits for it', ([, content]) => {
  const { completion, problems } = read({ ...whole, [INFO]: content })
  expect(completion).toMatchObject({ ended: false, missing: [INFO] })
  expect(completion.enough).toBeUndefined()
  expect(problems.map((one) => one.code)).toEqual(['run-folder.file-broken'])
})

test.for<string>(['', '{"a":', 'true', '<!DOCTYPE html>'])(
  'an end marker of %j is enough once it has rested',
  (content) => {
    const { completion } = read({ ...whole, [UPLOADED]: content })
    expect(completion).toMatchObject({ state: 'completed', ended: false, enough: true, missing: [UPLOADED] })
    const without = read({ [UPLOADED]: content }).completion
    expect([without.state, without.enough]).toEqual(['in_progress', undefined])
  },
)

test.for([
  ['the folder, its file and what stands in it', NAME, INFO, '424090', 'completed'],
  ['the folder and its file', NAME, INFO, '', 'completed'],
  ['the file alone', 'renamed', INFO, '', 'completed'],
  ['what stands in the file, but not the folder', NAME, INFO, '424091', 'unknown'],
  ["the file's name, but not the folder", NAME, '424091_LibraryInfo.xml', '', 'unknown'],
  ["the file's name, but not what stands in it", 'renamed', INFO, '424091', 'unknown'],
] as const)('named by %s: %s', ([, name, file, runId, state]) => {
  const files = { [file]: `<SampleInfo RunId="${runId}"/>`, [UPLOADED]: '{}' }
  const { run, completion, problems } = read(files, name)
  expect([run.status, completion.ended]).toEqual([state, true])
  expect(problems.map((one) => one.code)).toEqual(state === 'completed' ? [] : ['run-folder.ids-disagree'])
  if (state === 'completed') expect(run.runId).toBe('424090')
})

test('of several files the one of this run is read, and the other is a problem', () => {
  const { completion, problems } = read({ ...whole, '1_LibraryInfo.xml': '<SampleInfo RunId="1"/>' })
  expect([completion.state, problems.map((one) => one.code)]).toEqual([
    'unknown',
    ['run-folder.ids-disagree'],
  ])
})

test('where the run is here whole, the end marker is what says so', () => {
  const { provenance } = read(whole)
  expect([provenance.fullyCopied?.file, provenance.status?.file]).toEqual([UPLOADED, UPLOADED])
})

test('a folder above its run folders is not recognised', () => {
  expect(ultima.recognise({ name: 'Runs', names: [`${NAME}/`], list: () => [] })).toBe(false)
})
