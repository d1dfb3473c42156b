/** `show ID`: one registration whole, from the first plan to the receipt. */
import type { Request } from '../handovers.ts'
import type { AttemptRow, RegistrationRow, RegistrationStory } from '../journal/journal.ts'
import { shownStory } from '../ops/shown.ts'
import { stateWords } from '../ops/words.ts'
import { findRegistration, readingJournal } from './journal.ts'
import { problemsText } from './problems-text.ts'
import type { CommandOptions } from './settings.ts'
import { table } from './table.ts'
import {
  EXIT,
  fitted,
  indented,
  json,
  type Paint,
  painter,
  plain,
  roomOf,
  Stop,
  section,
  sideBySide,
  type Terminal,
} from './terminal.ts'
import { shortTime, stateColour, subjectWords } from './words.ts'

export const show = (terminal: Terminal, said: string, options: CommandOptions): Promise<number> =>
  readingJournal(terminal, options, async (journal) => {
    const row = await findRegistration(journal, said)
    const story = await journal?.story(row.id)
    if (!story) throw new Stop(EXIT.finding, `there is no registration "${said}"`)
    terminal.out(options.json ? json(shownStory(story)) : storyText(story, painter(terminal), terminal))
    return EXIT.fine
  })

function storyText(story: RegistrationStory, paint: Paint, terminal: Terminal): string {
  const { registration, revisions, attempts, receipt, events } = story
  const { columns } = terminal
  const room = roomOf(terminal) - 2
  const newest = revisions.findLast((one) => one.revision === registration.revision)
  const ids = [
    ...Object.entries(registration.remoteIds),
    ...(receipt?.samples ?? []).map((one) => [one.sample, one.remoteId]),
  ]
  const problems = newest?.submission.problems ?? []
  const tried = attempts.map((one) => attemptText(one, paint, columns))
  const history = events.map((one) => [shortTime(one.at), one.event, one.who ?? '', detailText(one.detail)])
  const rows = (cells: string[][]) => indented(table(Array(4).fill(''), cells, paint, room))
  return [
    headText(registration, paint, columns),
    ...section('Receipt', ids.length === 0 ? '' : rows(ids), paint),
    ...section('Problems', problemsText(problems, paint, columns), paint),
    ...section('Request', requestText(newest?.submission.mapped?.request), paint),
    ...section('Attempts', tried.length === 0 ? '' : indented(tried.join('\n')), paint),
    ...section('History', history.length === 0 ? '' : rows(history), paint),
  ].join('\n')
}

/** What it is and how it stands. */
function headText(registration: RegistrationRow, paint: Paint, columns: number): string {
  const { id, registry, kind, subject, state, since, nextTry } = registration
  const next = nextTry === null ? '' : `, next try ${shortTime(nextTry)}`
  return [
    sideBySide([paint('bold', plain(subjectWords(subject))), `at ${registry} (${kind})`], columns),
    sideBySide(
      [paint(stateColour(state), stateWords(registration)), `since ${shortTime(since)}${next}`],
      columns,
    ),
    sideBySide([paint('dim', id), paint('dim', plain(subject.path ?? ''))], columns, ''),
  ].join('\n')
}

function requestText(request: Request | undefined): string {
  if (request === undefined) return ''
  const text = `${request.method} ${request.path}\n${JSON.stringify(request.body, null, 2)}`
  return indented(text.split('\n').map(plain).join('\n'))
}

function attemptText(
  { revision, attempt, purpose, started, outcome, answer, detail }: AttemptRow,
  paint: Paint,
  columns: number,
): string {
  const name = `${purpose === 'send' ? 'Sent' : 'Looked up'} ${shortTime(started)}`
  const result = outcome ?? 'no answer yet'
  const status = answer === null ? '' : `  HTTP ${answer.status}`
  const head = `${name}  ${paint('bold', plain(result))}${status}  (revision ${revision}, attempt ${attempt})`
  const more = [detail, answer?.body].filter((one) => one != null && one !== '')
  return [head, ...more.map((one) => fitted(String(one).slice(0, 2000), columns - 2, '  '))].join('\n')
}

/** The members of an event's detail that say something. */
function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return detail === null ? '' : String(detail)
  const said = Object.entries(detail).filter(([, value]) => value !== null && value !== '')
  return said
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
