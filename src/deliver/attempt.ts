/** One attempt on the wire, from an armed registration to how it ended. Never rejects: whatever happens is an outcome. */
import type { Armed } from '../decision.ts'
import type { Answer, Outcome, Submission, Verdict } from '../handovers.ts'
import type { Destination } from './destination.ts'
import type { Exchanged, Wire } from './exchange.ts'

export const attempt = (wire: Wire, to: Destination, armed: Armed, now: Date): Promise<Outcome> =>
  armed.purpose === 'send' ? sendOnce(wire, to, armed, now) : lookUp(wire, to, armed, now)

async function sendOnce(wire: Wire, to: Destination, armed: Armed, now: Date): Promise<Outcome> {
  const { submission, traits, earlierUnknown } = armed
  const request = submission.mapped?.request
  if (request === undefined) throw new Error(`Registration ${submission.id} was armed without a request`)
  // A connection the registry is just closing would lose what cannot be sent again.
  const about = { id: submission.id, fresh: !traits.repeatable, now }
  const exchanged = await wire.exchange(to, request, about)
  if (exchanged.type !== 'answer') return failed(exchanged)
  const { answer, kept, mask } = exchanged
  return {
    type: 'verdict',
    verdict: masked(judged(to, submission, answer, earlierUnknown), mask),
    answer: kept,
  }
}

async function lookUp(wire: Wire, to: Destination, { submission }: Armed, now: Date): Promise<Outcome> {
  if (to.lookUp === null)
    return { type: 'look-up', result: { is: 'unclear', detail: `${to.kind} cannot be asked` } }
  const asking = to.lookUp(submission, to.settings)
  try {
    let step = asking.next()
    while (!step.done) {
      const exchanged = await wire.exchange(to, step.value, { id: submission.id, fresh: true, now })
      if (exchanged.type !== 'answer') return failed(exchanged)
      step = asking.next(exchanged.answer)
    }
    return { type: 'look-up', result: step.value }
  } catch (thrown) {
    return { type: 'look-up', result: { is: 'unclear', detail: unreadable(thrown) } }
  }
}

function failed(exchanged: Exclude<Exchanged, { type: 'answer' }>): Outcome {
  const { detail } = exchanged
  switch (exchanged.type) {
    case 'lost':
      return { type: 'lost', detail }
    case 'not-sent':
      return { type: 'not-sent', detail, pause: 'away' }
    case 'no-secret':
      return { type: 'not-sent', detail, pause: exchanged.pause }
    default:
      return exchanged satisfies never
  }
}

/** A fault of ours in judging must not lose the answer, nor pass for a refusal. */
function judged(to: Destination, submission: Submission, answer: Answer, earlierUnknown: boolean): Verdict {
  try {
    return to.judge(submission, answer, { earlierUnknown })
  } catch (thrown) {
    return { is: 'unknown', detail: unreadable(thrown), pause: 'answers-changed' }
  }
}

const unreadable = (thrown: unknown): string =>
  `runherald could not read the answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`

/** Whatever quotes the answer could quote a secret in it. Identifiers stay as the registry gave them. */
function masked(verdict: Verdict, mask: (text: string) => string): Verdict {
  if ('detail' in verdict) return { ...verdict, detail: mask(verdict.detail) }
  if (verdict.is === 'refused') return { ...verdict, reasons: verdict.reasons.map(mask) }
  if (verdict.is === 'accepted') return { ...verdict, notes: verdict.notes.map(mask) }
  return verdict
}
