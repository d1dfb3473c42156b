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
  const { journal } = parts
  const sheets = createSheetIntake(parts)
  const runs = createRunIntake(parts, (found, { firstScan }) => {
    void guarded(found.path, async () => {
      // Of what has changed since, a newer look tells.
      const known = await journal.artifact(found.path)
      if (known?.fingerprint === found.fingerprint) await take(found, { force: false, firstScan })
    })
  })
  const batches = createBatches<Kept>(AT_ONCE, (batch) => keepAndPlan(batch, parts))
  const together = createTogether()
  /** What is known of a path is known once what was found there before is kept and planned. */
  const inLine = createLines()

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
    const reading = await together.reading(parts.inspect(found.path, { root: found.root }))
    const kept = await sheets.take(found, reading, before, how)
    if (kept === null) return
    await together.othersRead()
    await batches.add(kept)
  }

  const guarded = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await inLine(path, work)
    } catch (thrown) {
      parts.emit('item.failed', { path, error: loggedError(thrown) })
    }
  }

  return {
    found: (found, { firstScan }) => inLine(found.path, () => take(found, { force: false, firstScan })),
    again: (path, { force = false } = {}) =>
      guarded(path, async () => {
        const known = await journal.artifact(path)
        if (known !== null) await take(asFound(known), { force, firstScan: false })
      }),
    gone: (path) =>
      inLine(path, async () => {
        for (const artifact of await takeAway(path, parts)) await batches.add({ artifact, replaces: null })
      }),
    stillActive: (path) =>
      guarded(path, async () => {
        const run = await journal.artifact(path)
        const shown = run && runs.stalled(run)
        if (run === null || shown === null) return
        await batches.add({ artifact: shown, replaces: null })
        runs.tellStalled(shown, run.changed, run)
      }),
    settled: batches.settled,
    close: runs.close,
  }
}

const asFound = ({ root, path, type, fingerprint, changed }: Artifact): Found => ({
  ...{ root, path, type, fingerprint },
  ...{ modified: changed, quietSince: changed, settled: true },
})

/** Sheets that have been read wait a moment for those that are being read beside them. */
function createTogether() {
  let count = 0
  let none = Promise.withResolvers<void>()
  return {
    async reading<T>(work: Promise<T>): Promise<T> {
      count += 1
      try {
        return await work
      } finally {
        count -= 1
        if (count === 0) {
          none.resolve()
          none = Promise.withResolvers()
        }
      }
    },
    async othersRead(): Promise<void> {
      if (count > 0) await within(TOGETHER_MS, none.promise, undefined)
    },
  }
}

// ── keeping and planning ────────────────────────────────────────────────────────────────────────────────────────

async function keepAndPlan(batch: Kept[], parts: PipelineParts): Promise<void> {
  const { journal } = parts
  const artifacts = batch.map(({ artifact }) => artifact)
  // Not done before it is planned: whoever starts after a crash in between finds it again.
  await Promise.all(
    artifacts.map((one) => journal.saveArtifact({ ...one, status: beforePlanning(one.status) })),
  )
  const now = parts.now()
  await carryOut(await planBatch(batch, journal, parts.planning(now)), artifacts, now, parts)
}

const beforePlanning = (status: Artifact['status']) => (status === 'done' ? 'active' : status)

/** Takes the plans over, and hands on what may be delivered. */
async function carryOut(
  { plans, withdrawn, sheets }: BatchPlan,
  artifacts: Artifact[],
  now: Date,
  { journal, emit, queue, tell }: PipelineParts,
): Promise<void> {
  const having = (status: Artifact['status']) => artifacts.filter((one) => one.status === status)
  const along = { withdrawn, done: having('done'), leftAlone: having('adopted') }
  const taken = await journal.plan(plans, now, along)
  for (const [index, { submission }] of plans.entries()) {
    const result = taken[index]
    if (result !== undefined && result.change !== 'none') announcePlanned(emit, submission, result)
  }
  queue(taken)
  for (const one of artifacts) if (one.type === 'sheet') tell(one.path)
  for (const path of sheets) tell(path)
}

/**
 * Withdraws what an unfinished run that lies there no more still waited for. Gives what may ask for it anew: the same
 * run in another folder, and the sheets that speak of it.
 */
async function takeAway(path: string, { journal, emit, now }: PipelineParts): Promise<Artifact[]> {
  const known = await journal.artifact(path)
  if (known?.status !== 'active' || known.type !== 'run-folder') return []
  await journal.saveArtifact({ ...known, status: 'gone' })
  const run = runSourceOf(known)
  if (run === null) return []
  const { runId, sequencingUuid } = run.reading.reading.run
  emit('run.gone', { run: runId, path })
  const rows = await journal.registrations({ paths: [path], state: 'waiting' })
  await journal.withdraw(
    rows.map(({ id }) => id),
    now(),
  )
  const others = await journal.runsSame(runId, sequencingUuid)
  const linked = await journal.sheetsLinking(namesOf(run))
  return [...others, ...linked].filter((one) => one.path !== path)
}
