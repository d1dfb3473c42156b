/** Tells what became of registrations, in the events everyone follows; what a person did is told by `acts.ts`. */
import type { Transition } from '../decision.ts'
import type { Emit } from '../events.ts'
import type { Submission } from '../handovers.ts'
import { type Reason, type State, whence } from '../record/registration.ts'

export function announce(
  emit: Emit,
  { changes, paused }: Transition,
  { tookMs = 0, adopted = false }: { tookMs?: number; adopted?: boolean } = {},
): void {
  for (const change of changes) {
    const { registration, registry, attempts: attempt, revision, state, nextTry, who } = change
    const subject = change.subject.name
    const from = whence(change.subject)
    const reason = change.reason ?? ''
    const because = change.because ?? ''
    if (who !== null) continue
    switch (state) {
      case 'sending':
        emit('registration.sending', { registration, registry, ...from, subject, attempt })
        break
      case 'registered': {
        const { remoteIds } = change
        emit('registration.registered', {
          ...{ registration, registry, ...from, subject, attempt, adopted, remoteIds, tookMs },
        })
        break
      }
      case 'refused':
        emit('registration.refused', {
          ...{ registration, registry, ...from, subject, reason, detail: because.split('\n') },
        })
        break
      case 'held':
        emit('registration.held', { registration, registry, ...from, subject, reason, detail: because })
        break
      case 'unknown':
        if (change.before !== 'unknown')
          emit('registration.unknown', { registration, registry, ...from, attempt, because })
        break
      case 'superseded':
        emit('registration.superseded', { registration, registry, ...from, revision })
        break
      case 'queued':
        if (change.before === 'sending')
          emit('registration.retrying', {
            ...{ registration, registry, ...from, attempt, because: because || reason, nextTry },
          })
        else if (change.reason !== null)
          emit('registration.waiting', { registration, registry, ...from, subject, reason: 'library' })
        break
      case 'waiting':
      case 'abandoned':
        break
      default:
        state satisfies never
    }
  }
  for (const pause of paused) emit('registry.paused', pause)
}

/** What the journal made of a plan: what stops it, and what it waits for, is told as if it had been found at sending. */
export function announcePlanned(
  emit: Emit,
  { registry, subject: ref, problems }: Pick<Submission, 'registry' | 'subject' | 'problems'>,
  planned: { id: string; revision: number; state: State; reason: Reason | null },
): void {
  const { id: registration, revision, state, reason } = planned
  const about = { registration, registry, ...whence(ref), subject: ref.name }
  emit('registration.planned', { ...about, revision, state, reason })
  const detail = problems.filter((one) => one.severity === 'error').map((one) => one.found)
  if (state === 'refused') emit('registration.refused', { ...about, reason: reason ?? '', detail })
  else if (state === 'held')
    emit('registration.held', { ...about, reason: reason ?? '', detail: detail.join('; ') })
  else if (state === 'waiting' && (reason === 'sheet' || reason === 'run'))
    emit('registration.waiting', { ...about, reason })
}
