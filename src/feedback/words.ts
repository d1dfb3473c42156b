/** The plain words of a report: what happened to the sheet and to each registration of it, and what is to be done. */
import type { Reason } from '../record/registration.ts'
import type { ReportedRegistration, SheetReport } from './report.ts'

/** `sent` answers: was anything sent? `todo`: what must I do? `tone` is good, wait or act. */
export type Headline = { sent: string; todo: string; tone: 'good' | 'wait' | 'act' }

export function headlineOf(report: SheetReport): Headline {
  const { state, sent } = report
  switch (state) {
    case 'received':
      return {
        sent: sent ? 'An earlier version of this sheet was sent.' : 'Nothing has been sent yet.',
        todo: 'You need not do anything: the sheet is read as soon as its copy has ended.',
        tone: 'wait',
      }
    case 'waiting':
      return {
        sent: sent
          ? 'Something of this sheet has been sent, not all of it yet.'
          : 'Nothing has been sent yet.',
        todo: `You need not do anything: ${waitsFor(report)}.`,
        tone: 'wait',
      }
    case 'done':
      return {
        sent: sent ? 'Everything in this sheet was sent and is registered.' : 'Nothing had to be sent.',
        todo: 'You need not do anything.',
        tone: 'good',
      }
    case 'needs-fixing':
      return { sent: sent ? sentBut(report) : 'Nothing was sent.', todo: todo(report), tone: 'act' }
    case 'partly':
      return {
        sent: sent ? 'Part of this sheet was sent, part was not.' : 'Nothing was sent.',
        todo: todo(report),
        tone: 'act',
      }
    default:
      return state satisfies never
  }
}

function sentBut({ registrations }: SheetReport): string {
  if (registrations.some((one) => one.state === 'refused')) return 'It was sent, and refused.'
  if (registrations.some((one) => one.state === 'held')) return 'It was sent, and needs attention.'
  return 'An earlier version of this sheet was sent, this one was not.'
}

/** What there is to do, in the order in which it helps: errors of the sheet, then refusals, then what others decide. */
function todo({ problems, registrations }: SheetReport): string {
  const errors = problems.filter((one) => one.severity === 'error').length
  if (errors > 0)
    return `Correct ${errors === 1 ? 'the error' : `the ${errors} errors`} below and save the file again.`
  if (registrations.some((one) => one.state === 'refused'))
    return 'Read below what was refused and why, correct it, and save the file again.'
  if (registrations.some((one) => one.state === 'held'))
    return 'There is nothing to correct in the sheet: the person who looks after runherald has to decide. Do not register it in another way meanwhile.'
  return 'Read below what is the matter.'
}

function waitsFor({ registrations }: SheetReport): string {
  const reasons = registrations.filter((one) => one.state === 'waiting').map((one) => one.reason)
  if (reasons.includes('run'))
    return 'it waits for its run. If that run is finished, check that the sheet names it as the instrument does'
  if (reasons.includes('run-completion')) return 'it waits for its run to finish'
  if (reasons.includes('grace'))
    return 'it will be sent in a moment, and until then you can still correct the sheet'
  return 'it is being registered'
}

/** A registration's state as people are shown it, and what it means for them where that is not plain. */
export function stateWords(one: ReportedRegistration): { words: string; meaning: string | null } {
  const at = one.nextTry === null ? null : clock(one.nextTry)
  switch (one.state) {
    case 'waiting':
      return {
        words: `Waiting for ${WAITING[one.reason ?? ''] ?? 'something else'}`,
        meaning: at && `Until ${at}.`,
      }
    case 'queued':
      return { words: 'Being registered', meaning: queuedBecause(one.reason, at) }
    case 'sending':
      return { words: 'Being registered', meaning: null }
    case 'unknown':
      return {
        words: 'Checking whether it arrived',
        meaning: 'The connection was lost before the registry answered. It is being looked up.',
      }
    case 'registered':
      return { words: 'Registered', meaning: null }
    case 'refused':
      return one.reason === 'by-rule'
        ? { words: 'Cannot be registered there', meaning: null }
        : { words: 'Refused by the registry', meaning: null }
    case 'held':
      return { words: 'Needs attention', meaning: HELD[one.reason ?? ''] ?? null }
    case 'superseded':
      return { words: 'Replaced', meaning: 'A newer version of the sheet took its place before it was sent.' }
    case 'abandoned':
      return { words: 'Given up', meaning: 'A person decided that it is not to be registered.' }
    default:
      return one.state satisfies never
  }
}

/** `Run X in library Y`, `Library Y`, `Batch Z`. */
export function subjectWords({ subject }: ReportedRegistration): string {
  if (subject.type === 'library') return `Library ${subject.name}`
  if (subject.type === 'batch') return `Batch ${subject.name}`
  return subject.library === null
    ? `Run ${subject.name}`
    : `Run ${subject.name} in library ${subject.library}`
}

const WAITING: Partial<Record<string, string>> = {
  'run-completion': 'the run to finish',
  sheet: 'a sample sheet',
  run: 'the run',
  grace: 'a moment, in which the sheet can still be corrected',
  'previous-revision': 'the answer to an earlier version',
}

const HELD: Partial<Record<string, string>> = {
  'unknown-outcome':
    'The connection was lost before the registry answered, and it cannot be asked. A person has to look there whether it arrived.',
  conflict:
    'The registry, or another folder, has something else under this name. A person has to compare the two.',
  amendment:
    'It is registered with other content already, and this registry takes no corrections. A person has to talk to the registry.',
  partial: 'The registry took only part of it. A person has to look what is missing.',
  'run-failed':
    'The instrument says that the run failed, or does not say how it ended. A person has to decide.',
  'registry-fault': 'The registry keeps failing on it. A person has to talk to those who run the registry.',
}

function queuedBecause(reason: Reason | null, at: string | null): string | null {
  const next = at === null ? '' : ` The next try is at ${at}.`
  if (reason?.startsWith('library ')) return `The registry does not know ${reason} yet.${next}`
  return next === '' ? null : `The registry could not be reached.${next}`
}

const clock = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`
