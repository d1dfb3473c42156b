/** Real run folders of every make beside the project, read as a person who checks them would read them. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../src/inspect.ts'
import { sequencers } from '../../src/sequencers/index.ts'
import { type CorpusRow, corpus } from '../rig/corpus.ts'
import { diskFolder } from '../rig/folders.ts'
import { type Score, scoreRun } from '../rig/score.ts'

const makes = Object.keys(sequencers) as Array<keyof typeof sequencers>
const corpora = makes.flatMap((make) => {
  const real = corpus(make)
  return real === null ? [] : [{ make, ...real }]
})

const inspected = (base: string, row: CorpusRow) => {
  const reading = inspectPath(join(base, row.run))
  return reading.kind === 'run-folder' ? reading : null
}

const scored = (base: string, row: CorpusRow): Score => {
  const reading = inspected(base, row)
  return scoreRun(row, {
    run: reading?.reading.run ?? null,
    problems: reading?.reading.problems ?? [],
  })
}

describe.for(corpora)('every real run of $make', ({ make, base, rows }) => {
  test.for(rows.map((row) => [row.run, row] as const))('%s reads as expected', ([, row]) => {
    const score = scored(base, row)
    expect(score.notes).toEqual([])
    expect(score.wrong).toBe(0)
    if (!row.expect['notARunFolder']) expect(inspected(base, row)?.recognisedAs).toBe(make)
  })

  test('that has ended and is all here can be taken, at once or after a rest', () => {
    const waiting = rows.filter((row) => {
      const reading = inspected(base, row)?.reading
      if (!reading || reading.completion.ended || reading.completion.enough) return false
      // Without its metadata nobody knows how many cells a PacBio run has.
      const described = !reading.completion.missing.some((file) => file.endsWith('.metadata.xml'))
      return reading.run.fullyCopied && reading.run.status === 'completed' && described
    })
    expect(waiting.map(({ run }) => run)).toEqual([])
  })

  test('is a run of one make, and no folder in or above it is one of another', () => {
    const folders = readdirSync(base, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => diskFolder(join(entry.parentPath, entry.name)))
    const others = folders.flatMap((folder) =>
      makes
        .filter((one) => one !== make && sequencers[one].recognise(folder))
        .map((one) => [folder.name, one]),
    )
    expect(others).toEqual([])
  })
})

test.skipIf(corpora.length === 0)(
  'a value that differs is counted as wrong, and one that is lacking is not',
  () => {
    const [{ base, rows }] = corpora as [(typeof corpora)[number]]
    const row = rows.find(({ expect: { runId, flowcellId } }) => runId && flowcellId)
    if (row === undefined) throw new Error('no row tells a run and its flow cell')
    const expecting = (change: Record<string, unknown>): Score =>
      scored(base, { ...row, expect: { ...row.expect, ...change } })
    expect(expecting({ flowcellId: 'ANOTHER' })).toMatchObject({ bad: 1, wrong: 1 })
    expect(expecting({ sequencingUuid: 'ANOTHER' })).toMatchObject({ bad: 1, wrong: 0 })
  },
)
