/** The keys of subjects: what a registration stands for, for ever, and under what it was listed before all was known. */
import { registrationId } from '../record/identity.ts'
import { comparable, linkNames } from '../record/join.ts'
import type { RunLink } from '../record/library.ts'
import type { RunRecord } from '../record/run.ts'

export const libraryKey = (library: string): string => `library\n${library}`
export const batchKey = (batch: string): string => `batch\n${batch}`

type Identity = Pick<RunRecord, 'sequencingUuid' | 'instrumentMake' | 'runId'>

/** A run stands for ever under the instrument's own UUID, else under make and run id. */
export const runKey = (run: Identity, library: string | null): string =>
  `run\n${run.sequencingUuid ?? `${run.instrumentMake}/${run.runId}`}\n${library ?? ''}`
export const awaitedKey = (link: RunLink, library: string): string => {
  const { by, value } = comparable(link)
  return `run\n${by} ${value}\n${library}`
}

/** Ids of stand-ins that a run or its sheet may have been listed under before all was known. */
export function standIns(run: RunRecord, libraries: string[], registries: string[]): string[] {
  const keys = [runKey({ ...run, sequencingUuid: null }, null), runKey(run, null)]
  // By any of these a sheet may have told of it alone.
  const names = new Set([run.runId, run.folderName, run.flowcellId, run.experimentName])
  for (const name of libraries) {
    for (const one of names) if (one !== null) keys.push(`run\n${run.instrumentMake}/${one}\n${name}`)
    for (const link of linkNames(run)) keys.push(awaitedKey(link, name))
  }
  return registries.flatMap((registry) => keys.map((key) => registrationId(registry, key)))
}
