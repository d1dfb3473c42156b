/**
 * Majora as it stands since 2022: libraries and runs, both found again by their names.
 *
 * A repeat updates what is there, and erases what the repeat leaves out. So every revision is sent whole, and after a
 * lost answer the same is sent again.
 */
import * as z from 'zod'
import type { Mapped, RegistrySettings, Subject } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import type { InstrumentMake, RunRecord } from '../record/run.ts'
import { err, type Result } from '../result.ts'
import { checkBody, text } from './check-body.ts'
import { freeText } from './defaults.ts'
import { judgeNamedRun, lookUp, SEQUENCING_GET } from './majora-2-run-answer.ts'
import { majoraProbe, openEnvelope } from './majora-envelope.ts'
import {
  LIBRARY_STRATEGIES,
  majoraPlaces,
  majoraRequest,
  token,
  tokenAuth,
  username,
} from './majora-fields.ts'
import { judgeLibrary, libraryBody, libraryCallDefaults, mapLibrary } from './majora-library.ts'
import { makeProblems, runMembers, runSchema, SEQUENCING_ADD } from './majora-run.ts'
import type { Registry } from './registry.ts'
import { concluded, present, sentBody } from './request-body.ts'
import { runTimes } from './run-times.ts'

const MAKES = ['ILLUMINA', 'OXFORD_NANOPORE', 'ION_TORRENT'] as const satisfies InstrumentMake[]
const TRAITS = { repeatable: true, busyIsSafe: true, corrects: true }
const STRATEGIES = [...LIBRARY_STRATEGIES, 'TARGETED_CAPTURE'] as const
const LIBRARY_RULES = { name: [5, 96], kitMax: 96, strategies: STRATEGIES } as const

const secretFile = z.string().min(1)
const oauthAuth = z.strictObject({
  username: username.optional(),
  oauth: z.strictObject({
    clientIdFile: secretFile,
    clientSecretFile: secretFile,
    refreshTokenFile: secretFile,
  }),
})

export const majora2 = {
  title: 'Majora 2: libraries, and the runs in them, kept up to date',
  settings: {
    auth: z.union([tokenAuth, oauthAuth]),
    defaults: z.strictObject({
      ...libraryCallDefaults(LIBRARY_RULES),
      bioinfo_pipe_name: freeText(96).optional(),
      bioinfo_pipe_version: freeText(48).optional(),
    }),
  },
  takes: { makes: MAKES, subjects: ['library', 'run'] },
  graceSeconds: 0,
  traits: (type) => ({ ...TRAITS, askable: type === 'run' }),
  map,
  judge(sent, answer) {
    const opened = openEnvelope(answer, TRAITS)
    if (!opened.ok) return opened.error
    const body = sentBody(sent)
    return 'runs' in body ? judgeNamedRun(body, opened.value) : judgeLibrary(body, opened.value, TRAITS)
  },
  probe: majoraProbe(
    (settings) => majoraRequest(settings, SEQUENCING_GET, { run_name: ['runherald-probe'] }),
    TRAITS,
  ),
  lookUp,
} satisfies Registry

const LibraryBody = libraryBody(LIBRARY_RULES)

const RunBody = z.strictObject({
  username,
  token,
  library_name: text(...LIBRARY_RULES.name),
  runs: z.tuple([
    z.strictObject({
      // The server puts its own 23 characters before it in a column of 96.
      run_name: text(5, 73),
      ...runSchema,
      bioinfo_pipe_name: text(1, 96).optional(),
      bioinfo_pipe_version: text(1, 48).optional(),
    }),
  ]),
})

function map(subject: Subject, settings: RegistrySettings, now: Date): Result<Mapped, Problem[]> {
  if (subject.type === 'library') return mapLibrary(subject.library, settings, LibraryBody)
  if (subject.type === 'batch')
    return err([problem('registry.subject-not-taken', `batch ${subject.batch.name} is a shipment of tubes`)])
  const { run, library } = subject
  const { problems, ...times } = runTimes(run, {
    precision: 'minute',
    future: 'refused',
    endTimeFromMtime: settings.endTimeFromMtime,
    now,
  })
  const request = majoraRequest(settings, SEQUENCING_ADD, {
    ...present({ library_name: subject.libraryName }),
    runs: [
      {
        ...present({ run_name: runName(run) }),
        ...runMembers(run),
        ...present(times),
        ...pipe(run, settings),
      },
    ],
  })
  return concluded(
    request,
    [
      ...makeProblems(run, MAKES, settings),
      ...checkBody(RunBody, request.body, majoraPlaces(settings, library)),
      ...problems,
      ...changedName(run),
    ],
    { prerequisite: subject.libraryName.trim() },
  )
}

/** The name by which Majora knows the run for ever. */
const runName = (run: RunRecord): string => instrumentName(run).replaceAll(/[./\\]/g, '-')

/** What the instrument itself calls the run: Oxford Nanopore's run id says nothing, its folder does. */
const instrumentName = (run: RunRecord): string =>
  (run.instrumentMake === 'OXFORD_NANOPORE' ? run.folderName : run.runId).trim()

function changedName(run: RunRecord): Problem[] {
  if (runName(run) === instrumentName(run)) return []
  return [problem('registry.name-changed', `run_name is ${runName(run)}, for ${instrumentName(run)}`)]
}

const pipe = (run: RunRecord, { defaults }: RegistrySettings) =>
  present({
    bioinfo_pipe_name: run.bioinfoPipeName ?? defaults['bioinfo_pipe_name'],
    bioinfo_pipe_version: run.bioinfoPipeVersion ?? defaults['bioinfo_pipe_version'],
  })
