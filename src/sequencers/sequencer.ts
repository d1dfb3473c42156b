/** What a make of sequencer must tell of itself to be read. A make is a plain object, listed in `index.ts`. */
import type { RunFolder } from '../handovers.ts'
import type { RunReading } from '../record/run.ts'

export type Sequencer = {
  /** Is this a run folder of this make? By names alone, the folder's own and those in it; no file is opened. */
  recognise(folder: Pick<RunFolder, 'name' | 'names' | 'list'>): boolean
  /**
   * The few files whose coming or changing means "look again", as paths relative to the folder. Only files that are
   * there; read data never. A folder whose marks have not changed is not read again.
   */
  marks(folder: Pick<RunFolder, 'name' | 'names' | 'list'>): string[]
  /** The sample sheets in the folder, the one that counts first. */
  sheets(folder: Pick<RunFolder, 'name' | 'names'>): string[]
  /**
   * Reads everything the contract's `run` knows, from whatever files are there, in any state of arrival.
   * Stateless; may be asked again until the run is done. Never throws on what lies in a file.
   */
  read(folder: RunFolder): RunReading
}
