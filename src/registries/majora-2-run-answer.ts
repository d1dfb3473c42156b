/** What Majora 2 answers to a run, which it knows by `run_name`, and how it is asked for one. */
import * as z from 'zod'
import { parseJson } from '../formats/json.ts'
import type { Answer, LookUp, RegistrySettings, Request, Submission, Verdict } from '../handovers.ts'
import { type Envelope, judgeErrors, openEnvelope, requestNote, sentence } from './majora-envelope.ts'
import { majoraRequest } from './majora-fields.ts'
import { libraryAwaited } from './majora-run.ts'
import { type Body, sentBody } from './request-body.ts'

/** Needs no scope and no permission, and commits nothing. */
export const SEQUENCING_GET = '/api/v2/process/sequencing/get/'

/** The verdict on an answer to one run: made the first time, changed at every repeat. */
export function judgeNamedRun(body: Body, envelope: Envelope): Verdict {
  const made = envelope.made.find((one) => one.kind === 'Sequencing')
  const run = made ?? envelope.changed.find((one) => one.kind === 'Sequencing')
  const remoteIds = run === undefined ? {} : { sequencing: run.id }
  if (envelope.success && run)
    return {
      is: 'accepted',
      adopted: made === undefined,
      remoteIds,
      samples: [],
      notes: [
        ...(made ? [] : ['The registry had a run of this name already; it now holds what was sent.']),
        ...requestNote(envelope),
      ],
    }
  if (envelope.success) return { is: 'partial', committed: [], missing: ['the run, as sent'], remoteIds }
  if (made)
    return {
      is: 'partial',
      committed: [`run ${made.id}`],
      missing: envelope.messages.map(sentence),
      remoteIds,
    }
  const [only, ...others] = envelope.messages
  if (only?.field === 'library_name' && /does not exist/.test(only.text) && others.length === 0)
    return libraryAwaited(body)
  if (only?.field === null && /Duplicate entry|UNIQUE constraint failed/.test(only.text))
    return { is: 'look-up', detail: only.text.slice(0, 300) }
  return judgeErrors(envelope, { repeatable: true })
}

const Known = z.object({
  get: z.record(
    z.string(),
    z.object({
      instrument_make: z.string(),
      instrument_model: z.string(),
      flowcell_id: z.string().nullish(),
      libraries: z.array(z.object({ library_name: z.string() })),
      sequencing_uuid: z.string(),
    }),
  ),
})

const Sent = z.object({
  library_name: z.string(),
  runs: z.tuple([
    z.object({
      run_name: z.string(),
      instrument_make: z.string(),
      instrument_model: z.string(),
      flowcell_id: z.string().optional(),
    }),
  ]),
})

/**
 * Found when a run of our name has our make, model, flow cell and library. Times are not compared: this Majora writes
 * the month where the minutes belong. A library is shown only through its runs, so it cannot be asked for.
 */
export function* lookUp(sent: Submission, settings: RegistrySettings): Generator<Request, LookUp, Answer> {
  if (sent.subject.type !== 'run')
    return { is: 'unclear', detail: 'Majora shows a library only through its runs' }
  const { library_name: library, runs } = Sent.parse(sentBody(sent))
  const [ours] = runs
  const answer = yield majoraRequest(settings, SEQUENCING_GET, { run_name: [ours.run_name] })
  const opened = openEnvelope(answer, { busyIsSafe: true })
  const known = Known.safeParse(parseJson(answer.body))
  if (!opened.ok || !opened.value.success || !known.success)
    return { is: 'unclear', detail: `the run could not be asked for: answered ${answer.status}` }
  const [theirs] = Object.values(known.data.get)
  if (theirs === undefined) return { is: 'not-found' }
  const same =
    theirs.instrument_make === ours.instrument_make &&
    theirs.instrument_model === ours.instrument_model &&
    (theirs.flowcell_id ?? '') === (ours.flowcell_id ?? '')
  const detail = `a run named ${ours.run_name} is there, of another instrument or flow cell`
  if (!same) return { is: 'conflict', detail }
  if (!theirs.libraries.some((one) => one.library_name === library)) return { is: 'not-found' }
  return { is: 'found', remoteIds: { sequencing: theirs.sequencing_uuid }, samples: [] }
}
