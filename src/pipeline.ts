/**
 * The flow, top to bottom: what was found is read, judged, kept in the journal, joined, planned and queued.
 *
 * Reading runs side by side; keeping and planning one batch after the other, so that a run and its sheet that come
 * together are planned once both are kept.
 */
import { createBatches } from './batches.ts'
import { announcePlanned } from './deliver/announce.ts'
import { createLines, within } from './event-loop.ts'
import { loggedError } from './events.ts'
import type { Found, Reading } from './handovers.ts'
import type { Artifact, JournalWriter } from './journal/journal.ts'
import { type BatchPlan, type Kept, type PlanningJournal, planBatch } from './planning/batch.ts'
import { namesOf, runSourceOf } from './planning/catalogue.ts'
import type { PlanningOptions } from './planning/destination.ts'
import { createRunIntake, type How, type RunIntakeParts } from './run-intake.ts'
import { createSheetIntake, type SheetIntakeParts } from './sheet-intake.ts'

/** The transactions of the journal that keeping and planning need. */
type Keeping = Pick<JournalWriter, 'plan' | 'withdraw'>

export type PipelineParts = Omit<RunIntakeParts & SheetIntakeParts, 'journal'> & {
  journal: RunIntakeParts['journal'] & SheetIntakeParts['journal'] & PlanningJournal & Keeping
  inspect(path: string, options: { root: string }): Promise<Reading>
  planning(now: Date): PlanningOptions
  /** Planned registrations that may now be delivered. */
  queue(planned: Array<{ id: string; revision: number }>): void
  /** A sheet whose report must be written anew. */
  tell(sheetPath: string): void
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
  stillActive(path: string): Promise<void>
  /** Plans again what a path asks for: a person said so, or time has passed. `force` takes up an adopted run. */
  again(path: string, options?: { force?: boolean }): Promise<void>
  /** Resolves when everything handed in so far is planned. */
  settled(): Promise<void>
  /** Forgets what was to be looked at later. */
  close(): void
}

/** Planned together in one transaction: it must not hold up the loop. */
const AT_ONCE = 100
/** A sheet that has been read waits so long for those being read beside it. */
const TOGETHER_MS = 300

export function createPipeline(parts: PipelineParts): Pipeline {
  const { journal, emit } = parts
  const sheets = createSheetIntake(parts)
  const runs = createRunIntake(parts, (found, { firstScan }) => {
    void guarded(found.path, async () => {
      // Of what has changed since, a newer look tells.
      const known = await journal.artifact(found.path)
      if (known?.fingerprint === found.fingerprint) await take(found, { force: false, firstScan })
    })
  })
  const batches = createBatches(AT_ONCE, handle)
  /** What is known of a path is known once what was found there before is kept and planned. */
  const inLine = createLines()
  /** Sheets; `none` resolves when none is any more. */
  const beingRead = { count: 0, none: Promise.withResolvers<void>() }

  async function take(found: Found, how: How): Promise<void> {
    const before = await journal.artifact(found.path)
    if (found.type === 'sheet' && !found.settled) return sheets.seen(found, before)
    if (found.type === 'sheet') return takeSheet(found, before, how)
    const reading = await parts.inspect(found.path, { root: found.root })
    const artifact = await runs.take(found, reading, before, how)
    if (artifact === null) return
    await batches.add({ artifact, replaces: null })
    runs.tellStalled(artifact, found.quietSince, before)
  }

  /** Of sheets that were found together the one that counts must be known before what another says is sent. */
  async function takeSheet(found: Found, before: Artifact | null, how: How): Promise<void> {
    beingRead.count += 1
    const reading = await parts.inspect(found.path, { root: found.root }).finally(() => {
      beingRead.count -= 1
      if (beingRead.count > 0) return
      beingRead.none.resolve()
      beingRead.none = Promise.withResolvers<void>()
    })
    const kept = await sheets.take(found, reading, before, how)
    if (kept === null) return
    if (beingRead.count > 0) await within(TOGETHER_MS, beingRead.none.promise, undefined)
    await batches.add(kept)
  }

  async function handle(batch: Kept[]): Promise<void> {
    const artifacts = batch.map(({ artifact }) => artifact)
    // Not done before it is planned: whoever starts after a crash in between finds it again.
    await Promise.all(
      artifacts.map((one) => journal.saveArtifact({ ...one, status: beforePlanning(one.status) })),
    )
    const now = parts.now()
    await carryOut(await planBatch(batch, journal, parts.planning(now)), artifacts, now)
  }

  /** Takes the plans over, and hands on what may be delivered. */
  async function carryOut(
    { plans, withdrawn, sheets: planned }: BatchPlan,
    artifacts: Artifact[],
    now: Date,
  ): Promise<void> {
    const having = (status: Artifact['status']) => artifacts.filter((one) => one.status === status)
    const along = { withdrawn, done: having('done'), leftAlone: having('adopted') }
    const taken = await journal.plan(plans, now, along)
    for (const [index, { submission }] of plans.entries()) {
      const result = taken[index]
      if (result === undefined || result.change === 'none') continue
      announcePlanned(emit, submission, result)
    }
    parts.queue(taken)
    for (const one of artifacts) if (one.type === 'sheet') parts.tell(one.path)
    for (const path of planned) parts.tell(path)
  }

  const takeKnown = (path: string, how: How) =>
    guarded(path, async () => {
      const known = await journal.artifact(path)
      if (known === null) return
      const { root, type, fingerprint, changed } = known
      await take(
        { root, path, type, fingerprint, modified: changed, quietSince: changed, settled: true },
        how,
      )
    })

  const stillActive = (path: string): Promise<void> =>
    guarded(path, async () => {
      const run = await journal.artifact(path)
      const shown = run?.status === 'active' ? runs.stalled(run) : null
      if (run === null || shown === null) return
      await batches.add({ artifact: shown, replaces: null })
      runs.tellStalled(shown, run.changed, run)
    })

  async function takeAway(path: string): Promise<void> {
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
    const linked = await journal.sheetsLinking(namesOf(run))
    for (const one of [...others, ...linked])
      if (one.path !== path) await batches.add({ artifact: one, replaces: null })
  }

  const guarded = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await inLine(path, work)
    } catch (thrown) {
      emit('item.failed', { path, error: loggedError(thrown) })
    }
  }

  return {
    found: (found, { firstScan }) => inLine(found.path, () => take(found, { force: false, firstScan })),
    again: (path, { force = false } = {}) => takeKnown(path, { force, firstScan: false }),
    gone: (path) => inLine(path, () => takeAway(path)),
    stillActive,
    settled: batches.settled,
    close: runs.close,
  }
}

const beforePlanning = (status: Artifact['status']) => (status === 'done' ? 'active' : status)
