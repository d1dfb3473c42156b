/**
 * Majora as documented on 2020-03-25: a library first, then its runs, each in a call of its own.
 *
 * The server of that day gives a run a new id at every call, so a repeat registers it twice in silence, and it
 * has nothing to ask. So a run goes exactly once, and what nobody knows is left to a person.
 */
import * as z from 'zod'
import type { Mapped, RegistrySettings, Subject, Verdict } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import type { InstrumentMake } from '../record/run.ts'
import { err, type Result } from '../result.ts'
import { checkBody, text } from './check-body.ts'
import {
  type Envelope,
  judgeErrors,
  majoraProbe,
  openEnvelope,
  requestNote,
  sentence,
} from './majora-envelope.ts'
import {
  LIBRARY_STRATEGIES,
  majoraPlaces,
  majoraRequest,
  token,
  tokenAuth,
  username,
  uuid,
} from './majora-fields.ts'
import { judgeLibrary, libraryBody, libraryCallDefaults, mapLibrary } from './majora-library.ts'
import { libraryAwaited, makeProblems, runMembers, runSchema, SEQUENCING_ADD } from './majora-run.ts'
import type { Registry } from './registry.ts'
import { type Body, concluded, present, sentBody } from './request-body.ts'
import { runTimes } from './run-times.ts'

const MAKES = ['ILLUMINA', 'OXFORD_NANOPORE', 'PACIFIC_BIOSCIENCES'] as const satisfies InstrumentMake[]
const TRAITS = { repeatable: false, askable: false, busyIsSafe: false, corrects: false }
const LIBRARY_RULES = { name: [1, 48], kitMax: 48, strategies: LIBRARY_STRATEGIES } as const

export const majora20200325 = {
  title: 'Majora as of 25 March 2020: libraries, and the runs in them',
  settings: {
    auth: tokenAuth,
    defaults: z.strictObject(libraryCallDefaults(LIBRARY_RULES)),
  },
  takes: { makes: MAKES, subjects: ['library', 'run'] },
  graceSeconds: 0,
  traits: () => TRAITS,
  map,
  judge(sent, answer) {
    const opened = openEnvelope(answer, TRAITS)
    if (!opened.ok) return opened.error
    const body = sentBody(sent)
    return 'runs' in body ? judgeRun(body, opened.value) : judgeLibrary(body, opened.value, TRAITS)
  },
  // A list without runs is answered in Majora's own words, and commits nothing.
  probe: majoraProbe(
    (settings) => majoraRequest(settings, SEQUENCING_ADD, { library_name: 'runherald-probe', runs: [] }),
    TRAITS,
  ),
  lookUp: null,
} satisfies Registry

const LibraryBody = libraryBody(LIBRARY_RULES)

const RunBody = z.strictObject({
  username,
  token,
  library_name: text(...LIBRARY_RULES.name),
  runs: z.tuple([z.strictObject({ sequencing_id: uuid, ...runSchema })]),
})

function map(subject: Subject, settings: RegistrySettings, now: Date): Result<Mapped, Problem[]> {
  if (subject.type === 'library') return mapLibrary(subject.library, settings, LibraryBody)
  if (subject.type === 'batch')
    return err([problem('registry.subject-not-taken', `batch ${subject.batch.name} is a shipment of tubes`)])
  const { run, library } = subject
  const { problems, ...times } = runTimes(run, {
    precision: 'second',
    future: 'taken',
    endTimeFromMtime: settings.endTimeFromMtime,
    now,
  })
  const request = majoraRequest(settings, SEQUENCING_ADD, {
    ...present({ library_name: subject.libraryName }),
    runs: [{ sequencing_id: run.sequencingId, ...runMembers(run), ...present(times) }],
  })
  return concluded(
    request,
    [
      ...makeProblems(run, MAKES, settings),
      ...checkBody(RunBody, request.body, majoraPlaces(settings, library)),
      ...problems,
    ],
    { prerequisite: subject.libraryName.trim() },
  )
}

/** The registry's id of the run is its own: it takes our `sequencing_id`, and does not keep it. */
function judgeRun(body: Body, envelope: Envelope): Verdict {
  const made = envelope.made.filter((one) => one.kind === 'Sequencing')
  const [run] = made
  const remoteIds = run === undefined ? {} : { sequencing: run.id }
  if (envelope.success && made.length === 1)
    return { is: 'accepted', adopted: false, remoteIds, samples: [], notes: requestNote(envelope) }
  if (envelope.success || run !== undefined)
    return {
      is: 'partial',
      committed: made.map((one) => `sequencing ${one.id}`),
      missing: envelope.success ? ['exactly one run, as sent'] : envelope.messages.map(sentence),
      remoteIds,
    }
  const [only, ...others] = envelope.messages
  if (only?.field === 'library_name' && only.code === 'invalid_choice' && others.length === 0)
    return libraryAwaited(body)
  return judgeErrors(envelope, TRAITS)
}
