/** `explain PATH|ID`: why something is registered or is not, and what will happen next. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { inspectPath } from '../inspect.ts'
import type { JournalReader, RegistrationRow, RegistrationStory } from '../journal/journal.ts'
import { shownRow } from '../ops/shown.ts'
import { registryWords, stateWords } from '../ops/words.ts'
import type { RegistryState } from '../record/registration.ts'
import { type Explained, explainPath } from './explain/path.ts'
import { findRegistration, readingJournal } from './journal.ts'
import { problemsText } from './problems-text.ts'
import type { ConfigOptions } from './settings.ts'
import { EXIT, json, type Paint, painter, plain, Stop, type Terminal, wrapped } from './terminal.ts'
import { shortTime, stateColour, subjectWords } from './words.ts'

export const explain = (
  terminal: Terminal,
  what: string,
  options: ConfigOptions & { json?: boolean },
): Promise<number> =>
  readingJournal(terminal, options, async (journal, config) => {
    const paint = painter(terminal)
    if (what.includes('/') || existsSync(what)) {
      const path = resolve(what)
      const explained = await explainPath(path, inspectPath(path), journal, config)
      const registrations = await explainAll(journal, explained)
      if (options.json) terminal.out(json({ ...explained, registrations }))
      else terminal.out(pathText(explained, registrations, paint, terminal.columns))
      return EXIT.fine
    }
    const row = await findRegistration(journal, what)
    const story = await journal?.story(row.id)
    if (!story) throw new Stop(EXIT.finding, `there is no registration "${what}"`)
    const explained = explainStory(story, await registryOf(journal, config, row.registry))
    if (options.json) terminal.out(json(explained))
    else terminal.out(storyText(explained, story, paint, terminal.columns))
    return EXIT.fine
  })

type ExplainedRegistration = ReturnType<typeof shownRow> & {
  because: string[]
  next: string
  lastAttempt: { started: string; outcome: string | null; status: number | null } | null
}

const explainAll = async (journal: JournalReader | null, { registrations }: Explained) => {
  const stories = await Promise.all(registrations.map((row) => journal?.story(row.id)))
  return stories.flatMap((story) => (story ? [explainStory(story, null)] : []))
}

const registryOf = async (
  journal: JournalReader | null,
  config: Config,
  name: string,
): Promise<RegistryState | null> => {
  if (!config.registries.some((one) => one.name === name)) return null
  return ((await journal?.registries()) ?? []).find((one) => one.name === name) ?? null
}

/** The rule or answer that decided, and what comes next. */
function explainStory(
  { registration, attempts, events }: RegistrationStory,
  registry: RegistryState | null,
): ExplainedRegistration {
  const last = attempts.at(-1)
  const answered = last?.answer ? `the registry answered HTTP ${last.answer.status}` : null
  const decided = events.findLast((one) => one.event === `registration.${registration.state}`)
  const detail = decided?.detail
  const noted =
    typeof detail === 'object' && detail !== null && 'because' in detail ? detail['because'] : null
  const because = [
    ...(typeof noted === 'string' ? [noted] : []),
    ...(last?.detail && last.detail !== noted ? [last.detail] : []),
    ...(answered === null ? [] : [answered]),
    ...(registry?.state === 'paused' ? [`${registry.name} is ${registryWords(registry)}`] : []),
  ]
  const lastAttempt = last
    ? { started: last.started, outcome: last.outcome, status: last.answer?.status ?? null }
    : null
  return { ...shownRow(registration), because, next: nextStep(registration, registry), lastAttempt }
}

function nextStep(
  { id, state, reason, nextTry, registry }: RegistrationRow,
  known: RegistryState | null,
): string {
  if (known?.state === 'paused' && known.reason === 'operator')
    return `It goes on after: runherald resume ${registry}`
  switch (state) {
    case 'waiting':
      return reason === 'grace'
        ? `It is sent at ${shortTime(nextTry)} unless the sheet changes.`
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
      return `A person must decide: runherald resolve ${id} --registered, --resend or --abandon; or runherald retry ${id}`
    case 'superseded':
      return 'A newer revision took its place.'
    case 'abandoned':
      return `Nothing happens unless somebody says: runherald retry ${id}`
  }
}

function storyText(
  explained: ExplainedRegistration,
  story: RegistrationStory,
  paint: Paint,
  columns: number,
): string {
  const { registration, revisions } = story
  const problems =
    revisions.findLast((one) => one.revision === registration.revision)?.submission.problems ?? []
  return [registrationText(explained, registration, paint, columns), problemsText(problems, paint, columns)]
    .filter((part) => part !== '')
    .join('\n')
}

function registrationText(
  explained: ExplainedRegistration,
  row: Pick<RegistrationRow, 'state' | 'reason' | 'subject' | 'registry' | 'since'>,
  paint: Paint,
  columns: number,
): string {
  return [
    `${paint('bold', plain(subjectWords(row)))} at ${row.registry}: ${paint(stateColour(row.state), stateWords(row))} since ${shortTime(row.since)}`,
    ...explained.because.map((one) => wrapped(plain(one), columns, '  because ')),
    paint('cyan', wrapped(explained.next, columns, '  ')),
  ].join('\n')
}

function pathText(
  explained: Explained,
  registrations: ExplainedRegistration[],
  paint: Paint,
  columns: number,
): string {
  const parts = [
    paint('bold', plain(explained.path)),
    ...explained.because.map((one) => wrapped(plain(one), columns, '  ')),
    problemsText(explained.problems, paint, columns),
    ...registrations.map((one) =>
      registrationText(one, { ...one, subject: { ...one.subject, key: '' } }, paint, columns),
    ),
    ...explained.registries.map(({ name, because }) => wrapped(plain(`${name}: ${because}`), columns, '  ')),
  ]
  return parts.filter((part) => part !== '').join('\n')
}
