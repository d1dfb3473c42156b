/** What a format of sheet must tell of itself to be read. A format is a plain object, listed in `index.ts`. */

import type { Table } from '../formats/csv.ts'
import type { SheetFormatName, SheetReading } from '../handovers.ts'

export type SheetOptions = {
  /** Base name, for problems. */
  file: string
  /** The sheet lies in a run folder, which then is the run of its libraries. */
  inRunFolder: boolean
}

export type SheetFormat = {
  name: SheetFormatName
  /** Does the content look like this format? By section names and header cells, never by the file's name. */
  recognise(table: Table): boolean
  /** Reads the whole sheet and returns every problem at once, each with its rows and column. */
  read(table: Table, options: SheetOptions): SheetReading
}
