/** A window over a real journal: the real server on a free port, with a laboratory's fortnight to look at. */
import { join } from 'node:path'
import { followActs } from '../../src/acts.ts'
import type { DaemonHealth } from '../../src/daemon.ts'
import { decideAt } from '../../src/deliver/decide.ts'
import { createHerald, type EventName, type Happening, type Herald } from '../../src/events.ts'
import type { Json, Outcome, Plan, Submission, Traits } from '../../src/handovers.ts'
import type { Artifact, Journal } from '../../src/journal/journal.ts'
import { openJournal } from '../../src/journal/open.ts'
import { viewOf } from '../../src/ops/daemon-view.ts'
import { openWindow } from '../../src/ops/server.ts'
import type { View } from '../../src/ops/view.ts'
import { problem } from '../../src/problems.ts'
import { registrationId } from '../../src/record/identity.ts'
import type { Reason } from '../../src/record/registration.ts'
import type { InstrumentMake, RunFacts } from '../../src/record/run.ts'
import { runFacts } from '../rig/facts.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'
import { createWaiting } from '../rig/waiting.ts'

const REPEATABLE: Traits = { repeatable: true, askable: false, busyIsSafe: true, corrects: true }
const ONCE: Traits = { repeatable: false, askable: false, busyIsSafe: false, corrects: false }

const REGISTRIES = [
  { name: 'climb', kind: 'majora-2020-03-25' },
  { name: 'onecodex', kind: 'onecodex-v1' },
]

export const healthy = (): DaemonHealth => ({
  roots: [
    { root: '/data/illumina', holds: 'runs', ...ROOT },
    { root: '/data/nanopore', holds: 'runs', ...ROOT },
    { root: '/data/dropbox', holds: 'sheets', ...ROOT },
  ],
  redis: { redis: 'up', awaySince: null },
})
const ROOT = { away: null, scannedOnce: true, lastSweep: new Date(), events: true, sweepSeconds: 60 }

export type Rig = AsyncDisposable & {
  url: string
  folder: string
  journal: Journal
  herald: Herald
  view: View
  /** Times somebody acted. */
  acted(): number
}

export async function openRig({
  token = null,
  health = healthy,
  host = '127.0.0.1',
}: {
  token?: string | null
  health?: () => DaemonHealth
  host?: string
} = {}): Promise<Rig> {
  const place = await temporaryFolder()
  const folder = place.path
  const file = join(folder, 'journal.sqlite')
  const opened = await openJournal(file, { decide: decideAt(1) })
  if (!opened.ok) throw new Error(opened.error.detail)
  const journal = opened.value
  await journal.knowRegistries(
    REGISTRIES.map((one) => one.name),
    new Date(),
  )
  const herald = createHerald((level, fields) => {
    if (level === 'error' && 'error' in fields) console.log(fields)
  })
  let acted = 0
  const tellActs = followActs(journal, herald.emit, await journal.lastEvent())
  const personActed = () => {
    acted++
    void tellActs()
  }
  // Nothing is watched, so that no path is known.
  const daemon = { journal, health, planAgain: async () => {}, personActed }
  const config = { site: { name: 'BIRM', timeZone: 'Europe/London' }, state: folder, registries: REGISTRIES }
  const view = viewOf(config, daemon, { herald, version: '0.1.0', journalFile: file })
  const window = await openWindow(view, { host, port: 0, token, fallBack: false }).catch(async (thrown) => {
    await journal.close()
    await place[Symbol.asyncDispose]()
    throw thrown
  })
  return {
    ...{ url: window.url, folder, journal, herald, view, acted: () => acted },
    async [Symbol.asyncDispose]() {
      await window.close()
      await journal.close()
      await place[Symbol.asyncDispose]()
    },
  }
}

/** What is told from now on under one of these names. */
export function following({ herald }: Rig, ...names: EventName[]) {
  const { changed, until } = createWaiting()
  const seen: Happening[] = []
  herald.subscribe((one) => {
    if (!names.includes(one.event)) return
    seen.push(one)
    changed()
  })
  return { seen, times: (count: number) => until(() => seen.length >= count) }
}

// ── registrations ───────────────────────────────────────────────────────────────────────────────────────────────

type PlanOf = {
  registry?: string
  type?: 'run' | 'library' | 'batch'
  name: string
  library?: string | null
  path?: string | null
  body?: Json
  facts?: Json
  waitingFor?: Reason[]
  stop?: Submission['stop']
  problems?: Submission['problems']
  traits?: Traits
}

export function planOf(given: PlanOf): Plan {
  const { registry = 'climb', type = 'run', name, library = null, path = null, waitingFor = [] } = given
  const key = [type, name, library ?? ''].join('\n')
  const body: Json =
    given.body === undefined ? { [`${type}_name`]: name, username: 'birm', token: '***' } : given.body
  return {
    submission: {
      id: registrationId(registry, key),
      registry,
      kind: registry === 'climb' ? 'majora-2020-03-25' : 'onecodex-v1',
      subject: { type, key, name, library, path },
      mapped:
        body === null
          ? null
          : {
              request: {
                method: 'POST',
                path: '/api/v2/process/sequencing/add/',
                body,
                secrets: [{ in: 'body', name: 'token', secret: 'token' }],
              },
              ...{ claims: [], prerequisite: null, warnings: [] },
            },
      waitingFor,
      stop: given.stop ?? null,
      problems: given.problems ?? [],
      facts: given.facts ?? null,
    },
    traits: given.traits ?? ONCE,
    notBefore: null,
  }
}

const answer = (status: number, body: object) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export const accepted = (id: string, type = 'run'): Outcome => ({
  type: 'verdict',
  verdict: {
    is: 'accepted',
    adopted: false,
    remoteIds: { [type]: id },
    samples: [{ sample: 'BIRM-1', remoteId: `${id}-1` }],
    notes: [],
  },
  answer: answer(200, { errors: 0, success: true, new: [id] }),
})
export const refused = (...reasons: string[]): Outcome => ({
  type: 'verdict',
  verdict: { is: 'refused', reasons },
  answer: answer(200, { errors: reasons.length, messages: reasons }),
})
export const lost: Outcome = {
  type: 'lost',
  detail: 'the connection was reset after the request had been sent',
}

/** Plans it, and sends it where an outcome is given. Resolves with its id. */
export async function registered(
  journal: Journal,
  given: PlanOf,
  { at, outcome }: { at: Date; outcome?: Outcome },
): Promise<string> {
  const plan = planOf(given)
  const { id } = plan.submission
  const [planned] = await journal.plan([plan], at)
  if (outcome === undefined || planned === undefined) return id
  const arming = await journal.arm({ id, revision: planned.revision, url: 'https://majora.example.org' }, at)
  if (arming.may !== 'begin') throw new Error(`${given.name} may not be sent: ${arming.may}`)
  const { revision, attempt } = arming.armed
  await journal.settle({ id, revision, attempt }, outcome, new Date(at.getTime() + 800))
  return id
}

// ── a fortnight ─────────────────────────────────────────────────────────────────────────────────────────────────

const HOUR = 3_600_000

type RunAt = {
  make?: InstrumentMake
  model: string
  serial: string
  runId: string
  flowcell: string
  /** Hours before now. */
  from: number
  to: number | null
  status?: RunFacts['status']
}

export function runAt(now: Date, given: RunAt): Artifact {
  const at = (hours: number) => new Date(now.getTime() - hours * HOUR).toISOString()
  const stamp = (hours: number) => ({
    text: at(hours),
    local: null,
    instant: at(hours),
    zone: 'utc' as const,
    precision: 'second' as const,
  })
  const { make = 'ILLUMINA', model, serial, runId, flowcell, from, to, status = 'completed' } = given
  const ended = to !== null
  const run = runFacts({
    ...{ runId, folderName: runId, instrumentMake: make, instrumentModel: model, instrumentSerial: serial },
    ...{ flowcellId: flowcell, start: stamp(from), end: to === null ? null : stamp(to) },
    status: ended ? status : 'in_progress',
    fullyCopied: ended,
  })
  const completion = { state: run.status, because: 'CopyComplete.txt', missing: [], ended }
  return {
    path: `/data/${make === 'OXFORD_NANOPORE' ? 'nanopore' : 'illumina'}/${runId}`,
    root: `/data/${make === 'OXFORD_NANOPORE' ? 'nanopore' : 'illumina'}`,
    type: 'run-folder',
    fingerprint: 'f',
    sha256: null,
    status: ended ? 'done' : 'active',
    reading: {
      kind: 'run-folder',
      recognisedAs: make === 'OXFORD_NANOPORE' ? 'nanopore' : 'illumina',
      reading: {
        run,
        provenance: {
          flowcellId: { file: 'RunInfo.xml', at: '/RunInfo/Run/Flowcell' },
          instrumentSerial: { file: 'RunInfo.xml', at: '/RunInfo/Run/Instrument' },
        },
        completion,
        problems: [],
        test: null,
      },
      sheet: null,
      sheetFile: null,
    },
    firstSeen: at(from),
    changed: at(to ?? 0.1),
  }
}

const factsOf = ({ reading }: Artifact): Json =>
  reading.kind === 'run-folder'
    ? ({
        run: reading.reading.run,
        provenance: reading.reading.provenance,
        completion: reading.reading.completion,
      } as unknown as Json)
    : null

/** Two weeks of a laboratory with five instruments: most went well, and some of everything else. */
export async function fortnight({ journal }: Rig, now = new Date()): Promise<void> {
  const days = until(now, journal)
  await wentWell(days)
  await goesOn(days)
  await needsSomebody(days)
  await batches(days)
  await journal.openRegistry('climb', 'probe', days.ago(0.3))
  await journal.pauseRegistry('onecodex', 'away', 'connect ECONNREFUSED', days.ago(0.2))
}

/** Times by the hours before `now`, and `add`, which keeps a run with its sheet and registers both as they were then. */
function until(now: Date, journal: Journal) {
  const ago = (hours: number) => new Date(now.getTime() - hours * HOUR)
  const date = (hours: number) => ago(hours).toISOString().slice(2, 10).replaceAll('-', '')
  let libraries = 0
  const add = async (run: Artifact, hours: number, given: Partial<PlanOf>, outcome?: Outcome) => {
    libraries += 1
    await journal.saveArtifact(run)
    const { run: facts } = run.reading.kind === 'run-folder' ? run.reading.reading : { run: runFacts() }
    const library =
      given.library === undefined
        ? `BIRM-${date(hours)}-${String(libraries).padStart(2, '0')}`
        : given.library
    if (library !== null && given.library === undefined) {
      const sheet = `/data/dropbox/done/${library}.csv`
      await journal.saveArtifact({
        ...run,
        ...{ path: sheet, root: '/data/dropbox', type: 'sheet', status: 'done' },
        reading: { kind: 'unrecognised', problems: [], sha256: null },
        firstSeen: ago(hours + 9).toISOString(),
      })
      await registered(
        journal,
        { type: 'library', name: library, library, path: sheet },
        { at: ago(hours + 8.9), outcome: accepted(library, 'library') },
      )
    }
    await registered(
      journal,
      { name: facts.runId, library, path: run.path, facts: factsOf(run), ...given },
      { at: ago(hours), ...(outcome && { outcome }) },
    )
  }
  return { journal, now, ago, date, add }
}

type Days = ReturnType<typeof until>

async function wentWell({ now, date, add }: Days): Promise<void> {
  const instruments = [
    { model: 'NovaSeq 6000', serial: 'A00562', every: 52, takes: 40, flowcell: 'DSX3' },
    { model: 'MiSeq', serial: 'M01234', every: 44, takes: 26, flowcell: '000000000-K' },
    { model: 'NextSeq 2000', serial: 'VH00581', every: 61, takes: 22, flowcell: 'AAC' },
  ]
  let number = 0
  for (const { model, serial, every, takes, flowcell } of instruments)
    for (let to = 330; to > 4; to -= every) {
      number++
      const runId = `${date(to + takes)}_${serial}_${String(300 + number).padStart(4, '0')}_A${flowcell}${number}`
      const run = runAt(now, { model, serial, runId, flowcell: `${flowcell}${number}`, from: to + takes, to })
      await add(run, to - 0.2, {}, accepted(`20200303-${runId.slice(-8)}`))
    }
  for (const [slot, hours] of [150, 130, 92, 47, 20].entries())
    for (const cell of ['PAM', 'PAN']) {
      const runId = `${date(hours + 70)}_1412_${slot + 1}${cell === 'PAM' ? 'A' : 'B'}_${cell}4${slot}177_8f1c2b${slot}e`
      const run = runAt(now, {
        ...{
          make: 'OXFORD_NANOPORE',
          model: 'PromethION',
          serial: 'PC24B148',
          runId,
          flowcell: `${cell}4${slot}177`,
        },
        ...{ from: hours + 70, to: hours },
      })
      await add(run, hours - 0.1, {}, accepted(`ont-${cell}-${slot}`))
    }
}

/** A run that is not finished, one that waits for its sheet, and a sheet that waits for its run. */
async function goesOn({ journal, now, ago, date, add }: Days): Promise<void> {
  const running = {
    model: 'NovaSeq 6000',
    serial: 'A00562',
    runId: `${date(19)}_A00562_0399_BH7GTDSX3`,
    flowcell: 'H7GTDSX3',
  }
  await add(runAt(now, { ...running, from: 19, to: null }), 19, {
    library: null,
    waitingFor: ['run-completion'],
    body: null,
  })
  const lone = {
    model: 'MiSeq',
    serial: 'M01234',
    runId: `${date(30)}_M01234_0381_000000000-KB7XQ`,
    flowcell: '000000000-KB7XQ',
  }
  await add(runAt(now, { ...lone, from: 30, to: 3 }), 3, { library: null, waitingFor: ['sheet'], body: null })
  const awaited = `${date(30)}_M01234_0381_000000000-KB7QX`
  await registered(
    journal,
    {
      name: awaited,
      library: 'BIRM-PLATE-81',
      waitingFor: ['run'],
      body: null,
      facts: { awaited: { by: 'run_name', value: awaited }, sheet: '/data/dropbox/plate81.csv' },
    },
    { at: ago(2.5) },
  )
}

/** A run that failed, one that nobody knows of whether it arrived, and a library that was refused. */
async function needsSomebody({ journal, now, ago, date, add }: Days): Promise<void> {
  const failed = {
    model: 'NextSeq 2000',
    serial: 'VH00581',
    runId: `${date(58)}_VH00581_0377_AAC7TJ2HV`,
    flowcell: 'AAC7TJ2HV',
  }
  await add(runAt(now, { ...failed, from: 58, to: 50, status: 'failed' }), 50, {
    stop: { state: 'held', reason: 'run-failed' },
  })
  const doubtful = {
    model: 'NovaSeq 6000',
    serial: 'A00562',
    runId: `${date(70)}_A00562_0398_AH7GVDSX3`,
    flowcell: 'H7GVDSX3',
  }
  await add(runAt(now, { ...doubtful, from: 70, to: 27 }), 26, {}, lost)
  await journal.openRegistry('climb', 'probe', ago(25))
  await registered(
    journal,
    {
      type: 'library',
      name: 'BIRM-PLATE-77',
      library: 'BIRM-PLATE-77',
      path: '/data/dropbox/needs-fixing/plate77.csv',
      traits: REPEATABLE,
    },
    {
      at: ago(5),
      outcome: refused(
        'library_seq_kit: "LSK-9" is not one of the kits that are known here',
        'biosample BIRM-77-14 has not been registered',
      ),
    },
  )
}

/** One that a rule forbids, one that is registered, and one that is being registered. */
async function batches({ journal, ago }: Days): Promise<void> {
  await registered(
    journal,
    {
      ...{
        registry: 'onecodex',
        type: 'batch',
        name: 'Birmingham 2026-47',
        path: '/data/dropbox/batch47.csv',
        body: null,
      },
      stop: { state: 'refused', reason: 'by-rule' },
      problems: [
        problem('registry.tube-taken', 'tube 0000-1187 is in the batch Birmingham 2026-46 too', {
          file: 'batch47.csv',
          rows: [4, 9],
        }),
      ],
    },
    { at: ago(1.2) },
  )
  await registered(
    journal,
    {
      registry: 'onecodex',
      type: 'batch',
      name: 'Birmingham 2026-46',
      path: '/data/dropbox/done/batch46.csv',
    },
    { at: ago(70), outcome: accepted('0e1c7ad2f7b94c1b', 'batch') },
  )
  await registered(
    journal,
    { registry: 'onecodex', type: 'batch', name: 'Birmingham 2026-48', path: '/data/dropbox/batch48.csv' },
    { at: ago(0.1) },
  )
}
