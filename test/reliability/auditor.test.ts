/** The auditor itself: it is content with a true story, and each of its checks finds the lie put in for it. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../rig/temporary-folder.ts'
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

const at = <T>(list: T[], index: number): T => {
  const one = list[index]
  if (one === undefined) throw new Error(`there is no ${index}`)
  return one
}
const [LIBRARY, RUN, BATCH] = [0, 1, 2]
type Change = (told: Evidence) => unknown
/** Says something else of one of the three registrations. */
const saying =
  (which: number, more: Partial<Row>): Change =>
  ({ rows }) =>
    Object.assign(at(rows, which), more)
/** Another commit, made from one of the three. */
const committing =
  (which: number, more: Partial<Commit>): Change =>
  ({ commits }) =>
    commits.push({ ...at(commits, which), ...more })
const reporting =
  (which: number, more: Partial<Evidence['reports'][number]>): Change =>
  ({ reports }) =>
    Object.assign(at(reports, which), more)

function told(change: Change): string[] {
  const changed = structuredClone(story())
  change(changed)
  return audit(changed).map(({ rule, what }) => `${rule}: ${what}`)
}

test.for<[string, Change]>([
  ['all is as it should be', () => {}],
  [
    'a person took into his own hands what is there twice',
    (all) => {
      committing(RUN, { id: 'R2' })(all)
      all.overruled.push('reg-run')
    },
  ],
  [
    'a daemon that was killed did not say all in its log',
    (all) => {
      all.lines.splice(0)
      all.wasKilled = true
    },
  ],
  [
    'a run asks again and again for a library that a person must see to',
    (all) => {
      saying(RUN, { state: 'queued', reason: 'library LIB-1', nextTry: '2026-11-21T13:00:00.000Z' })(all)
      all.commits.splice(RUN, 1)
      all.lines.splice(RUN, 1)
      reporting(0, { state: 'sending', registrations: all.rows.slice(0, 2) })(all)
    },
  ],
  [
    'a sheet that is wrong asks for nothing',
    (all) => {
      const library = { name: 'LIB-9', samples: ['S9'], run: 'RUN-9' }
      all.sheets.push({ file: 'b.csv', libraries: [library], batches: [], invalid: true })
    },
  ],
])('no finding where %s', ([, change]) => {
  expect(told(change)).toEqual([])
})

test.for<[lie: string, finding: string, Change]>([
  [
    'a run is sent again after a time-out',
    'doubled: run uuid-1 was registered 2 times at majora-2020-03-25',
    committing(RUN, { id: 'R2' }),
  ],
  [
    'a batch arrives twice',
    'doubled: batch BATCH-1 was registered 2 times at onecodex-v1',
    committing(BATCH, { id: 'B2' }),
  ],
  [
    'a run is left without its library',
    'damaged: run uuid-1 is unlinked',
    ({ commits }) => Object.assign(at(commits, RUN), { effect: 'unlinked' }),
  ],
  [
    'a library is spoilt by what came after it',
    'damaged: library LIB-1 is poisoned',
    committing(LIBRARY, { effect: 'poisoned' }),
  ],
  [
    'a tube is in two batches',
    'tube-twice: tube T2 is in BATCH-1 and in BATCH-2',
    committing(BATCH, { name: 'BATCH-2', identity: { tube_barcodes: ['T2', 'T3'] } }),
  ],
  [
    'success is reported before it is there',
    'claimed: run RUN-1 of LIB-1 at climb is called registered, and the registry has nothing',
    ({ commits }) => commits.splice(RUN, 1),
  ],
  [
    'another id is shown',
    'wrong-id: run RUN-1 of LIB-1 at climb is said to be R9, and is not',
    saying(RUN, { remoteIds: { sequencing: 'R9' } }),
  ],
  [
    'a send is not recorded',
    'denied: run RUN-1 of LIB-1 at climb was never tried, as runherald says, and the registry has it',
    saying(RUN, { state: 'held', reason: 'run-failed', attempts: 0 }),
  ],
  [
    'a refusal is called that of something taken',
    'denied: library LIB-1 at climb is called refused, and the registry has it',
    saying(LIBRARY, { state: 'refused', reason: 'by-rule', attempts: 0 }),
  ],
  [
    'a wake-up is forgotten',
    'stuck: run RUN-1 of LIB-1 at climb is still queued',
    saying(RUN, { state: 'queued' }),
  ],
  [
    'a run behind its library has no time at which it is tried again',
    'stuck: run RUN-1 of LIB-1 at climb is still queued',
    saying(RUN, { state: 'queued', reason: 'library LIB-1' }),
  ],
  [
    'an attempt stays on the wire for ever',
    'stuck: run RUN-1 of LIB-1 at climb is still sending',
    saying(RUN, { state: 'sending' }),
  ],
  [
    'an unknown outcome is never asked after',
    'stuck: batch BATCH-1 at codex is still unknown',
    saying(BATCH, { state: 'unknown' }),
  ],
  [
    'a run that has come is waited for',
    'stuck: run RUN-1 of LIB-1 at climb still waits for its run, which lies there',
    saying(RUN, { state: 'waiting', reason: 'run' }),
  ],
  [
    'a run that has ended is waited for',
    'stuck: run RUN-1 of LIB-1 at climb still waits for its run-completion, which lies there',
    saying(RUN, { state: 'waiting', reason: 'run-completion' }),
  ],
  [
    'a run waits for a sheet that has come',
    'stuck: run RUN-1 of LIB-1 at climb still waits for its sheet, which lies there',
    saying(RUN, { state: 'waiting', reason: 'sheet' }),
  ],
  [
    'a person is asked without a reason',
    'unreasoned: run RUN-1 of LIB-1 at climb is held and does not say why',
    saying(RUN, { state: 'held' }),
  ],
  [
    'a library is forgotten',
    'lost: library LIB-1 is nowhere at climb',
    ({ rows }) => rows.splice(LIBRARY, 1),
  ],
  ['a run is forgotten', 'lost: run RUN-1 of LIB-1 is nowhere at climb', ({ rows }) => rows.splice(RUN, 1)],
  [
    'a run that no sheet names is forgotten',
    'lost: run RUN-9 is nowhere at climb',
    ({ runs }) => runs.push('RUN-9'),
  ],
  ['a batch is forgotten', 'lost: batch BATCH-1 is nowhere at codex', ({ rows }) => rows.splice(BATCH, 1)],
  [
    'something arrives that nobody speaks of',
    'unexplained: library LIB-7 at majora-2020-03-25 is nothing that runherald speaks of',
    committing(LIBRARY, { id: 'L7', name: 'LIB-7', identity: { library_name: 'LIB-7' } }),
  ],
  [
    'an older revision wins',
    'content: library LIB-1 at climb has S1 S2, and should have S1 S2 S3',
    ({ registries, rows, commits, sheets }) => {
      Object.assign(at(registries, 0), { kind: 'majora-2' })
      for (const one of [...rows, ...commits]) if (one.kind === 'majora-2020-03-25') one.kind = 'majora-2'
      const library = { name: 'LIB-1', samples: ['S1', 'S2', 'S3'], run: 'RUN-1' }
      sheets.push({ file: 'a.csv', libraries: [library], batches: [] })
    },
  ],
  [
    'half a batch counts as all of it',
    'content: batch BATCH-1 at codex has T1, and should have T1 T2',
    ({ commits }) => Object.assign(at(commits, BATCH).identity, { tube_barcodes: ['T1'] }),
  ],
  [
    'the report tells another state',
    'report: a.csv calls library LIB-1 at climb queued, and ls calls it registered',
    reporting(0, { registrations: [{ ...row({}), state: 'queued' }] }),
  ],
  [
    'the report tells of what the list does not',
    'report: a.csv tells of a registration that ls does not know',
    reporting(0, { registrations: [row({}), row({ id: 'reg-other' })] }),
  ],
  [
    'the report says that nothing was sent',
    'report: a.csv says sent: false, which is not so',
    reporting(0, { sent: false }),
  ],
  [
    'the report calls done what is not',
    'report: a.csv is called done, and is not',
    (all) => {
      saying(RUN, { state: 'held', reason: 'conflict' })(all)
      reporting(0, { registrations: all.rows.slice(0, 2) })(all)
    },
  ],
  [
    'a sheet gets no report',
    'report: b.csv was dropped, and nobody is told of it',
    ({ reports }) => reports.splice(1, 1),
  ],
  [
    'the log keeps quiet',
    'log: the log does not tell that library LIB-1 at climb was registered',
    ({ lines }) => lines.splice(0, 1),
  ],
  [
    'the log tells it twice',
    'log: library LIB-1 at climb is called registered 2 times in the log',
    ({ lines }) => lines.push(at(lines, 0)),
  ],
  [
    'the log tells of what is not there',
    'log: the log of reg-run tells of something the registry does not have',
    ({ commits }) => commits.splice(RUN, 1),
  ],
  [
    'the log keeps quiet of what a person must see to',
    'log: the log does not tell that run RUN-1 of LIB-1 at climb needs a person',
    saying(RUN, { state: 'held', reason: 'conflict' }),
  ],
  [
    'a secret is logged',
    'secret: a secret stands in what runherald says',
    ({ lines }) => lines.push({ event: 'x', detail: 'token hush' }),
  ],
  [
    'a secret stands in a list',
    'secret: a secret stands in what runherald says',
    saying(RUN, { reason: 'token hush' }),
  ],
  [
    'a secret stands in a report',
    'secret: a secret stands in what runherald says',
    reporting(0, { state: 'token hush' }),
  ],
])('%s: found, since %s', ([, finding, lie]) => {
  expect(told(lie)).toContain(finding)
})

test('as a program it prints its findings and ends with 1', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'evidence.json')
  const program = new URL('auditor.ts', import.meta.url).pathname
  const run = (evidence: Evidence) => {
    writeFileSync(file, JSON.stringify(evidence))
    const { status, stdout } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' })
    return { status, stdout }
  }
  expect(run(story())).toEqual({ status: 0, stdout: '' })
  const lie = { ...story(), runs: ['RUN-1', 'RUN-9'] }
  expect(run(lie)).toEqual({ status: 1, stdout: 'lost: run RUN-9 is nowhere at climb\n' })
})
