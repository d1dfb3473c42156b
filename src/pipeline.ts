/**
 * The flow, top to bottom: what was found is read, kept in the journal, joined, planned and queued.
 *
 * Reading runs side by side; keeping and planning one batch after the other, so that a run and its sheet that come
 * together are planned once both are kept. One fault boundary around each item: it never holds up the others.
 */
import { type Emit, loggedError } from './events.ts'
import type { Found, Reading } from './handovers.ts'
import type { Artifact, JournalReader, Planned } from './journal/journal.ts'
import {
  journalCatalogue,
  namesOf,
  runSourceOf,
  type SheetSource,
  sheetSourceOf,
} from './planning/catalogue.ts'
import type { Plan, PlanningOptions } from './planning/destination.ts'
import { planRun } from './planning/run.ts'
import { planSheet } from './planning/sheet.ts'
import { hasErrors } from './problems.ts'

/** The journal's transactions that keeping and planning need. */
type JournalPlanning = {
  saveArtifact(artifact: Artifact): Promise<void>
  plan(plans: Plan[], now: Date): Promise<Planned[]>
  withdraw(ids: string[], now: Date): Promise<void>
}

export type PipelineParts = {
  journal: JournalReader & JournalPlanning
  inspect(path: string, options: { root: string }): Promise<Reading>
  planning(now: Date): PlanningOptions
  /** Should a finished run that lay here before this root was watched be left alone? */
  leavesAlone(root: string, reading: Reading, modified: string): Promise<boolean>
  /** How long the files of a run in this root must rest before it is taken without what decides nothing. */
  patienceMs(root: string): number
  /** Planned registrations that may now be delivered. */
  queue(planned: Array<{ id: string; revision: number }>): void
  /** A sheet whose report must be written anew. */
  tell(sheetPath: string): void
  emit: Emit
  now(): Date
}

export type Pipeline = {
  /** Rejects for a fault of ours; the next sweep finds the same again. */
  found(found: Found): Promise<void>
  /** Plans again what a path asks for: a person said so, or time has passed. `force` takes up an adopted run. */
  again(path: string, options?: { force?: boolean }): Promise<void>
  /** Resolves when everything handed in so far is planned. */
  settled(): Promise<void>
  /** Forgets what was to be looked at later. */
  close(): void
}

type RunFolderReading = Extract<Reading, { kind: 'run-folder' }>
type Item = { artifact: Artifact; done: () => void; failed: (thrown: unknown) => void }

const AT_ONCE = 200
const beforePlanning = (status: Artifact['status']) => (status === 'done' ? 'active' : status)

export function createPipeline(parts: PipelineParts): Pipeline {
  const { journal, emit } = parts
  const batch: Item[] = []
  let working: Promise<void> | null = null
  const timers = new Set<NodeJS.Timeout>()

  /** Hands one artifact to the next batch; resolves when it is planned. */
  const keep = (artifact: Artifact): Promise<void> =>
    new Promise((done, failed) => {
      batch.push({ artifact, done, failed })
      working ??= drain().finally(() => {
        working = null
      })
    })

  async function drain(): Promise<void> {
    while (batch.length > 0) {
      const items = batch.splice(0, AT_ONCE)
      if (await handled(items)) continue
      // One of them cannot be planned: it must not hold up the others.
      for (const item of items) await handled([item], item.failed)
    }
  }

  async function handled(items: Item[], failed?: (thrown: unknown) => void): Promise<boolean> {
    try {
      const artifacts = items.map(({ artifact }) => artifact)
      // Not done before it is planned: whoever starts after a crash in between finds it again.
      await Promise.all(
        artifacts.map((one) => journal.saveArtifact({ ...one, status: beforePlanning(one.status) })),
      )
      await plan(artifacts)
      const done = artifacts.filter((one) => one.status === 'done')
      await Promise.all(done.map((one) => journal.saveArtifact(one)))
      for (const item of items) item.done()
      return true
    } catch (thrown) {
      failed?.(thrown)
      return false
    }
  }

  /** Plans everything that these artifacts touch, once each, and hands on what may be delivered. */
  async function plan(artifacts: Artifact[]): Promise<void> {
    const now = parts.now()
    const options = parts.planning(now)
    const catalogue = journalCatalogue(journal)
    const runs = new Map<string, Artifact>()
    const sheets = new Map<string, SheetSource>()
    for (const one of artifacts) {
      const sheet = sheetSourceOf(one)
      if (sheet !== null) sheets.set(one.path, sheet)
      const run = runSourceOf(one)
      if (run === null) continue
      runs.set(one.path, one)
      for (const linked of await catalogue.sheetsLinking(namesOf(run))) sheets.set(linked.path, linked)
    }
    const plans = new Map<string, Plan>()
    const withdrawn = new Set<string>()
    for (const sheet of sheets.values()) {
      const planned = await planSheet(sheet, catalogue, options)
      for (const one of planned.plans) plans.set(one.submission.id, one)
      for (const id of planned.withdrawn) withdrawn.add(id)
      for (const { path } of planned.runs) {
        const run = runs.has(path) ? null : await journal.artifact(path)
        if (run !== null) runs.set(path, run)
      }
    }
    for (const run of runs.values()) {
      const source = runSourceOf(run)
      if (source === null || source.leftAlone) continue
      const planned = await planRun(source, catalogue, options)
      const known = await journal.registrations({ paths: [run.path] })
      for (const one of planned.plans) if (!isNeedlessStandIn(one, known)) plans.set(one.submission.id, one)
      for (const id of planned.withdrawn) withdrawn.add(id)
    }
    for (const id of plans.keys()) withdrawn.delete(id)
    if (withdrawn.size > 0) await journal.withdraw([...withdrawn], now)
    const planned = await journal.plan([...plans.values()], now)
    for (const [index, one] of [...plans.values()].entries()) {
      const result = planned[index]
      if (result === undefined || result.change === 'none') continue
      const { submission } = one
      emit('registration.planned', {
        registration: result.id,
        registry: submission.registry,
        subject: submission.subject.name,
        revision: result.revision,
        state: result.state,
        reason: submission.stop?.reason ?? submission.waitingFor[0] ?? null,
      })
    }
    parts.queue(planned)
    for (const one of artifacts) if (one.type === 'sheet') parts.tell(one.path)
    for (const path of sheets.keys()) parts.tell(path)
  }

  async function take(found: Found, force: boolean): Promise<void> {
    const before = await journal.artifact(found.path)
    if (found.type === 'sheet' && !found.settled) {
      if (before === null) emit('sheet.seen', { sheet: baseName(found.path), path: found.path })
      return
    }
    const reading = await parts.inspect(found.path, { root: found.root })
    const artifact = await judged(found, reading, before, force)
    if (artifact !== null) await keep(artifact)
  }

  /** What the journal is to keep of a reading; null where a sheet's bytes are the ones it knows. */
  async function judged(
    found: Found,
    reading: Reading,
    before: Artifact | null,
    force: boolean,
  ): Promise<Artifact | null> {
    const now = parts.now().toISOString()
    const kept: Artifact = {
      path: found.path,
      root: found.root,
      type: found.type,
      fingerprint: found.fingerprint,
      sha256: reading.kind === 'run-folder' ? null : reading.sha256,
      status: 'active',
      reading,
      firstSeen: before?.firstSeen ?? now,
      changed: before !== null && before.fingerprint === found.fingerprint ? before.changed : now,
    }
    if (reading.kind === 'run-folder') return judgedRun(kept, reading, found, before, force)
    kept.status = 'done'
    if (before !== null && before.sha256 === kept.sha256 && before.status === 'done') {
      await journal.saveArtifact({ ...before, fingerprint: kept.fingerprint })
      return force ? before : null
    }
    const problems = reading.kind === 'unrecognised' ? reading.problems : reading.reading.problems
    const errors = problems.filter((one) => one.severity === 'error').length
    emit('sheet.judged', {
      sheet: baseName(found.path),
      format: reading.kind === 'unrecognised' ? 'unrecognised' : reading.recognisedAs,
      samples: reading.kind === 'unrecognised' ? 0 : reading.reading.samples,
      errors,
      warnings: problems.length - errors,
    })
    return kept
  }

  async function judgedRun(
    kept: Artifact,
    reading: RunFolderReading,
    found: Found,
    before: Artifact | null,
    force: boolean,
  ): Promise<Artifact> {
    const { run, completion, problems } = reading.reading
    const name = run.runId
    if (completion.enough && found.settled && rested(kept, found))
      return judgedRun(kept, taken(reading), found, before, force)
    if (before === null) emit('run.found', { run: name, path: found.path, make: run.instrumentMake })
    if (!completion.ended) {
      emit('run.waiting', { run: name, missing: completion.missing, because: completion.because })
      return kept
    }
    if (!force && before?.status === 'adopted') return { ...kept, status: 'adopted' }
    if (!force && before === null && (await parts.leavesAlone(found.root, reading, found.modified))) {
      emit('run.adopted', { run: name, path: found.path })
      return { ...kept, status: 'adopted' }
    }
    if (!found.settled) return { ...kept, reading: stillChanging(reading) }
    const wasDone = before?.status === 'done'
    if (!wasDone) emit('run.completed', { run: name, status: run.status, because: completion.because })
    if (hasErrors(problems)) emit('run.problems', { run: name, codes: problems.map((one) => one.code) })
    return { ...kept, status: 'done' }
  }

  /** Have its files rested long enough to do without what is missing? If not, it is looked at when they will have. */
  function rested(kept: Artifact, found: Found): boolean {
    const leftMs = Date.parse(kept.changed) + parts.patienceMs(found.root) - parts.now().getTime()
    if (leftMs <= 0) return true
    const timer = setTimeout(() => {
      timers.delete(timer)
      void again(found.path, { force: false })
    }, leftMs + 1)
    timers.add(timer)
    return false
  }

  const again: Pipeline['again'] = (path, { force = false } = {}) =>
    guarded(path, async () => {
      const known = await journal.artifact(path)
      if (known === null) return
      const { root, type, fingerprint, changed } = known
      await take({ root, path, type, fingerprint, modified: changed, settled: true }, force)
    })

  const guarded = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (thrown) {
      emit('item.failed', { path, error: loggedError(thrown) })
    }
  }

  return {
    found: (found) => take(found, false),
    again,
    settled: async () => {
      while (working !== null) await working
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** A run taken though something is missing that decides nothing. */
const taken = (reading: RunFolderReading): RunFolderReading => {
  const { enough: _, ...completion } = reading.reading.completion
  return { ...reading, reading: { ...reading.reading, completion: { ...completion, ended: true } } }
}

/** A run whose end marker is there while its files still change is not taken yet. */
const stillChanging = (reading: RunFolderReading): RunFolderReading => ({
  ...reading,
  reading: {
    ...reading.reading,
    completion: { ...reading.reading.completion, ended: false, because: 'its files are still changing' },
  },
})

/** A run listed as waiting for a sheet though a library of it is registered or on its way there. */
const isNeedlessStandIn = (
  plan: Plan,
  known: Array<{ registry: string; state: string; subject: { library: string | null } }>,
): boolean =>
  plan.submission.subject.library === null &&
  known.some(
    (row) =>
      row.registry === plan.submission.registry && row.subject.library !== null && row.state !== 'superseded',
  )

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
