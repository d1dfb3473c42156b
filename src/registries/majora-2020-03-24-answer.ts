/** What the Majora of 2020-03-24 answers to a run sent together with its library. */
import type { Verdict } from '../handovers.ts'
import type { RemoteIds } from '../record/registration.ts'
import { type Envelope, judgeErrors, requestNote, sentence } from './majora-envelope.ts'
import type { Body } from './request-body.ts'

const LIBRARY_KEPT = 'Libraries cannot be updated after they have been created.'

/**
 * The verdict on an answer. The library is committed before its run, so that an answer with errors can still have
 * made it; and a call that finds both there already says no more than that the library is kept as it is.
 */
export function judgeRunWithLibrary(
  body: Body,
  envelope: Envelope,
  { earlierUnknown }: { earlierUnknown: boolean },
): Verdict {
  const sequencingId = String(body['sequencing_id'])
  const library = envelope.made.find((one) => one.kind === 'Library' && one.name === body['library_name'])
  const run = envelope.made.find((one) => one.kind === 'Sequencing' && one.id === sequencingId)
  const kept = envelope.messages.length === 1 && envelope.messages[0]?.text === LIBRARY_KEPT
  const remoteIds: RemoteIds = {
    ...(run === undefined ? {} : { sequencing: run.id }),
    ...(library === undefined ? {} : { library: library.id }),
  }
  const notes = requestNote(envelope)

  if (run && envelope.success) return { is: 'accepted', adopted: false, remoteIds, samples: [], notes }
  if (run && kept) {
    const note = 'The library was there already, and is left as it was.'
    return { is: 'accepted', adopted: false, remoteIds, samples: [], notes: [note, ...notes] }
  }
  if (kept && envelope.made.length === 0) {
    if (!earlierUnknown)
      return { is: 'conflict', detail: 'the run is registered there already, and not by an attempt of ours' }
    const note = 'An earlier attempt had arrived, though its answer was lost.'
    const ids = { sequencing: sequencingId }
    return { is: 'accepted', adopted: true, remoteIds: ids, samples: [], notes: [note, ...notes] }
  }
  if (envelope.made.length > 0 || envelope.success)
    return {
      is: 'partial',
      committed: envelope.made.map((one) => `${one.kind} ${one.name || one.id}`),
      missing: envelope.success ? [`the run ${sequencingId}`] : envelope.messages.map(sentence),
      remoteIds,
    }
  const unknownSample = envelope.messages.find(
    (one) => one.field === 'biosamples' && one.code === 'invalid_choice',
  )
  if (unknownSample) {
    const detail = `a biosample is not registered there: ${unknownSample.text.slice(0, 300)}`
    return { is: 'try-later', because: 'prerequisite', detail }
  }
  return judgeErrors(envelope, { repeatable: true })
}
