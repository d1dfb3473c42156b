/** What planning asks of everything read so far; answered by the journal in the daemon, and from memory in `check`. */
import type { Reading, SheetReading } from '../handovers.ts'
import type { RunLink } from '../record/library.ts'

/** A run folder, or a sheet, with what was read in it. `since` is when this content was first seen. */
export type RunSource = { path: string; reading: Extract<Reading, { kind: 'run-folder' }>; since: string }
export type SheetSource = { path: string; reading: SheetReading; since: string }

/** What planning asks of everything read so far. Sheets come newest first; those in run folders are not among them. */
export type Catalogue = {
  runsMatching(link: RunLink): Promise<RunSource[]>
  runsSame(runId: string, sequencingUuid: string | null): Promise<RunSource[]>
  sheetsLinking(names: RunLink[]): Promise<SheetSource[]>
  sheetsNaming(what: { library: string } | { batch: string }): Promise<SheetSource[]>
}
