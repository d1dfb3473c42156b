/** What a reader thread runs: one look at each of a few paths, far from the loop that keeps watching and delivering. */
import type { Reading } from './handovers.ts'
import { type InspectOptions, inspectPath } from './inspect.ts'

export default (lot: Array<{ path: string; options: InspectOptions }>): Reading[] =>
  lot.map(({ path, options }) => inspectPath(path, options))
