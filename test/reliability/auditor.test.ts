/** The auditor itself: it is content with a true story, and finds each lie put into one. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { audit, type Commit, type Evidence, type Row } from './auditor.ts'

const row = (more: Partial<Row>): Row => ({
  id: 'reg-lib',
  registry: 'climb',
  kind: 'majora-2020-03-25',
  subject: { type: 'library', name: 'LIB-1', library: 'LIB-1' },
  revision: 1,
  state: 'registered',
  reason: null,
  nextTry: null,
  attempts: 1,
  remoteIds: { library: 'L1' },
  ...more,
})

const commit = (more: Partial<Commit>): Commit => ({
  kind: 'majora-2020-03-25',
  type: 'library',
  effect: 'created',
  id: 'L1',
  name: 'LIB-1',
  identity: { library_name: 'LIB-1' },
  payload: { biosamples: [{ central_sample_id: 'S1' }, { central_sample_id: 'S2' }] },
  ...more,
})

function story(): Evidence {
  const library = row({})
  const run = row({
    id: 'reg-run',
    subject: { type: 'run', name: 'RUN-1', library: 'LIB-1' },
    remoteIds: { sequencing: 'R1' },
  })
  const batch = row({
    id: 'reg-batch',
    registry: 'codex',
    kind: 'onecodex-v1',
    subject: { type: 'batch', name: 'BATCH-1', library: null },
    remoteIds: { batch: 'B1' },
  })
  const told = (one: Row) => ({
    event: 'registration.registered',
    registration: one.id,
    remoteIds: one.remoteIds,
  })
  return {
    sheets: [
      { file: 'a.csv', libraries: [{ name: 'LIB-1', samples: ['S1', 'S2'], run: 'RUN-1' }], batches: [] },
      { file: 'b.csv', libraries: [], batches: [{ name: 'BATCH-1', tubes: ['T1', 'T2'] }] },
    ],
    runs: ['RUN-1'],
    overruled: [],
    wasKilled: false,
    registries: [
      { name: 'climb', kind: 'majora-2020-03-25' },
      { name: 'codex', kind: 'onecodex-v1' },
    ],
    commits: [
      commit({}),
      commit({
        type: 'run',
        id: 'R1',
        name: 'uuid-1',
        identity: { library_name: 'LIB-1', sequencing_id: 'uuid-1' },
        payload: {},
      }),
      commit({
        kind: 'onecodex-v1',
        type: 'batch',
        id: 'B1',
        name: 'BATCH-1',
        identity: { batch_name: 'BATCH-1', tube_barcodes: ['T1', 'T2'] },
        payload: {},
      }),
    ],
    rows: [library, run, batch],
    reports: [
      { file: 'a.csv', state: 'done', sent: true, registrations: [library, run] },
      { file: 'b.csv', state: 'done', sent: true, registrations: [batch] },
    ],
    lines: [library, run, batch].map(told),
    secrets: ['hush'],
  }
}

test('a true story has no finding', () => {
  expect(audit(story())).toEqual([])
})

type Lie = (told: Evidence) => void
const at = <T>(list: T[], index: number): T => {
  const one = list[index]
  if (one === undefined) throw new Error(`there is no ${index}`)
  return one
}
const lies: Array<[string, string, Lie]> = [
  [
    'a run is sent again after a time-out',
    'doubled',
    ({ commits }) => commits.push({ ...at(commits, 1), id: 'R2' }),
  ],
  ['a batch arrives twice', 'doubled', ({ commits }) => commits.push({ ...at(commits, 2), id: 'B2' })],
  [
    'a tube is in two batches',
    'tube-twice',
    ({ commits, rows, lines }) => {
      commits.push({
        ...at(commits, 2),
        id: 'B2',
        name: 'BATCH-2',
        identity: { batch_name: 'BATCH-2', tube_barcodes: ['T2', 'T3'] },
      })
      rows.push({ ...at(rows, 2), id: 'reg-2', subject: { type: 'batch', name: 'BATCH-2', library: null } })
      lines.push({ event: 'registration.registered', registration: 'reg-2' })
    },
  ],
  ['success is reported before it is there', 'claimed', ({ commits }) => void commits.splice(1, 1)],
  [
    'another id is shown',
    'wrong-id',
    ({ rows }) => void Object.assign(at(rows, 1), { remoteIds: { sequencing: 'R9' } }),
  ],
  [
    'a send is not recorded',
    'denied',
    ({ rows, reports }) => {
      Object.assign(at(rows, 1), { state: 'held', reason: 'run-failed', attempts: 0 })
      Object.assign(at(reports, 0), { state: 'waiting' })
    },
  ],
  [
    'a refusal is called that of something taken',
    'denied',
    ({ rows }) => void Object.assign(at(rows, 0), { state: 'refused', reason: 'by-rule', attempts: 0 }),
  ],
  ['a wake-up is forgotten', 'stuck', ({ rows }) => void Object.assign(at(rows, 1), { state: 'queued' })],
  [
    'an attempt stays on the wire for ever',
    'stuck',
    ({ rows }) => void Object.assign(at(rows, 1), { state: 'sending' }),
  ],
  [
    'an unknown outcome is never asked after',
    'stuck',
    ({ rows }) => void Object.assign(at(rows, 2), { state: 'unknown' }),
  ],
  [
    'a run that has come is waited for',
    'stuck',
    ({ rows }) => void Object.assign(at(rows, 1), { state: 'waiting', reason: 'run' }),
  ],
  [
    'a run waits for a sheet that has come',
    'stuck',
    ({ rows }) => void Object.assign(at(rows, 1), { state: 'waiting', reason: 'sheet' }),
  ],
  [
    'a person is asked without a reason',
    'unreasoned',
    ({ rows }) => void Object.assign(at(rows, 1), { state: 'held' }),
  ],
  ['a sheet is forgotten', 'lost', ({ rows }) => void rows.splice(2, 1)],
  ['a run is forgotten', 'lost', ({ rows }) => void rows.splice(1, 1)],
  [
    'something arrives that nobody speaks of',
    'unexplained',
    ({ commits }) =>
      void commits.push(commit({ id: 'L7', name: 'LIB-7', identity: { library_name: 'LIB-7' } })),
  ],
  [
    'an older revision wins',
    'content',
    (told) => {
      told.registries.splice(0, 1, { name: 'climb', kind: 'majora-2' })
      for (const one of [...told.rows, ...told.commits])
        if (one.kind === 'majora-2020-03-25') one.kind = 'majora-2'
      told.sheets.push({
        file: 'a.csv',
        libraries: [{ name: 'LIB-1', samples: ['S1', 'S2', 'S3'], run: 'RUN-1' }],
        batches: [],
      })
    },
  ],
  [
    'half a batch counts as all of it',
    'content',
    ({ commits }) => void Object.assign(at(commits, 2).identity, { tube_barcodes: ['T1'] }),
  ],
  [
    'the report tells another state',
    'report',
    ({ reports }) => void Object.assign(at(reports, 0), { registrations: [{ ...row({}), state: 'queued' }] }),
  ],
  [
    'the report says that nothing was sent',
    'report',
    ({ reports }) => void Object.assign(at(reports, 0), { sent: false }),
  ],
  ['a sheet gets no report', 'report', ({ reports }) => void reports.splice(1, 1)],
  ['the log keeps quiet', 'log', ({ lines }) => void lines.splice(0, 1)],
  ['the log tells it twice', 'log', ({ lines }) => void lines.push(at(lines, 0))],
  [
    'a run is left without its library',
    'damaged',
    ({ commits }) => void Object.assign(at(commits, 1), { effect: 'unlinked' }),
  ],
  ['a secret is logged', 'secret', ({ lines }) => void lines.push({ event: 'x', detail: 'token hush' })],
]

test.for(lies)('%s: found as %s', ([, rule, lie]) => {
  const told = structuredClone(story())
  lie(told)
  expect(audit(told).map((one) => one.rule)).toContain(rule)
})

test('what a person took into his own hands is not held against anybody', () => {
  const told = story()
  told.commits.push({ ...at(told.commits, 1), id: 'R2' })
  told.overruled.push('reg-run')
  expect(audit(told)).toEqual([])
})

test('as a program it prints its findings and ends with 1', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runherald-audit-'))
  const file = join(folder, 'evidence.json')
  const told = story()
  told.commits.splice(1, 1)
  writeFileSync(file, JSON.stringify(told))
  const program = new URL('auditor.ts', import.meta.url).pathname
  const run = () => execFileSync(process.execPath, [program, file], { encoding: 'utf8' })
  expect(run).toThrow(/Command failed/)
  writeFileSync(file, JSON.stringify(story()))
  expect(run()).toBe('')
  rmSync(folder, { recursive: true })
})
