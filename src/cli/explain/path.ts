/** Why a path is registered or not: where it lies, what it is, what was done with it, and what it waits for. */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { Config } from '../../config.ts'
import type { Reading } from '../../handovers.ts'
import { inspectPath } from '../../inspect.ts'
import type { Artifact, JournalReader, RegistrationRow } from '../../journal/journal.ts'
import { readAsShown } from '../../planning.ts'
import type { Problem } from '../../problems.ts'
import { registrationsOf } from '../journal.ts'
import type { Documents } from '../schemas.ts'
import { shortTime } from '../words.ts'
import { contentSentences, isAbsent, unwanted } from './content.ts'
import { folderOf, foldersAbove, type Place, placeOf, type Root } from './place.ts'

/**
 * `because` are sentences, in the order a person would ask; `next` is what happens to the path itself, null where its
 * registrations tell. `registries` are those that get nothing of it, and why.
 */
export type Explained = Omit<OfPath, 'problems' | 'registrations'> & {
  problems: Problem[]
  registrations: RegistrationRow[]
}
type OfPath = Extract<Documents['explain'], { registries: unknown }>

export async function explainPath(
  path: string,
  journal: JournalReader | null,
  config: Config,
): Promise<Explained> {
  const place = placeOf(path, config)
  const moved = movedTo(path, place)
  if (moved !== null) {
    const told = await explainPath(moved, journal, config)
    return { ...told, because: [`No sheet of this name lies in ${dirname(path)} any more.`, ...told.because] }
  }
  const artifact = (await journal?.artifact(path)) ?? null
  const run = await runAround(path, place.root, journal)
  const reading = place.isRoot || run !== null ? NOTHING : readAsShown(path, config, new Date())
  // What was put away or has vanished since is explained by what was read while it was there.
  const known = isAbsent(reading) && artifact !== null ? artifact.reading : reading
  const registrations = await registrationsOf(journal, path, known)
  const told = {
    ...{ path, ...readWords(known), registries: [], registrations, needsYou: false },
    root: place.root === null ? null : folderOf(place.root),
    status: artifact?.status ?? null,
  }
  if (place.isRoot) return { ...told, because: [place.because, await rootWords(path, journal)], next: null }
  if (run !== null)
    return {
      ...told,
      because: [`It lies in the run folder ${run}, and is read with it.`],
      next: `What becomes of that is told by: runherald explain ${run}`,
    }
  if (isOnTheWay(path, place, known))
    return {
      ...{ ...told, problems: [] },
      because: [place.because, 'It is no run folder itself.'],
      next: 'Run folders in it are found by themselves; ask about one of them.',
    }
  const content = [place.because, ...contentSentences(known)]
  if (!place.looked) return { ...told, because: content, next: place.next }
  return {
    ...told,
    because: [...content, ...statusSentences(artifact, reading, place.root)],
    next: nextOf(path, place, artifact, known, registrations),
    needsYou: isSheetBlocked(known),
    registries: unwanted(known, registrations, config),
  }
}

const readWords = (reading: Reading): Pick<Explained, 'kind' | 'recognisedAs' | 'problems'> =>
  reading.kind === 'unrecognised'
    ? { kind: reading.kind, recognisedAs: null, problems: reading.problems }
    : { kind: reading.kind, recognisedAs: reading.recognisedAs, problems: reading.reading.problems }

/** Where a sheet lies that was dropped at this path and put away; null while something lies at the path itself. */
function movedTo(path: string, { root, looked }: Place): string | null {
  if (!looked || root === null || !('sheets' in root) || existsSync(path)) return null
  const places = ['needs-fixing', 'done'].map((folder) => join(root.sheets, folder, basename(path)))
  return places.find((one) => one !== path && existsSync(one)) ?? null
}

/** A folder in which run folders may lie, as the group and sample folders of Oxford Nanopore. */
function isOnTheWay(path: string, { root, looked }: Place, reading: Reading): boolean {
  if (!looked || root === null || !('runs' in root) || reading.kind !== 'unrecognised') return false
  const level = relative(root.runs, path).split(sep).length
  return level < root.depth && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)
}

const NOTHING: Reading = { kind: 'unrecognised', problems: [], sha256: null }

/** The run folder that this path lies in; null where it lies in none. */
async function runAround(
  path: string,
  root: Root | null,
  journal: JournalReader | null,
): Promise<string | null> {
  for (const folder of foldersAbove(path, root)) {
    const known = (await journal?.artifact(folder))?.type === 'run-folder'
    if (known || inspectPath(folder).kind === 'run-folder') return folder
  }
  return null
}

async function rootWords(root: string, journal: JournalReader | null): Promise<string> {
  const scanned = (await journal?.rootFirstScan(root)) ?? null
  const found = (await journal?.artifacts({ root })) ?? []
  if (found.length === 0) return 'Nothing in it is known yet.'
  const count = (status: Artifact['status']) => found.filter((one) => one.status === status).length
  const since = scanned === null ? '' : `It was first scanned at ${shortTime(scanned)}. `
  return `${since}Known in it are ${count('done')} that are finished and read, ${count('active')} that are not finished, and ${count('adopted')} that were left alone.`
}

function statusSentences(artifact: Artifact | null, reading: Reading, root: Root | null): string[] {
  if (artifact === null)
    return isAbsent(reading) || isNoRun(reading, root) ? [] : ['The daemon has not found it yet.']
  const found = `It was found first at ${shortTime(artifact.firstSeen)}.`
  if (artifact.status === 'adopted')
    return [found, 'It had ended before its folder was watched, and is left alone (`adopt`).']
  if (artifact.status === 'gone') return [`${found} It has gone since.`]
  return [isAbsent(reading) ? `${found} It is not there now: it was moved, or its drive is away.` : found]
}

/** What happens to the path itself. */
function nextOf(
  path: string,
  { root }: Place,
  artifact: Artifact | null,
  reading: Reading,
  registrations: RegistrationRow[],
): string | null {
  if (root === null) return null
  const sweep = `every ${root.sweepSeconds} s`
  if (isNoRun(reading, root))
    return `It is looked at again at each scan (${sweep}), and taken for a run once its files say so.`
  if (artifact === null)
    return isAbsent(reading)
      ? 'Check the spelling. What is put here is found by itself.'
      : `It is found at the next scan (${sweep}), and taken once its files have rested for the settle time.`
  if (artifact.status === 'adopted') return `To register it all the same: runherald retry ${path}`
  if (artifact.status === 'gone') return 'When it comes back it is found again by itself.'
  if (isSheetBlocked(reading))
    return 'Mend it and save it under the same name; it is read again as soon as it has changed.'
  if (artifact.status === 'done' || reading.kind !== 'run-folder')
    return registrations.length === 0 ? 'Nothing: no registry gets anything of it.' : null
  const { ended, missing } = reading.reading.completion
  return ended
    ? 'It is taken as soon as none of its files has changed for the settle time.'
    : `It is looked at again whenever its files change, and at each scan (${sweep})${missing.length === 0 ? '' : `; it is taken when ${missing.join(' and ')} has come`}.`
}

/** Something that the scan passes over, since nothing in it tells of a run yet. */
const isNoRun = (reading: Reading, root: Root | null): boolean =>
  root !== null && 'runs' in root && reading.kind === 'unrecognised' && !isAbsent(reading)

/** Errors stand in it that stop at least a part of it. */
const isSheetBlocked = (reading: Reading): boolean => {
  if (reading.kind === 'run-folder') return false
  if (reading.kind === 'unrecognised') return !isAbsent(reading) && reading.sha256 !== null
  const { blocked, libraries, batches } = reading.reading
  return blocked || [...libraries, ...batches].some((one) => one.blocked)
}
