/** `explain PATH|ID`: why something is registered or is not, what it waits for, and what will happen next. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import type { JournalReader } from '../journal/journal.ts'
import { stateWords } from '../ops/words.ts'
import { GOING_ON } from '../teller/outcome.ts'
import { daemonParts } from './daemon-runs.ts'
import { type Explained, explainPath } from './explain/path.ts'
import { type ExplainedRegistration, explainRegistration } from './explain/registration.ts'
import { findRegistration, isPath, readingJournal } from './journal.ts'
import { problemsText } from './problems-text.ts'
import type { CommandOptions } from './settings.ts'
import {
  EXIT,
  type ExitCode,
  json,
  type Paint,
  painter,
  plain,
  roomOf,
  Stop,
  sideBySide,
  type Terminal,
  wrapped,
} from './terminal.ts'
import { shortTime, stateColour, subjectWords } from './words.ts'

/** Gives 3 when nothing more happens until a person has done something; 1 for what there is not. */
export const explain = (terminal: Terminal, what: string, options: CommandOptions): Promise<number> =>
  readingJournal(terminal, options, async (journal, config) => {
    const document = isPath(what)
      ? await ofPath(resolve(what), journal, config)
      : await ofRegistration(what, journal, config)
    if (options.json) {
      terminal.out(json(document))
      return exitOf(document)
    }
    terminal.out(text(document, painter(terminal), terminal.columns))
    if (isAwaitingDaemon(document) && daemonParts(config.state)?.length === 0)
      terminal.say(
        wrapped(
          `No daemon runs on ${config.state} now; nothing goes on until one does: runherald run`,
          roomOf(terminal),
        ),
      )
    return exitOf(document)
  })

type OfPath = Omit<Explained, 'registrations'> & { registrations: ExplainedRegistration[] }
type Document = OfPath | ExplainedRegistration

async function ofPath(path: string, journal: JournalReader | null, config: Config): Promise<OfPath> {
  const explained = await explainPath(path, journal, config)
  const registrations: ExplainedRegistration[] = []
  for (const { id } of explained.registrations) {
    const story = await journal?.story(id)
    if (journal && story) registrations.push(await explainRegistration(story, journal, config))
  }
  const needsYou = explained.needsYou || registrations.some((one) => one.needsYou)
  return { ...explained, needsYou, registrations }
}

async function ofRegistration(
  said: string,
  journal: JournalReader | null,
  config: Config,
): Promise<ExplainedRegistration> {
  const { id } = await findRegistration(journal, said)
  const story = await journal?.story(id)
  if (!journal || !story) throw new Stop(EXIT.finding, `there is no registration "${said}"`)
  return explainRegistration(story, journal, config)
}

const isOfPath = (document: Document): document is OfPath => 'registrations' in document

function exitOf(document: Document): ExitCode {
  if (document.needsYou) return EXIT.person
  return isOfPath(document) && document.status === null && !existsSync(document.path)
    ? EXIT.finding
    : EXIT.fine
}

/** Would a running daemon do something about it? */
const isAwaitingDaemon = (document: Document): boolean =>
  isOfPath(document)
    ? document.registrations.some(isAwaitingDaemon) ||
      (document.root !== null && document.status !== 'adopted' && document.status !== 'done')
    : GOING_ON.includes(document.state)

function text(document: Document, paint: Paint, columns: number): string {
  if (!isOfPath(document))
    return filled([
      registrationText(document, paint, columns),
      problemsText(document.problems, paint, columns),
    ])
  const { path, because, next, registrations, registries } = document
  // Planning repeats what is wrong with the path itself, at each registry.
  const all = [...document.problems, ...registrations.flatMap((one) => one.problems)]
  const problems = all.filter(
    (one, at) => all.findIndex((other) => other.code === one.code && other.found === one.found) === at,
  )
  return filled([
    paint('bold', plain(path)),
    ...because.map((one) => wrapped(plain(one), columns, '  ')),
    problemsText(problems, paint, columns),
    next === null ? '' : paint('cyan', wrapped(plain(next), columns, '  ')),
    ...registrations.map((one) => registrationText(one, paint, columns)),
    ...registries.map((one) => wrapped(plain(`${one.name}: ${one.because}`), columns, '  ')),
  ])
}

const BECAUSE = '  because '
const UNDER_BECAUSE = ' '.repeat(BECAUSE.length)

function registrationText(one: ExplainedRegistration, paint: Paint, columns: number): string {
  const { registry, state, since, because, next } = one
  const name = paint('bold', plain(subjectWords(one.subject)))
  return [
    sideBySide(
      [`${name} at ${registry}:`, `${paint(stateColour(state), stateWords(one))} since ${shortTime(since)}`],
      columns,
    ),
    ...because.map((reason) =>
      wrapped(plain(reason), columns, UNDER_BECAUSE).replace(UNDER_BECAUSE, BECAUSE),
    ),
    paint('cyan', wrapped(plain(next), columns, '  ')),
  ].join('\n')
}

const filled = (parts: string[]): string => parts.filter((part) => part !== '').join('\n')
