/** Real run folders, put slowly into watched roots: the finished ones are registered with their values, the others wait. */
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Json } from '../../src/handovers.ts'
import { type CorpusRow, corpus } from '../rig/corpus.ts'
import { climb, openLab, type Row } from '../rig/lab.ts'
import { copySlowly } from '../rig/nanopore.ts'
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

    await using lab = await openLab()
    const roots = { ont: join(lab.folder, 'ont'), illumina: join(lab.folder, 'illumina') }
    const watched = { settleSeconds: 0.2, sweepSeconds: 1, adopt: 'register' }
    lab.settings.config = {
      watch: [
        { runs: roots.ont, depth: 3, ...watched },
        { runs: roots.illumina, ...watched },
      ],
    }
    const map = { libraryName: LIBRARY }
    lab.settings.registries = [
      climb(lab.sandbox, { map }),
      {
        ...climb(lab.sandbox, { map }),
        name: 'hook',
        kind: 'webhook',
        url: lab.sandbox.urlOf('webhook'),
        auth: { tokenFile: join(lab.folder, 'token') },
      },
    ]
    await lab.configure()
    const made = await postJson(lab.sandbox.urlOf('majora-2020-03-25') + libraryAdd, {
      username: 'sandbox',
      token: 'sandbox-token',
      ...library(LIBRARY),
    })
    expect(JSON.parse(made.body)).toMatchObject({ success: true })
    await lab.start()
    await Promise.all([
      oneByOne(ont, (one, at) =>
        copySlowly(one.from, join(roots.ont, `group${at % 3}`, `sample${at}`, one.name)),
      ),
      oneByOne(all.slice(ont.length), (one) => copySlowly(one.from, join(roots.illumina, one.name))),
    ])

    const rows = await lab.registrations((some) =>
      all.every(
        (one) =>
          at(some, one, 'hook') !== undefined &&
          (one.ends !== 'registered' ||
            ['hook', 'climb'].every((registry) => hasEnded(at(some, one, registry)))),
      ),
    )
    const events = lab.commits('webhook', 'event')
    for (const one of all) {
      const row = at(rows, one, 'hook')
      const sent = events
        .map((commit) => runOf(commit.payload))
        .filter((run) => run['runId'] === row?.subject.name)
      expect([one.name, row?.state, sent.length]).toEqual([
        one.name,
        one.ends === 'untold' ? expect.toBeOneOf(['waiting', 'held']) : one.ends,
        one.ends === 'registered' ? 1 : 0,
      ])
      if (one.ends !== 'registered') continue
      for (const [field, value] of Object.entries(sent[0] ?? {}))
        if (!(one.row.uncertain ?? []).includes(field))
          expect([one.name, field, value]).toEqual([one.name, field, expectedOf(one.row, field)])
      // What one registry takes the other does too, unless a rule of its own forbids it before sending.
      const there = sent[0]?.['instrumentModel'] === null ? 'refused' : 'registered'
      expect([one.name, at(rows, one, 'climb')?.state]).toEqual([one.name, there])
    }
    for (const one of all.filter((some) => some.ends === 'waiting')) {
      expect(at(rows, one, 'hook')?.reason).toBe('run-completion')
      const said = await lab.event(
        'run.waiting',
        (line) => line['run'] === at(rows, one, 'hook')?.subject.name,
      )
      expect(said['missing']).not.toEqual([])
    }
    const taken = rows.filter((row) => row.registry === 'climb' && row.state === 'registered')
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(taken.length)
  },
  180_000,
)

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
