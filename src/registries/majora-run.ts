/** A run in the requests of every Majora: where it goes, which makes are taken, and the members that two of them share. */

import * as z from 'zod'
import type { RegistrySettings, Verdict } from '../handovers.ts'
import { columnNamed, type Problem, problem } from '../problems.ts'
import type { InstrumentMake, RunRecord } from '../record/run.ts'
import { text } from './check-body.ts'
import { type Body, present } from './request-body.ts'

/** Where a run is registered at every Majora. */
export const SEQUENCING_ADD = '/api/v2/process/sequencing/add/'

/** A make that the registry refuses, said before anything is sent, with the places that can change it. */
export function makeProblems(
  run: RunRecord,
  makes: readonly InstrumentMake[],
  settings: RegistrySettings,
): Problem[] {
  if (makes.includes(run.instrumentMake)) return []
  return [
    problem('registry.make-not-taken', `instrument_make is ${run.instrumentMake}`, {
      column: columnNamed('instrument_make'),
      fix:
        `Registry ${settings.name} takes ${makes.join(', ')}. Leave ${run.instrumentMake} out of its when.make ` +
        'in the configuration, or correct instrument_make if the sheet alone describes the run.',
    }),
  ]
}

/** The members of a run beside its name and times, at Majoras that take it in a call of its own. */
export const runMembers = (run: RunRecord): Body =>
  present({
    instrument_make: run.instrumentMake,
    instrument_model: run.instrumentModel,
    flowcell_id: run.flowcellId,
    flowcell_type: run.flowcellType,
  })

/** The verdict where the library that a run names is not there yet. */
export const libraryAwaited = (body: Body): Verdict => ({
  is: 'try-later',
  because: 'prerequisite',
  detail: 'the library is not registered there',
  library: String(body['library_name']),
})

/** The rules of these members: what Majora documents, and the widths of its columns. */
export const runSchema = {
  instrument_make: z.string(),
  instrument_model: text(1, 48),
  flowcell_id: text(1, 48).optional(),
  flowcell_type: text(1, 48).optional(),
  start_time: z.string().optional(),
  end_time: z.string().optional(),
}
