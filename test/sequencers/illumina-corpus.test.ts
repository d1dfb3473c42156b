import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { illumina } from '../../src/sequencers/illumina/index.ts'
import { corpus } from '../rig/corpus.ts'
import { diskFolder } from '../rig/folders.ts'
import { scoreRun } from '../rig/score.ts'

const real = corpus('illumina')

describe.skipIf(!real)('every real run reads as expected', () => {
  test.for((real?.rows ?? []).map((row) => [row.run, row] as const))('%s', ([, row]) => {
    const folder = diskFolder(join(real?.base ?? '', row.run))
    const reading = illumina.recognise(folder) ? illumina.read(folder) : null
    // Samples are counted where sheets are read.
    const score = scoreRun(row, { run: reading?.run ?? null, problems: reading?.problems ?? [] }, [
      'numSamples',
    ])
    expect(score.notes).toEqual([])
  })
})

for (const make of ['nanopore', 'pacbio', 'element', 'ultima']) {
  const others = corpus(make)
  test.skipIf(!others)(`no real run of ${make} is taken for one of Illumina`, () => {
    const base = others?.base ?? ''
    const folders = readdirSync(base, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
    expect(folders.filter((path) => illumina.recognise(diskFolder(path)))).toEqual([])
  })
}
