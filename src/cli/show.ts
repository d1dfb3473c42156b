/** `show ID`: one registration whole, from the first plan to the receipt. */
import type { AttemptRow, RegistrationStory } from '../journal/journal.ts'
import { shownStory } from '../ops/shown.ts'
import { stateWords } from '../ops/words.ts'
import { findRegistration, readingJournal } from './journal.ts'
import { problemsText } from './problems-text.ts'
import type { ConfigOptions } from './settings.ts'
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
  sideBySide,
  type Terminal,
  table,
} from './terminal.ts'
import { shortTime, stateColour, subjectWords } from './words.ts'

export const show = (
  terminal: Terminal,
  said: string,
  options: ConfigOptions & { json?: boolean },
): Promise<number> =>
  readingJournal(terminal, options, async (journal) => {
    const row = await findRegistration(journal, said)
    const story = await journal?.story(row.id)
    if (!story) throw new Stop(EXIT.finding, `there is no registration "${said}"`)
    terminal.out(options.json ? json(shownStory(story)) : storyText(story, painter(terminal), terminal))
    return EXIT.fine
  })

function storyText(
  { registration, revisions, attempts, receipt, events }: RegistrationStory,
  paint: Paint,
  terminal: Terminal,
): string {
  const { columns } = terminal
  const room = roomOf(terminal) - 2
  const newest = revisions.findLast((one) => one.revision === registration.revision)
  const next = registration.nextTry === null ? '' : `, next try ${shortTime(registration.nextTry)}`
  const parts = [
    sideBySide(
      [
        paint('bold', plain(subjectWords(registration.subject))),
        `at ${registration.registry} (${registration.kind})`,
      ],
      columns,
    ),
    sideBySide(
      [
        paint(stateColour(registration.state), stateWords(registration)),
        `since ${shortTime(registration.since)}${next}`,
      ],
      columns,
    ),
    sideBySide(
      [paint('dim', registration.id), paint('dim', plain(registration.subject.path ?? ''))],
      columns,
      '',
    ),
  ]
  const add = (title: string, body: string) => body !== '' && parts.push('', paint('underline', title), body)
  const ids = [
    ...Object.entries(registration.remoteIds),
    ...(receipt?.samples ?? []).map((one) => [one.sample, one.remoteId]),
  ]
  add(
    'Receipt',
    ids.length === 0
      ? ''
      : indented(
          table(
            ['', ''],
            ids.map((pair) => pair.map(String)),
            paint,
            room,
          ),
        ),
  )
  const problems = newest?.submission.problems ?? []
  add('Problems', problemsText(problems, paint, columns))
  const request = newest?.submission.mapped?.request
  if (request)
    add(
      'Request',
      indented(plainLines(`${request.method} ${request.path}\n${JSON.stringify(request.body, null, 2)}`)),
    )
  add(
    'Attempts',
    attempts.length === 0 ? '' : indented(attempts.map((one) => attemptText(one, paint, columns)).join('\n')),
  )
  const history = events.map((one) => [shortTime(one.at), one.event, one.who ?? '', detailText(one.detail)])
  add('History', history.length === 0 ? '' : indented(table(['', '', '', ''], history, paint, room)))
  return parts.join('\n')
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

const plainLines = (text: string): string => text.split('\n').map(plain).join('\n')
