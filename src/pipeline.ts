/**
 * The flow, top to bottom: what was found is read, kept in the journal, joined, planned and queued.
 *
 * Reading runs side by side; keeping and planning one batch after the other, so that a run and its sheet that come
 * together are planned once both are kept. One fault boundary around each item: it never holds up the others.
 */
import { layThere } from './adoption.ts'
import { type Emit, loggedError } from './events.ts'
import type { Found, Reading, SheetReading } from './handovers.ts'
import type { Artifact, JournalReader, Planned } from './journal/journal.ts'
import {
  journalCatalogue,
  namesOf,
  type RunSource,
  runSourceOf,
  type SheetSource,
  sheetSourceOf,
} from './planning/catalogue.ts'
import type { Plan, PlanningOptions } from './planning/destination.ts'
import { planRun } from './planning/run.ts'
import { noLongerAsked, planSheet } from './planning/sheet.ts'
import { refuseTakenTubes } from './planning/tubes.ts'
import { hasErrors } from './problems.ts'
import { whence } from './record/registration.ts'
import { createSheetIntake, type SheetNews } from './sheet-intake.ts'
import { isStalled, stalledIf } from './stalling.ts'

/** What keeping and planning read in the journal, and its transactions that they need. */
type JournalPlanning = Pick<
  JournalReader,
  | 'artifact'
  | 'claimants'
  | 'registrations'
  | 'rootFirstScan'
  | 'runsMatching'
  | 'runsSame'
  | 'sheetsLinking'
  | 'sheetsNaming'
  | 'sheetsSame'
> & {
  saveArtifact(artifact: Artifact): Promise<void>
  plan(plans: Plan[], now: Date): Promise<Planned[]>
  withdraw(ids: string[], now: Date): Promise<void>
}

export type PipelineParts = {
  journal: JournalPlanning
  inspect(path: string, options: { root: string }): Promise<Reading>
  planning(now: Date): PlanningOptions
  /** Should a finished run that lay in this root at its very first scan be left alone? */
  leavesAlone(artifact: Artifact, modified: string): Promise<boolean>
  /** Does something lie at this path? */
  isThere(path: string): Promise<boolean>
  /** How long the files of a run in this root must rest before it is taken without what decides nothing. */
  patienceMs(root: string): number
  /** How long a run in this root that has not finished must stand still to be shown as stalled. */
  stalledAfterSeconds(root: string): number
  /** Planned registrations that may now be delivered. */
  queue(planned: Array<{ id: string; revision: number }>): void
  /** A sheet whose report must be written anew. */
  tell(sheetPath: string): void
  /** What people are told of a sheet before it is planned. */
  news: SheetNews
  emit: Emit
  now(): Date
}

export type Pipeline = {
  /**
   * Takes in what was found; `firstScan`: it lay there, as it is, at the very first scan of its root.
   * Rejects for a fault of ours, or with what the disk says; the next sweep then finds the same again.
   */
  found(found: Found, circumstances: { firstScan: boolean }): Promise<void>
  /** A run folder that was not finished lies there no more. */
  gone(path: string): Promise<void>
  /** Time has passed for a run that is not finished: has it stood still for too long? */
  stillActive(run: Artifact): Promise<void>
  /** Plans again what a path asks for: a person said so, or time has passed. `force` takes up an adopted run. */
  again(path: string, options?: { force?: boolean }): Promise<void>
  /** Resolves when everything handed in so far is planned. */
  settled(): Promise<void>
  /** Forgets what was to be looked at later. */
  close(): void
}

type RunFolderReading = Extract<Reading, { kind: 'run-folder' }>
/** `force`: a person asked for it. `firstScan`: it lay there, as it is, at the very first scan of its root. */
type How = { force: boolean; firstScan: boolean }
/** `replaces`: what a sheet at this path said before. */
type Item = {
  artifact: Artifact
  replaces: SheetReading | null
  done: () => void
  failed: (thrown: unknown) => void
}

const AT_ONCE = 200
const beforePlanning = (status: Artifact['status']) => (status === 'done' ? 'active' : status)

export function createPipeline(parts: PipelineParts): Pipeline {
  const { journal, emit } = parts
  const batch: Item[] = []
  let working: Promise<void> | null = null
  const timers = new Set<NodeJS.Timeout>()
  const intake = createSheetIntake(parts)

  /** Hands one artifact to the next batch; resolves when it is planned. */
  const keep = (artifact: Artifact, replaces: SheetReading | null = null): Promise<void> =>
    new Promise((done, failed) => {
      batch.push({ artifact, replaces, done, failed })
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
      await plan(items)
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
  async function plan(items: Array<Pick<Item, 'artifact' | 'replaces'>>): Promise<void> {
    const artifacts = items.map(({ artifact }) => artifact)
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
    const touch = async (touched: RunSource[]) => {
      for (const { path } of touched) {
        const run = runs.has(path) ? null : await journal.artifact(path)
        if (run !== null) runs.set(path, run)
      }
    }
    for (const { artifact, replaces } of items) {
      const sheet = sheetSourceOf(artifact)
      if (sheet === null || replaces === null) continue
      const former = await noLongerAsked(replaces, sheet, catalogue, options)
      for (const id of former.withdrawn) withdrawn.add(id)
      await touch(former.runs)
    }
    for (const sheet of sheets.values()) {
      const planned = await planSheet(sheet, catalogue, options)
      for (const one of planned.plans) plans.set(one.submission.id, one)
      for (const id of planned.withdrawn) withdrawn.add(id)
      await touch(planned.runs)
      for (const { asked, candidates } of planned.doubts) {
        const rows = await journal.registrations({ ids: candidates })
        if (!rows.some(({ state, attempts }) => state === 'registered' || attempts > 0)) continue
        for (const id of asked) {
          plans.delete(id)
          withdrawn.add(id)
        }
      }
    }
    for (const run of runs.values()) {
      const source = runSourceOf(run)
      if (source === null) continue
      const known = await journal.registrations({ paths: [run.path] })
      if (source.leftAlone) {
        // It was listed as a run to come while its files had not rested long enough.
        for (const { id } of known) withdrawn.add(id)
        continue
      }
      const planned = await planRun(source, catalogue, options)
      const standing = known.filter(({ id }) => !withdrawn.has(id))
      for (const one of planned.plans)
        if (!isNeedlessStandIn(one, standing)) plans.set(one.submission.id, one)
      for (const id of planned.withdrawn) withdrawn.add(id)
    }
    for (const id of plans.keys()) withdrawn.delete(id)
    await refuseTakenTubes(
      plans.values(),
      async (registry, claims) => {
        const claimants = await journal.claimants(registry, claims)
        return claimants.filter(({ submission }) => !withdrawn.has(submission.id))
      },
      (path) => sheets.get(path)?.reading,
    )
    if (withdrawn.size > 0) await journal.withdraw([...withdrawn], now)
    const planned = await journal.plan([...plans.values()], now)
    for (const [index, one] of [...plans.values()].entries()) {
      const result = planned[index]
      if (result === undefined || result.change === 'none') continue
      const { submission } = one
      emit('registration.planned', {
        registration: result.id,
        registry: submission.registry,
        ...whence(submission.subject),
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

  async function take(found: Found, how: How): Promise<void> {
    const before = await journal.artifact(found.path)
    if (found.type === 'sheet') return takeSheet(found, before, how)
    const reading = await parts.inspect(found.path, { root: found.root })
    if (reading.kind !== 'run-folder') return unreadRun(found, reading)
    const now = parts.now().toISOString()
    const { path, root, type, fingerprint } = found
    const isSame = before?.fingerprint === fingerprint
    const kept: Artifact = {
      ...{ path, root, type, fingerprint, sha256: null, status: 'active', reading },
      firstSeen: before?.firstSeen ?? now,
      changed: isSame ? before.changed : now,
    }
    const artifact = await judgedRun(kept, reading, found, before, how)
    await keep(artifact)
    if (isStalled(artifact.reading)) tellStalled(artifact, found.quietSince, before)
  }

  async function takeSheet(found: Found, before: Artifact | null, how: How): Promise<void> {
    if (!found.settled) return intake.seen(found, before)
    const reading = await parts.inspect(found.path, { root: found.root })
    const taken = await intake.take(found, reading, before, how)
    if (taken !== null) await keep(taken.artifact, taken.replaces)
  }

  /** A run folder that could not be read: it may have vanished meanwhile, or the disk refused. */
  function unreadRun({ path }: Found, reading: Exclude<Reading, RunFolderReading>): void {
    const [first] = reading.kind === 'unrecognised' ? reading.problems : []
    if (first?.code === 'path.unreadable') throw Object.assign(new Error(first.found), { code: 'EIO' })
    if (first?.code === 'path.beyond-limits')
      emit('run.problems', { run: baseName(path), codes: [first.code] })
  }

  async function judgedRun(
    kept: Artifact,
    reading: RunFolderReading,
    found: Found,
    before: Artifact | null,
    how: How,
  ): Promise<Artifact> {
    const { run, completion, problems } = reading.reading
    const name = run.runId
    if (completion.enough && found.settled && rested(found, how)) {
      const without = taken(reading)
      return judgedRun({ ...kept, reading: without }, without, found, before, how)
    }
    if (before === null) emit('run.found', { run: name, path: found.path, make: run.instrumentMake })
    if (!completion.ended) {
      const { missing, because } = completion
      // Its files change all day long; that it waits is told again only when it waits for something else.
      if (!isWaitingSo(before, missing, because)) emit('run.waiting', { run: name, missing, because })
      return stoodStill(kept, found.quietSince)
    }
    if (!how.force && (await isLeftAlone(kept, found, before, how))) {
      if (before?.status !== 'adopted') emit('run.adopted', { run: name, path: found.path })
      return { ...kept, status: 'adopted' }
    }
    if (!found.settled) return { ...kept, reading: stillChanging(reading) }
    const wasDone = before?.status === 'done'
    if (!wasDone) emit('run.completed', { run: name, status: run.status, because: completion.because })
    if (hasErrors(problems)) emit('run.problems', { run: name, codes: problems.map((one) => one.code) })
    return { ...kept, status: 'done' }
  }

  /** A run that lay there finished at the very first scan of its root, or one left alone that was only moved. */
  async function isLeftAlone(
    kept: Artifact,
    found: Found,
    before: Artifact | null,
    { firstScan }: How,
  ): Promise<boolean> {
    if (before?.status === 'done') return false
    const ended = await journal.rootFirstScan(kept.root)
    if (before?.status === 'adopted') return true
    if (layThere(kept, { isThis: firstScan, ended })) return parts.leavesAlone(kept, found.modified)
    return before === null && movedFrom(kept)
  }

  /** Is this a run that was left alone, in a folder that was renamed or moved since? A copy is none: it came later. */
  async function movedFrom({ path, reading }: Artifact): Promise<boolean> {
    if (reading.kind !== 'run-folder') return false
    const { runId, sequencingUuid } = reading.reading.run
    for (const same of await journal.runsSame(runId, sequencingUuid)) {
      if (same.status !== 'adopted' || same.path === path || (await parts.isThere(same.path))) continue
      await journal.saveArtifact({ ...same, status: 'gone' })
      return true
    }
    return false
  }

  /** Have its files rested long enough to do without what is missing? If not, it is looked at when they will have. */
  function rested({ path, root, quietSince, modified }: Found, { firstScan }: How): boolean {
    const leftMs = Date.parse(quietSince) + parts.patienceMs(root) - parts.now().getTime()
    if (leftMs <= 0) return true
    const timer = setTimeout(() => {
      timers.delete(timer)
      void takeKnown(path, { modified, quietSince }, { force: false, firstScan })
    }, leftMs + 1)
    timers.add(timer)
    return false
  }

  const takeKnown = (path: string, times: { modified: string; quietSince: string } | null, how: How) =>
    guarded(path, async () => {
      const known = await journal.artifact(path)
      if (known === null) return
      const { root, type, fingerprint, changed } = known
      const { modified, quietSince } = times ?? { modified: changed, quietSince: changed }
      await take({ root, path, type, fingerprint, modified, quietSince, settled: true }, how)
    })

  /** As it is, or shown as stalled. */
  function stoodStill(artifact: Artifact, quietSince: string): Artifact {
    const { root, reading } = artifact
    if (reading.kind !== 'run-folder') return artifact
    const afterSeconds = parts.stalledAfterSeconds(root)
    return { ...artifact, reading: stalledIf(reading, { quietSince, afterSeconds, now: parts.now() }) }
  }

  const stillActive = (run: Artifact): Promise<void> =>
    guarded(run.path, async () => {
      if (isStalled(run.reading)) return
      const shown = stoodStill(run, run.changed)
      if (!isStalled(shown.reading)) return
      await keep(shown)
      tellStalled(shown, run.changed, run)
    })

  /** Once: not again after a restart. */
  function tellStalled({ path, reading }: Artifact, since: string, before: Artifact | null): void {
    if (before !== null && isStalled(before.reading)) return
    const run = reading.kind === 'run-folder' ? reading.reading.run.runId : baseName(path)
    emit('run.stalled', { run, since })
  }

  async function gone(path: string): Promise<void> {
    const known = await journal.artifact(path)
    if (known?.status !== 'active' || known.type !== 'run-folder') return
    await journal.saveArtifact({ ...known, status: 'gone' })
    const run = runSourceOf(known)
    if (run === null) return
    emit('run.gone', { run: run.reading.reading.run.runId, path })
    const rows = await journal.registrations({ paths: [path], state: 'waiting' })
    await journal.withdraw(
      rows.map(({ id }) => id),
      parts.now(),
    )
    // The same run in another folder, and the sheets that speak of it, ask for it anew.
    const { runId, sequencingUuid } = run.reading.reading.run
    const others = await journal.runsSame(runId, sequencingUuid)
    const sheets = await journal.sheetsLinking(namesOf(run))
    for (const one of [...others, ...sheets]) if (one.path !== path) await keep(one)
  }

  const guarded = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (thrown) {
      emit('item.failed', { path, error: loggedError(thrown) })
    }
  }

  return {
    found: (found, { firstScan }) => take(found, { force: false, firstScan }),
    again: (path, { force = false } = {}) => takeKnown(path, null, { force, firstScan: false }),
    gone,
    stillActive,
    settled: async () => {
      while (working !== null) await working
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function isWaitingSo(before: Artifact | null, missing: string[], because: string): boolean {
  if (before?.reading.kind !== 'run-folder') return false
  const known = before.reading.reading.completion
  return !known.ended && known.because === because && known.missing.join() === missing.join()
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
