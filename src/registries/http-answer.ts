/** What an answer's status alone decides, the same at every kind of registry. */
import type { Answer, Probe, Verdict } from '../handovers.ts'

const LONGEST_WAIT_SECONDS = 3600

/**
 * The verdict that the status alone allows; null where the kind must read the body (2xx, 400 and other 4xx).
 *
 * `busyIsSafe`: the kind may be sent the same again, so a 503 (which a proxy can say after the registry
 * has committed) is no more than a delay.
 */
export function judgeStatus(answer: Answer, { busyIsSafe }: { busyIsSafe: boolean }): Verdict | null {
  const { status } = answer
  if (status === 401 || status === 402 || status === 403 || status === 407)
    return { is: 'pause', reason: 'credentials', detail: `answered ${status}: ${MEANINGS[status]}` }
  if (status === 429 || (status === 503 && busyIsSafe)) return busy(answer)
  if (status >= 500 || status === 408) {
    const detail = `answered ${status}, which does not tell whether it was registered`
    return { is: 'unknown', detail, pause: 'away' }
  }
  if (status === 409)
    return { is: 'look-up', detail: 'answered 409: something of this kind is already there' }
  if ((status >= 300 && status < 400) || status === 404 || status === 405 || status === 410 || status < 200) {
    const detail = `answered ${status}${redirectTarget(answer)}: the configured url does not lead to this registry`
    return { is: 'pause', reason: 'answers-changed', detail }
  }
  return null
}

/** An answer that the registry itself would not give: a proxy may have spoken, even after the registry committed. */
export const notTheRegistrys = (answer: Answer): Verdict => ({
  is: 'unknown',
  detail: `answered ${answer.status} with something that is not this registry's own answer`,
  pause: 'answers-changed',
})

/** What a verdict says of a registry that was only probed; open for all that only the registry itself can say. */
export function probed(verdict: Verdict): Probe {
  switch (verdict.is) {
    case 'pause':
      return { is: 'closed', reason: verdict.reason, detail: verdict.detail }
    case 'unknown':
      return { is: 'closed', reason: verdict.pause ?? 'away', detail: verdict.detail }
    case 'try-later':
      return { is: 'closed', reason: 'away', detail: verdict.detail }
    default:
      return { is: 'open' }
  }
}

/**
 * Seconds that a `Retry-After` asks for, as a number or as a date measured against the answer's own `Date`;
 * undefined where it is absent, in the past, longer than an hour, or nonsense.
 */
export function retryAfterSeconds(headers: Record<string, string>): number | undefined {
  const text = headers['retry-after']?.trim() ?? ''
  const seconds = /^\d{1,9}$/.test(text)
    ? Number(text)
    : Math.ceil((httpDate(text) - httpDate(headers['date']?.trim() ?? '')) / 1000)
  return seconds >= 0 && seconds <= LONGEST_WAIT_SECONDS ? seconds : undefined
}

function busy(answer: Answer): Verdict {
  const afterSeconds = retryAfterSeconds(answer.headers)
  return {
    is: 'try-later',
    because: 'busy',
    detail: `answered ${answer.status}: busy`,
    ...(afterSeconds === undefined ? {} : { afterSeconds }),
  }
}

const httpDate = (text: string): number =>
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : Number.NaN

function redirectTarget(answer: Answer): string {
  const location = answer.headers['location']
  return location === undefined ? '' : ` and points to ${location.slice(0, 200)}`
}

const MEANINGS = {
  401: 'the credentials are not accepted',
  402: 'the account must be paid for',
  403: 'the account may not do this',
  407: 'the proxy wants credentials',
} as const
