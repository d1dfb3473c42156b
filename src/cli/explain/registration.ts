/** Why one registration stands as it does: the rule or answer that decided, what is awaited, and what comes next. */
import type { Config } from '../../config.ts'
import { isObject, type Json } from '../../handovers.ts'
import type { JournalReader, RegistrationRow, RegistrationStory } from '../../journal/journal.ts'
import { shownRow } from '../../ops/shown.ts'
import { adviceOn, needsPerson, registryWords, stateWords } from '../../ops/words.ts'
import type { Problem } from '../../problems.ts'
import { comparable, linkNames } from '../../record/join.ts'
import type { RegistryState } from '../../record/registration.ts'
import type { RunFacts } from '../../record/run.ts'
import { lowered, shortTime } from '../words.ts'

/** `needsYou`: nothing more happens until a person has decided or mended something. */
export type ExplainedRegistration = ReturnType<typeof shownRow<RegistrationRow>> & {
  because: string[]
  next: string
  needsYou: boolean
  problems: Problem[]
  lastAttempt: { started: string; outcome: string | null; status: number | null } | null
}

export async function explainRegistration(
  story: RegistrationStory,
  journal: JournalReader,
  config: Config,
): Promise<ExplainedRegistration> {
  const { registration, attempts } = story
  const registry = (await journal.registries()).find((one) => one.name === registration.registry)
  const isKnown = config.registries.some((one) => one.name === registration.registry)
  const problems = submissionOf(story)?.problems ?? []
  const last = attempts.at(-1)
  const paused = registry?.state === 'paused' && !isFinal(registration) ? registry : null
  return {
    ...shownRow(registration),
    because: [
      ...(await awaited(story, journal, config)),
      ...answered(said(story), registration, last?.answer?.status ?? null),
      ...(paused === null ? [] : [pausedWords(paused)]),
      ...(isKnown ? [] : [`${registration.registry} is in the configuration no more`]),
    ],
    next: isKnown
      ? nextStep(registration, paused)
      : `Nothing, until ${registration.registry} is configured again.`,
    needsYou: needsPerson(registration) || (paused !== null && isForPeople(paused)),
    problems,
    lastAttempt: last
      ? { started: last.started, outcome: last.outcome, status: last.answer?.status ?? null }
      : null,
  }
}

const submissionOf = ({ registration, revisions }: RegistrationStory) =>
  revisions.findLast((one) => one.revision === registration.revision)?.submission

const isFinal = ({ state }: RegistrationRow): boolean =>
  state === 'registered' || state === 'superseded' || state === 'abandoned'

/** What keeps a registry paused until somebody acts; the other reasons mend themselves. */
const isForPeople = ({ reason }: RegistryState): boolean => reason === 'operator' || reason === 'credentials'

const pausedWords = (registry: RegistryState): string =>
  `${registry.name} is ${lowered(registryWords(registry))}, since ${shortTime(registry.since)}`

/** What was noted when it came into this state, and what the registry itself said, each once. */
function said({ registration, attempts, events }: RegistrationStory): string[] {
  const decided = events.findLast((one) => one.event === `registration.${registration.state}`)
  const noted = textOf(decided?.detail, 'because')
  const detail = attempts.at(-1)?.detail ?? null
  return [...new Set([noted, isFinal(registration) ? null : detail])].filter((one) => one !== null)
}

/** With the answer's status; what a registry noted on accepting is its answer. */
function answered(said: string[], { state }: RegistrationRow, status: number | null): string[] {
  if (status === null) return said
  const answer = `the registry answered HTTP ${status}`
  return state === 'registered' ? [[answer, ...said].join(': ')] : [...said, answer]
}

function textOf(detail: Json | undefined, key: string): string | null {
  const value = member(detail, key)
  return typeof value === 'string' && value !== '' ? value : null
}

/** What it waits for, with the evidence that it has not come. */
async function awaited(story: RegistrationStory, journal: JournalReader, config: Config): Promise<string[]> {
  const { registration, revisions } = story
  const { state, reason, registry } = registration
  const facts = submissionOf(story)?.facts ?? null
  if (state === 'queued' && reason?.startsWith('library '))
    return [await libraryWords(reason.slice('library '.length), registry, journal)]
  if (state !== 'waiting') return []
  switch (reason) {
    case 'sheet':
      return sheetWords(registration, journal, config)
    case 'run':
      return [runWords(facts)]
    case 'run-completion':
      return [completionWords(facts)]
    case 'grace':
      return ['its sheet may still be corrected until then (`graceSeconds`)']
    case 'previous-revision': {
      const before = revisions.findLast((one) => one.revision < registration.revision)
      return before === undefined
        ? []
        : [`revision ${before.revision} before it is: ${lowered(stateWords(before))}`]
    }
    default:
      return []
  }
}

/** How a sheet would have to name this run, and the other way to a library. */
async function sheetWords(
  { subject, registry }: RegistrationRow,
  journal: JournalReader,
  config: Config,
): Promise<string[]> {
  const artifact = subject.path === null ? null : await journal.artifact(subject.path)
  const template = config.registries.find((one) => one.name === registry)?.map.libraryName ?? null
  const names = artifact?.reading.kind === 'run-folder' ? namesOf(artifact.reading.reading.run) : []
  return [
    'no sheet without errors names this run, and none lies in its folder that names a library',
    ...(names.length === 0 ? [] : [`a sheet names it by one of: ${names.join(', ')}`]),
    template === null
      ? `${registry} has no \`map.libraryName\`, which would name the library of a run without a sheet`
      : `\`map.libraryName\` of ${registry} is "${template}", and a field of it is not known of this run`,
  ]
}

/** Every name by which a sheet may name the run; of its flow cells as its files write them. */
function namesOf(run: RunFacts): string[] {
  const flowcells = [run, ...run.cells].flatMap(({ flowcellId }) => flowcellId ?? [])
  return linkNames(run).map(({ by, value }) => {
    const written = flowcells.find((one) => comparable({ by, value: one }).value === value)
    return `${by} ${written ?? value}`
  })
}

function runWords(facts: Json): string {
  const link = member(facts, 'awaited')
  const [by, value] = [textOf(link, 'by'), textOf(link, 'value')]
  return by === null || value === null
    ? 'which registry it belongs to is only told by its run, and none has come'
    : `its sheet names the run by ${by} ${value}, and no run folder of that name was found`
}

function completionWords(facts: Json): string {
  const completion = member(facts, 'completion')
  const because = textOf(completion, 'because')
  const missing = member(completion, 'missing')
  const list = Array.isArray(missing) && missing.length > 0 ? `; still awaited: ${missing.join(', ')}` : ''
  return `the run has not ended${because === null ? '' : ` (${because})`}${list}`
}

const member = (value: Json | undefined, key: string): Json => (isObject(value) ? (value[key] ?? null) : null)

/** How the library that it needs stands at the same registry. */
async function libraryWords(name: string, registry: string, journal: JournalReader): Promise<string> {
  const rows = await journal.registrations({ registry })
  const library = rows.find(({ subject }) => subject.type === 'library' && subject.name === name)
  return library === undefined
    ? `${registry} does not know library ${name}, and no sheet here gives it`
    : `library ${name} at ${registry} is: ${lowered(stateWords(library))} (${library.id})`
}

function nextStep(
  { id, state, reason, nextTry, registry }: RegistrationRow,
  paused: RegistryState | null,
): string {
  if (paused?.reason === 'operator') return `It goes on after: runherald resume ${registry}`
  if (paused?.reason === 'credentials' && state === 'queued')
    return `Renew the token file of ${registry}; it is tried again by itself within five minutes.`
  if (paused !== null && state === 'queued')
    return `${registry} is asked every few minutes whether it is itself again; then this is sent.`
  switch (state) {
    case 'waiting':
      if (reason === 'grace') return `It is sent at ${shortTime(nextTry)} unless the sheet changes.`
      return reason === 'sheet'
        ? 'Drop a sheet that names it into the drop folder; it then goes on by itself.'
        : 'It goes on by itself as soon as that has come.'
    case 'queued':
      return nextTry === null
        ? 'It is sent as soon as it is its turn.'
        : `It is tried again at ${shortTime(nextTry)}.`
    case 'sending':
      return 'Its answer is awaited.'
    case 'unknown':
      return nextTry === null
        ? 'The registry is asked whether it arrived.'
        : `The registry is asked again at ${shortTime(nextTry)}.`
    case 'registered':
      return 'Nothing is left to be done.'
    case 'refused':
      return `Correct what is named and save the sheet again, or after mending it elsewhere: runherald retry ${id}`
    case 'held':
      return `${adviceOn(reason) ?? ''} Then: runherald resolve ${id} --registered, --resend or --abandon; or runherald retry ${id}`.trim()
    case 'superseded':
      return 'A newer revision took its place.'
    case 'abandoned':
      return `Nothing happens unless somebody says: runherald retry ${id}`
  }
}
