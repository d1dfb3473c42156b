/** The real pipeline on a journal of the test, alone: with nobody who listens, and nothing left alone, stalled or gone. */
import { dirname } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Found } from '../../src/handovers.ts'
import { inspectPath } from '../../src/inspect.ts'
import { createPipeline, type Pipeline, type PipelineParts } from '../../src/pipeline.ts'
import { climb, options } from '../planning/rig.ts'

export const NOW = new Date('2026-11-22T12:00:00Z')
const AT = NOW.toISOString()

export const inspected = async (path: string) => inspectPath(path, { root: dirname(path) })

/** Until the end of the test. */
export function pipelineOn(journal: PipelineParts['journal'], parts: Partial<PipelineParts> = {}): Pipeline {
  const pipeline = createPipeline({
    ...{ leavesAlone: async () => false, isThere: async () => true, patienceMs: async () => 0 },
    ...{ stalledAfterSeconds: () => Number.POSITIVE_INFINITY, tell: () => {}, emit: () => {} },
    ...{ news: { received: () => {}, read: () => {} }, queue: () => {}, now: () => NOW },
    ...{ inspect: inspected, planning: (now: Date) => options([climb], { now }), ...parts, journal },
  })
  onTestFinished(pipeline.close)
  return pipeline
}

/** What a watch tells of a path whose files have settled. */
export const found = (path: string, type: Found['type'], more: Partial<Found> = {}): Found => ({
  ...{ root: dirname(path), path, type, fingerprint: 'one', modified: AT, quietSince: AT, settled: true },
  ...more,
})
