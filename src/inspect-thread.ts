/** What a reader thread runs: one look at one path, far from the loop that keeps watching and delivering. */
import type { Reading } from './handovers.ts'
import { type InspectOptions, inspectPath } from './inspect.ts'

export default ({ path, options }: { path: string; options: InspectOptions }): Reading =>
  inspectPath(path, options)
