/** Real run folders, copied into watched roots one by one: the finished are registered with their values, the others wait. */
import { cp, mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Json } from '../../src/handovers.ts'
import { type CorpusRow, corpus } from '../rig/corpus.ts'
import { climb, type Lab, openLab, type Row, registryAt } from '../rig/lab.ts'
import { library, libraryAdd, postJson } from '../sandbox/call.ts'

type Chosen = { row: CorpusRow; from: string; name: string; ends: 'registered' | 'waiting' | 'untold' }

const nanopore = corpus('nanopore')
const illumina = corpus('illumina')
const LIBRARY = 'CORPUS-LIBRARY'

test.skipIf(nanopore === null || illumina === null)(
  'real folders of Oxford Nanopore and Illumina end right',
  async () => {
    const ont = choose(nanopore, (row) => row.mustFlagConflict === undefined)
    const finished = choose(illumina, isPlain).filter((one) => one.ends === 'registered')
    const unfinished = choose(illumina, isPlain).filter((one) => one.ends === 'waiting')
    const all = [...ont, ...finished, ...unfinished.slice(0, 8)]
    expect(ont.length).toBeGreaterThanOrEqual(10)
    expect(finished.length + Math.min(unfinished.length, 8)).toBeGreaterThanOrEqual(10)

    const map = { libraryName: LIBRARY }
    await using lab = await openLab({}, ({ sandbox }) => [
      climb(sandbox, { map }),
      registryAt(sandbox, 'webhook', { name: 'hook', map }),
    ])
    const roots = { ont: join(lab.folder, 'ont'), illumina: join(lab.folder, 'illumina') }
    const watched = { settleSeconds: 0.2, sweepSeconds: 1, adopt: 'register' }
    const watch = [
      { runs: roots.ont, depth: 3, ...watched },
      { runs: roots.illumina, ...watched },
    ]
    await lab.configure({ config: { watch } })
    await postJson(lab.sandbox.urlOf('majora-2020-03-25') + libraryAdd, library(LIBRARY))
    await lab.start()
    await Promise.all([
      oneByOne(ont, (one, at) => copied(one, join(roots.ont, `group${at % 3}`, `sample${at}`))),
      oneByOne(all.slice(ont.length), (one) => copied(one, roots.illumina)),
    ])

    const rows = await lab.registrations((some) =>
      all.every(
        (one) =>
          at(some, one, 'hook') !== undefined &&
          (one.ends !== 'registered' ||
            ['hook', 'climb'].every((registry) => hasEnded(at(some, one, registry)))),
      ),
    )
    expectEnds(lab, rows, all)
    for (const one of all.filter(({ ends }) => ends === 'waiting')) {
      const row = at(rows, one, 'hook')
      expect(row?.reason).toBe('run-completion')
      const said = await lab.event('run.waiting', (line) => line['run'] === row?.subject.name)
      expect(said['missing']).not.toEqual([])
    }
    const taken = rows.filter((row) => row.registry === 'climb' && row.state === 'registered')
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(taken.length)
  },
)

/** Each stands as it should at both registries, and what was sent of it is what its corpus expects. */
function expectEnds(lab: Lab, rows: Row[], all: Chosen[]): void {
  const events = lab.commits('webhook', 'event').map((commit) => runOf(commit.payload))
  for (const one of all) {
    const { name, ends } = one
    const row = at(rows, one, 'hook')
    const sent = events.filter((run) => run['runId'] === row?.subject.name)
    expect([name, row?.state, sent.length]).toEqual([
      name,
      ends === 'untold' ? expect.toBeOneOf(['waiting', 'held']) : ends,
      ends === 'registered' ? 1 : 0,
    ])
    if (ends !== 'registered') continue
    for (const [field, value] of Object.entries(sent[0] ?? {}))
      if (!(one.row.uncertain ?? []).includes(field))
        expect([name, field, value]).toEqual([name, field, expectedOf(one.row, field)])
    // What one registry takes the other does too, unless a rule of its own forbids it before sending.
    const there = sent[0]?.['instrumentModel'] === null ? 'refused' : 'registered'
    expect([name, at(rows, one, 'climb')?.state]).toEqual([name, there])
  }
}

/** As an instrument's transfer does: what marks its end comes last. */
async function copied({ from, name }: Chosen, into: string): Promise<void> {
  const files = (await readdir(from, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
  const paths = files.map((one) => join(one.parentPath, one.name).slice(from.length + 1))
  for (const path of paths.toSorted((a, b) => Number(MARKS_END.test(a)) - Number(MARKS_END.test(b)))) {
    await mkdir(join(into, name, dirname(path)), { recursive: true })
    await cp(join(from, path), join(into, name, path), { preserveTimestamps: true })
  }
}

const MARKS_END = /complete|final_summary|transferdone|RunUploaded|report/i

const isPlain = (row: CorpusRow): boolean =>
  String(row['kind']).startsWith('real') &&
  row.expect['notARunFolder'] === undefined &&
  row.expect['statusAnyOf'] === undefined &&
  !(row.uncertain ?? []).some((field) => ['runId', 'flowcellId'].includes(field))

/** Rows of a corpus that fit, each run id once. */
function choose(
  from: { base: string; rows: CorpusRow[] } | null,
  fits: (row: CorpusRow) => boolean,
): Chosen[] {
  const seen = new Set<unknown>()
  return (from?.rows ?? [])
    .filter((row) => fits(row) && !seen.has(row.expect['runId']) && seen.add(row.expect['runId']))
    .map((row) => ({
      row,
      from: join(from?.base ?? '', row.run),
      name: basename(row.run),
      ends: ENDS[String(row.expect['status'])] ?? 'untold',
    }))
}

const ENDS: Record<string, Chosen['ends']> = {
  completed: 'registered',
  stopped_by_user: 'registered',
  in_progress: 'waiting',
}

const at = (rows: Row[], one: Chosen, registry: string): Row | undefined =>
  rows.find((row) => row.registry === registry && row.subject.path?.endsWith(`/${one.name}`))

const hasEnded = (row: Row | undefined): boolean => row?.state === 'registered' || row?.state === 'refused'

async function oneByOne<T>(all: T[], work: (one: T, at: number) => Promise<void>): Promise<void> {
  for (const [index, one] of all.entries()) await work(one, index)
}

function runOf(payload: { [key: string]: Json }): Record<string, Json> {
  const { data } = payload as { data: { run: Record<string, Json> } }
  const compared = [
    'runId',
    'flowcellId',
    'instrumentModel',
    'instrumentSerial',
    'instrumentMake',
    'sequencingId',
  ]
  return Object.fromEntries(compared.map((field) => [field, data.run[field] ?? null]))
}

/** What a corpus says of a field, as a matcher where it accepts several answers. */
function expectedOf(row: CorpusRow, field: string): unknown {
  if (field === 'sequencingId') {
    const uuid = row.expect['sequencingUuid']
    return typeof uuid === 'string' ? uuid.toLowerCase() : expect.any(String)
  }
  const accepted = [
    row.expect[field] ?? null,
    ...list(row.alternatives?.[field]),
    ...list(row.expect[`${field}AnyOf`]),
  ]
  return accepted.length === 1 ? accepted[0] : expect.toBeOneOf(accepted)
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
