/** The plain words for one registration: its state, what that means for a person, and what it is of. */
import type { PauseReason, Reason } from '../record/registration.ts'
import { moment } from './numbers.ts'
import type { ReportedRegistration, SheetReport } from './report.ts'

/** A registration's state as people are shown it, and what it means for them where that is not plain. */
export function stateWords(
  one: ReportedRegistration,
  { paused, timeZone }: Pick<SheetReport, 'paused' | 'timeZone'>,
): { words: string; meaning: string | null } {
  const at = one.nextTry === null ? null : moment(one.nextTry, timeZone)
  switch (one.state) {
    case 'waiting':
      return {
        words: `Waiting for ${WAITING[one.reason ?? ''] ?? 'something else'}`,
        meaning: at && `Until ${at}.`,
      }
    case 'queued':
      return { words: 'Being registered', meaning: queuedBecause(one, paused.get(one.registry), at) }
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
        ? {
            words: 'Cannot be registered there',
            meaning: 'It was not sent. The errors on this page say why.',
          }
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

/** `Run X in it`, `The library itself`, `The batch`: below the heading of their library or batch. */
export function subjectWords({ subject }: ReportedRegistration): string {
  if (subject.type === 'library') return 'The library itself'
  if (subject.type === 'batch') return 'The batch'
  return `Run ${subject.name}`
}

/** `Library X`, `Batch Y`, `Run Z in library X`: standing alone. */
export function wholeSubjectWords({ subject: { type, name, library } }: ReportedRegistration): string {
  if (type === 'library') return `Library ${name}`
  if (type === 'batch') return `Batch ${name}`
  return library === null ? `Run ${name}` : `Run ${name} in library ${library}`
}

const WAITING: Record<string, string> = {
  'run-completion': 'the run to finish',
  sheet: 'a sample sheet',
  run: 'the run',
  grace: 'a moment, in which the sheet can still be corrected',
  'previous-revision': 'the answer to an earlier version',
}

const HELD: Record<string, string> = {
  'unknown-outcome':
    'The connection was lost before the registry answered, and it cannot be asked. A person has to look there whether it arrived.',
  conflict:
    'More than one thing goes by this name: at the registry, in another folder or in another sheet. A person has to say which is meant.',
  amendment:
    'It is registered with other content already, and this registry takes no corrections. The new content was not sent; what is different stands on this page.',
  partial: 'The registry took only part of it. A person has to look what is missing.',
  'run-failed':
    'The instrument says that the run failed, or does not say how it ended. A person has to decide.',
  'registry-fault': 'The registry keeps failing on it. A person has to talk to those who run the registry.',
}

const PAUSED: Record<PauseReason, string> = {
  away: 'The registry cannot be reached. It is sent by itself as soon as it can.',
  credentials:
    'The registry does not accept the access data of runherald. The person who looks after runherald has to renew them; then it is sent by itself.',
  operator:
    'The person who looks after runherald lets nothing through to this registry for now. It is sent by itself afterwards.',
  'answers-changed':
    'The registry answers in an unexpected way. It is sent by itself as soon as it answers as it should.',
}

function queuedBecause(
  { reason, nextTry }: { reason: Reason | null; nextTry: string | null },
  pause: PauseReason | undefined,
  at: string | null,
): string | null {
  if (pause !== undefined) return PAUSED[pause]
  const next = at === null ? '' : ` The next try is at ${at}.`
  if (reason?.startsWith('library ')) return `The registry does not know ${reason} yet.${next}`
  return nextTry === null ? null : `The registry could not take it at the last try.${next}`
}
