/** One checked path as a page to read: what it is, its facts with their sources, problems, and the requests. */
import { count } from '../../feedback/numbers.ts'
import { isObject, type Json } from '../../handovers.ts'
import { reasonWords } from '../../ops/words.ts'
import type { CheckedSubmission, CheckResult } from '../../planning.ts'
import { makeWords } from '../../record/run.ts'
import { problemsText } from '../problems-text.ts'
import { table } from '../table.ts'
import {
  indented,
  type Paint,
  plain,
  roomOf,
  section,
  sideBySide,
  type Terminal,
  wrapped,
} from '../terminal.ts'
import { sheetWords, subjectWords } from '../words.ts'
import { cellsText, runFacts } from './facts.ts'

export function resultText(result: CheckResult, paint: Paint, terminal: Terminal): string {
  const { columns } = terminal
  const name = result.path.slice(result.path.lastIndexOf('/') + 1)
  const parts = [
    sideBySide([paint('bold', plain(name)), whatItIs(result)], columns),
    paint('dim', plain(result.path)),
    ...section('Facts', runFacts(result, paint, terminal), paint),
    ...section('Cells', cellsText(result, paint, terminal), paint),
    ...section('Sheet', sheetText(result.sheet, paint, roomOf(terminal)), paint),
    ...section('Problems', problemsText(result.problems, paint, columns), paint),
    ...section('What would be sent', submissionsText(result, paint, columns), paint),
  ]
  return parts.join('\n')
}

function whatItIs({ kind, recognisedAs, run, sheet, completion }: CheckResult): string {
  if (kind === 'unrecognised') return 'is neither a run folder nor a sheet that is known here'
  if (kind === 'sample-sheet') {
    const { samples, valid } = members(sheet)
    return `is ${sheetWords(String(recognisedAs), Number(samples), valid === true)}`
  }
  const make = makeWords(String(members(run)['instrumentMake']))
  const { state = '', because = '', missing = [] } = completion ?? {}
  // A reason of one word is the file that decided.
  const why = because.includes(' ') ? because : `as ${because} tells`
  const awaited = missing.length === 0 ? '' : `; still missing: ${missing.join(', ')}`
  return plain(`is a run of ${make}: ${STATUS[state] ?? 'unknown'} (${why}${awaited})`)
}

const STATUS: Record<string, string> = {
  completed: 'completed',
  failed: 'failed',
  stopped: 'stopped early',
  in_progress: 'still running',
  stalled: 'stalled, nothing has changed for long',
  unknown: 'how it ended is not known',
}

function sheetText(sheet: Json, paint: Paint, room: number): string {
  const { libraries, batches } = members(sheet)
  const row = (what: string, one: Record<string, Json>, held: Json | undefined, each: string) => [
    what,
    text(one['name']),
    count(list(held).length, each),
    one['blocked'] === true ? 'stopped by its errors' : '',
  ]
  const rows = [
    ...list(libraries).map((one) => row('library', one, one['biosamples'], 'biosample')),
    ...list(batches).map((one) => row('batch', one, one['tubes'], 'tube')),
  ]
  return rows.length === 0 ? '' : indented(table(['what', 'name', 'holds', ''], rows, paint, room - 2))
}

function submissionsText({ submissions, kind }: CheckResult, paint: Paint, columns: number): string {
  if (submissions.length === 0)
    return kind === 'unrecognised'
      ? ''
      : '  Nothing: no configured registry takes this, or its errors stop it.'
  return submissions.map((one) => submissionText(one, paint, columns)).join('\n\n')
}

function submissionText(
  { registry, kind, url, subject, requests, waitingFor, afterLibrary, graceSeconds }: CheckedSubmission,
  paint: Paint,
  columns: number,
): string {
  const heading = `  ${sideBySide([`${paint('bold', plain(registry))} (${kind})`, plain(subjectWords(subject))], columns - 2, '    ')}`
  const waits = waitingFor.map((reason) =>
    paint('yellow', wrapped(`Not yet: ${plain(reasonWords(reason))}`, columns, '    ')),
  )
  const after = [
    ...(afterLibrary === null ? [] : [`Once the library ${afterLibrary} is registered there`]),
    ...(graceSeconds === 0
      ? []
      : [`${duration(graceSeconds)} after its sheet was dropped, in which it may still be corrected`]),
  ]
  const sent = requests.map(({ method, path, headers, body }) => {
    const document = JSON.stringify(body, null, 2).split('\n').map(plain)
    return [
      `    ${paint('cyan', `${method} ${plain(url + path)}`)}`,
      ...Object.entries(headers).map(([name, value]) => `    ${plain(`${name}: ${value}`)}`),
      ...document.map((line) => `    ${line}`),
    ].join('\n')
  })
  const whenSent =
    requests.length === 0 ? [] : after.map((words) => paint('dim', wrapped(plain(words), columns, '    ')))
  return [heading, ...waits, ...whenSent, ...sent].join('\n')
}

/** `2 min`, `90 s` */
const duration = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`)

const members = (value: Json): Record<string, Json> => (isObject(value) ? value : {})
const list = (value: Json | undefined): Array<Record<string, Json>> =>
  Array.isArray(value) ? value.map(members) : []
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
