/**
 * Majora as documented on 2020-03-24: a run and the library it sequenced, in one call.
 *
 * The server of that day keeps our `sequencing_id` as the run's id and never changes a library it has. So the same
 * call again does no harm, and its answer tells whether the first one arrived.
 */
import * as z from 'zod'
import type { Mapped, RegistrySettings, Subject } from '../handovers.ts'
import { columnNamed, type Problem, problem } from '../problems.ts'
import type { Library } from '../record/library.ts'
import type { InstrumentMake, RunRecord } from '../record/run.ts'
import { err, type Result } from '../result.ts'
import { checkBody, text } from './check-body.ts'
import { freeText } from './defaults.ts'
import { judgeRunWithLibrary } from './majora-2020-03-24-answer.ts'
import { majoraProbe, openEnvelope } from './majora-envelope.ts'
import {
  LAYOUT_CONFIGS,
  LIBRARY_SELECTIONS,
  LIBRARY_SOURCES,
  LIBRARY_STRATEGIES,
  libraryDefaults,
  libraryMembers,
  majoraPlaces,
  majoraRequest,
  sourceMembers,
  token,
  tokenAuth,
  username,
  uuid,
  wholeNumber,
} from './majora-fields.ts'
import { oversize, repeatedSamples } from './majora-library.ts'
import { makeProblems, SEQUENCING_ADD } from './majora-run.ts'
import type { Registry } from './registry.ts'
import { concluded, present, sentBody } from './request-body.ts'

const MAKES = ['ILLUMINA', 'OXFORD_NANOPORE'] as const satisfies InstrumentMake[]
const TRAITS = { repeatable: true, askable: false, busyIsSafe: true, corrects: false }

export const majora20200324 = {
  title: 'Majora as of 24 March 2020: a run together with its library',
  settings: {
    auth: tokenAuth,
    defaults: z.strictObject({
      ...libraryDefaults(LIBRARY_STRATEGIES, 48),
      library_sop_name: freeText(48).optional(),
      library_sop_version: freeText(48).optional(),
    }),
  },
  takes: { makes: MAKES, subjects: ['run'] },
  graceSeconds: 0,
  traits: () => TRAITS,
  map,
  judge(sent, answer, { earlierUnknown }) {
    const opened = openEnvelope(answer, TRAITS)
    return opened.ok ? judgeRunWithLibrary(sentBody(sent), opened.value, { earlierUnknown }) : opened.error
  },
  // Without a library_name nothing is committed, and the answer is Majora's own.
  probe: majoraProbe((settings) => majoraRequest(settings, SEQUENCING_ADD, {}), TRAITS),
  lookUp: null,
} satisfies Registry

const RunBody = z.strictObject({
  username,
  token,
  library_name: text(1, 48),
  biosamples: z.array(z.string()).min(1),
  sequencing_id: uuid,
  instrument_make: z.string(),
  library_source: z.enum(LIBRARY_SOURCES),
  library_selection: z.enum(LIBRARY_SELECTIONS),
  library_strategy: z.enum(LIBRARY_STRATEGIES),
  library_layout_config: z.enum(LAYOUT_CONFIGS),
  library_seq_kit: text(1, 48),
  // The document spells the key so.
  library_seq_protocl: text(1, 48),
  library_sop_name: text(1, 48),
  library_sop_version: text(1, 48),
  library_layout_nominal_length: wholeNumber.optional(),
})

function map(subject: Subject, settings: RegistrySettings): Result<Mapped, Problem[]> {
  if (subject.type !== 'run')
    return err([problem('registry.subject-not-taken', `a ${subject.type} is taken there only within a run`)])
  const { run, library, libraryName } = subject
  if (library === null)
    return err([
      ...makeProblems(run, MAKES, settings),
      problem('registry.library-missing', missingOf(libraryName, settings)),
    ])
  const [first] = library.biosamples
  const { library_seq_protocol, ...members } = libraryMembers(library, settings)
  const request = majoraRequest(settings, SEQUENCING_ADD, {
    ...present({
      ...members,
      library_name: libraryName,
      library_seq_protocl: library_seq_protocol,
      library_sop_name: library.sopName ?? settings.defaults['library_sop_name'],
      library_sop_version: library.sopVersion ?? settings.defaults['library_sop_version'],
      library_layout_nominal_length: run.instrumentMake === 'ILLUMINA' ? library.layoutNominalLength : null,
      ...(first && sourceMembers(first, settings)),
      sequencing_id: run.sequencingId,
      instrument_make: run.instrumentMake,
    }),
    biosamples: library.biosamples.map((one) => one.centralSampleId.trim()),
  })
  return concluded(request, [
    ...makeProblems(run, MAKES, settings),
    ...checkBody(RunBody, request.body, majoraPlaces(settings, library)),
    ...repeatedSamples(library),
    ...differingSources(library, settings),
    ...nominalLengthLeftOut(run, library),
    ...oversize(library, request.body),
  ])
}

/** What a library must be told of here, and no default tells. */
function missingOf(libraryName: string, { defaults }: RegistrySettings): string {
  const needed = Object.keys(majora20200324.settings.defaults.shape).filter((field) => !(field in defaults))
  return `library ${libraryName}: biosamples (column central_sample_id)${needed.map((one) => `, ${one}`).join('')}`
}

const SOURCE_FIELDS = ['library_source', 'library_selection', 'library_strategy'] as const

/** This Majora keeps one source, selection and strategy for a library, where sheets give them for each sample. */
const differingSources = (library: Library, settings: RegistrySettings): Problem[] =>
  SOURCE_FIELDS.flatMap((field) => {
    const values = new Set(library.biosamples.map((one) => sourceMembers(one, settings)[field]))
    if (values.size <= 1) return []
    const seen = [...values].map((value) => `“${value ?? ''}”`).join(', ')
    const found = `${field} of library ${library.name}: ${seen}`
    return [problem('registry.values-differ', found, { column: columnNamed(field), rows: library.rows })]
  })

function nominalLengthLeftOut(run: RunRecord, library: Library): Problem[] {
  if (library.layoutNominalLength === null || run.instrumentMake === 'ILLUMINA') return []
  const field = 'library_layout_nominal_length'
  const found = `${field} is for ILLUMINA, this run is ${run.instrumentMake}`
  return [problem('registry.value-left-out', found, { column: columnNamed(field), rows: library.rows })]
}
