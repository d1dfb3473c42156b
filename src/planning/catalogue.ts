/** What planning asks of everything read so far; answered by the journal in the daemon, and from memory in `check`. */
import type { RunFolderReading, SheetReading } from '../handovers.ts'
import type { Artifact, JournalReader } from '../journal/journal.ts'
import { answersTo, isAmong, linkNames, linksOf } from '../record/join.ts'
import type { RunLink } from '../record/library.ts'

/**
 * A run folder, or a sheet, with what was read in it. `since` is when this content was first seen, an ISO instant.
 * `leftAlone`: the run was finished before its root was watched, and nobody has asked for it since.
 */
export type RunSource = {
  path: string
  reading: RunFolderReading
  since: string
  leftAlone: boolean
}
export type SheetSource = { path: string; reading: SheetReading; since: string }

/** Sheets come newest first; those in run folders are not among them. */
export type Catalogue = {
  runsMatching(link: RunLink): Promise<RunSource[]>
  runsSame(runId: string, sequencingUuid: string | null): Promise<RunSource[]>
  sheetsLinking(names: RunLink[]): Promise<SheetSource[]>
  sheetsNaming(what: { library: string } | { batch: string }): Promise<SheetSource[]>
}

export function journalCatalogue(
  journal: Pick<JournalReader, 'runsMatching' | 'runsSame' | 'sheetsLinking' | 'sheetsNaming'>,
): Catalogue {
  const runs = (found: Artifact[]) => found.flatMap((one) => runSourceOf(one) ?? [])
  const sheets = (found: Artifact[]) => found.flatMap((one) => sheetSourceOf(one) ?? [])
  return {
    runsMatching: async (link) => runs(await journal.runsMatching(link)),
    runsSame: async (runId, uuid) => runs(await journal.runsSame(runId, uuid)),
    sheetsLinking: async (names) => sheets(await journal.sheetsLinking(names)),
    sheetsNaming: async (what) => sheets(await journal.sheetsNaming(what)),
  }
}

/** Answers from a handful of readings; those given later count as newer. */
export function memoryCatalogue(runs: RunSource[], sheets: SheetSource[]): Catalogue {
  const newestFirst = sheets.toReversed()
  const naming = (names: (reading: SheetReading) => string[]) => {
    const found = new Map<string, Set<SheetSource>>()
    for (const sheet of newestFirst)
      for (const name of names(sheet.reading)) {
        const known = found.get(name)
        if (known === undefined) found.set(name, new Set([sheet]))
        else known.add(sheet)
      }
    return found
  }
  const byLibrary = naming(({ libraries }) => libraries.map((one) => one.name))
  const byBatch = naming(({ batches }) => batches.map((one) => one.name))
  return {
    runsMatching: async (link) => runs.filter((one) => answersTo(one.reading.reading.run, link)),
    runsSame: async (runId, uuid) =>
      runs.filter(
        ({ reading: { reading } }) =>
          reading.run.runId === runId || (uuid !== null && reading.run.sequencingUuid === uuid),
      ),
    sheetsLinking: async (names) =>
      newestFirst.filter((sheet) => linksOf(sheet.reading.libraries).some((link) => isAmong(names, link))),
    sheetsNaming: async (what) => [
      ...(('library' in what ? byLibrary.get(what.library) : byBatch.get(what.batch)) ?? []),
    ],
  }
}

export const runSourceOf = ({ path, reading, firstSeen, status }: Artifact): RunSource | null =>
  reading.kind === 'run-folder' ? { path, reading, since: firstSeen, leftAlone: status === 'adopted' } : null

export const sheetSourceOf = ({ path, reading, changed }: Artifact): SheetSource | null =>
  reading.kind === 'sample-sheet' ? { path, reading: reading.reading, since: changed } : null

type Usable = { libraries: ReadonlySet<string>; batches: ReadonlySet<string> }

const usableIn = new WeakMap<SheetReading, Usable>()

/** Is the sheet, and what it says of this library or batch, free of errors? */
export function canSupply(reading: SheetReading, what: { library: string } | { batch: string }): boolean {
  if (reading.blocked) return false
  // A sheet may name very many, and is asked of each.
  const usable = usableIn.get(reading) ?? {
    libraries: new Set(reading.libraries.filter((one) => !one.blocked).map((one) => one.name)),
    batches: new Set(reading.batches.filter((one) => !one.blocked).map((one) => one.name)),
  }
  usableIn.set(reading, usable)
  return 'library' in what ? usable.libraries.has(what.library) : usable.batches.has(what.batch)
}

/** Folders that hold the same run are one run: by its id, or by the instrument's own where a folder was renamed. */
export function distinctRuns(found: RunSource[]): RunSource[] {
  const known = new Set<string>()
  return found.filter(({ reading: { reading } }) => {
    const { runId, sequencingUuid } = reading.run
    const ids = sequencingUuid === null ? [runId] : [runId, sequencingUuid]
    const isNew = !ids.some((id) => known.has(id))
    for (const id of ids) known.add(id)
    return isNew
  })
}

export const namesOf = (source: RunSource): RunLink[] => linkNames(source.reading.reading.run)
