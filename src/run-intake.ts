/** Judges a run folder that was read: in progress, stalled, finished, or left alone; and what the journal is to keep of it. */
import { basename } from 'node:path'
import { layThere } from './adoption.ts'
import { createTimers } from './event-loop.ts'
import type { Emit } from './events.ts'
import type { Found, Reading, RunFolderReading } from './handovers.ts'
import type { Artifact, JournalReader } from './journal/journal.ts'
import { hasErrors } from './problems.ts'
import { isStalled, stalledIf } from './stalling.ts'

export type RunIntakeParts = {
  journal: Pick<JournalReader, 'rootFirstScan' | 'runsSame'> & {
    saveArtifact(artifact: Artifact): Promise<void>
  }
  /** Should a finished run that lay in this root at its very first scan be left alone? */
  leavesAlone(artifact: Artifact, modified: string): Promise<boolean>
  /** Does something lie at this path? */
  isThere(path: string): Promise<boolean>
  /** How long the files of a run in this root must rest before it is taken without what decides nothing. */
  patienceMs(root: string): Promise<number>
  /** How long a run in this root that has not finished must stand still to be shown as stalled. */
  stalledAfterSeconds(root: string): number
  emit: Emit
  now(): Date
}

/** `force`: a person asked for it. `firstScan`: it lay there, as it is, at the very first scan of its root. */
export type How = { force: boolean; firstScan: boolean }

/** `lookAgain` is called when the files of a run will have rested long enough. */
export function createRunIntake(
  parts: RunIntakeParts,
  lookAgain: (found: Found, how: { firstScan: boolean }) => void,
) {
  const { emit, now } = parts
  const later = createTimers()

  async function judged(
    kept: Artifact,
    reading: RunFolderReading,
    found: Found,
    before: Artifact | null,
    how: How,
  ): Promise<Artifact> {
    const { run, completion, problems } = reading.reading
    const name = run.runId
    if (completion.enough && found.settled && (await rested(found, how))) {
      const without = taken(reading)
      return judged({ ...kept, reading: without }, without, found, before, how)
    }
    if (before === null) emit('run.found', { run: name, path: found.path, make: run.instrumentMake })
    if (!completion.ended) {
      const { missing, because } = completion
      // Its files change all day long; that it waits is told again only when it waits for something else.
      if (!isWaitingSo(before, missing, because)) emit('run.waiting', { run: name, missing, because })
      return stoodStill(kept, found.quietSince, parts)
    }
    if (!how.force && (await isLeftAlone(kept, found, before, how, parts))) {
      if (before?.status !== 'adopted') emit('run.adopted', { run: name, path: found.path })
      return { ...kept, status: 'adopted' }
    }
    if (!found.settled) return { ...kept, reading: stillChanging(reading) }
    const wasDone = before?.status === 'done'
    if (!wasDone) emit('run.completed', { run: name, status: run.status, because: completion.because })
    if (hasErrors(problems)) emit('run.problems', { run: name, codes: problems.map((one) => one.code) })
    return { ...kept, status: 'done' }
  }

  /** Have its files rested long enough to do without what is missing? If not, it is looked at when they will have. */
  async function rested(found: Found, { firstScan }: How): Promise<boolean> {
    const { root, quietSince } = found
    const leftMs = Date.parse(quietSince) + (await parts.patienceMs(root)) - now().getTime()
    if (leftMs <= 0) return true
    later.after(leftMs + 1, () => lookAgain(found, { firstScan }))
    return false
  }

  return {
    /** Null where the folder could not be read for good. Throws, with a code of the file system, where it cannot be for now. */
    async take(found: Found, reading: Reading, before: Artifact | null, how: How): Promise<Artifact | null> {
      if (reading.kind !== 'run-folder') {
        const code = refusal(reading)
        if (code !== null) emit('run.problems', { run: basename(found.path), codes: [code] })
        return null
      }
      return judged(toKeep(found, reading, before, now()), reading, found, before, how)
    },
    /** A run in progress that has stood still for too long, as it is to be shown; null for any other. */
    stalled(run: Artifact): Artifact | null {
      if (run.status !== 'active' || isStalled(run.reading)) return null
      const shown = stoodStill(run, run.changed, parts)
      return isStalled(shown.reading) ? shown : null
    },
    /** Tells, once and not again after a restart, that a run stands still. */
    tellStalled({ path, reading }: Artifact, since: string, before: Artifact | null): void {
      if (!isStalled(reading) || (before !== null && isStalled(before.reading))) return
      const run = reading.kind === 'run-folder' ? reading.reading.run.runId : basename(path)
      emit('run.stalled', { run, since })
    },
    /** Forgets what was to be looked at later. */
    close: later.cancel,
  }
}

function toKeep(found: Found, reading: RunFolderReading, before: Artifact | null, now: Date): Artifact {
  const { path, root, type, fingerprint } = found
  const at = now.toISOString()
  return {
    ...{ path, root, type, fingerprint, sha256: null, status: 'active', reading },
    firstSeen: before?.firstSeen ?? at,
    changed: before?.fingerprint === fingerprint ? before.changed : at,
  }
}

/** A run that lay there finished at the very first scan of its root, or one left alone that was only moved. */
async function isLeftAlone(
  kept: Artifact,
  found: Found,
  before: Artifact | null,
  { firstScan }: How,
  parts: RunIntakeParts,
): Promise<boolean> {
  if (before?.status === 'done') return false
  if (before?.status === 'adopted') return true
  const ended = await parts.journal.rootFirstScan(kept.root)
  if (layThere(kept, { isThis: firstScan, ended })) return parts.leavesAlone(kept, found.modified)
  return before === null && movedFrom(kept, parts)
}

/** Is this a run that was left alone, in a folder that was renamed or moved since? A copy is none: it came later. */
async function movedFrom(
  { path, reading }: Artifact,
  { journal, isThere }: RunIntakeParts,
): Promise<boolean> {
  if (reading.kind !== 'run-folder') return false
  const { runId, sequencingUuid } = reading.reading.run
  for (const same of await journal.runsSame(runId, sequencingUuid)) {
    if (same.status !== 'adopted' || same.path === path || (await isThere(same.path))) continue
    await journal.saveArtifact({ ...same, status: 'gone' })
    return true
  }
  return false
}

/** As it is, or shown as stalled. */
function stoodStill(
  run: Artifact,
  quietSince: string,
  { stalledAfterSeconds, now }: RunIntakeParts,
): Artifact {
  const { root, reading } = run
  if (reading.kind !== 'run-folder') return run
  const afterSeconds = stalledAfterSeconds(root)
  return { ...run, reading: stalledIf(reading, { quietSince, afterSeconds, now: now() }) }
}

/** Why a run folder is no such thing to its reader, for people; null where it vanished. Throws where the disk refused. */
function refusal(reading: Exclude<Reading, RunFolderReading>): string | null {
  const [first] = reading.kind === 'unrecognised' ? reading.problems : []
  if (first?.code === 'path.unreadable') throw Object.assign(new Error(first.found), { code: 'EIO' })
  return first?.code === 'path.beyond-limits' ? first.code : null
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
