/** Tells what became of registrations, in the events everyone follows. */
import type { Emit } from '../events.ts'
import {
  type PauseReason,
  type Reason,
  type RemoteIds,
  type State,
  type SubjectRef,
  whence,
} from '../record/registration.ts'
import type { Wake } from './queue.ts'

/** What the journal says followed from one event. */
export type Transition = {
  changes: Array<{
    registration: string
    registry: string
    subject: SubjectRef
    revision: number
    attempts: number
    before: State | null
    state: State
    reason: Reason | null
    nextTry: string | null
    remoteIds: RemoteIds
    because: string | null
    who: string | null
  }>
  wakes: Wake[]
  paused: Array<{ registry: string; reason: PauseReason; detail: string }>
}

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
    if (who !== null) {
      emit('registration.resolved', { registration, state, who })
      continue
    }
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
          emit('registration.unknown', { registration, registry, attempt, because })
        break
      case 'superseded':
        emit('registration.superseded', { registration, registry, revision })
        break
      case 'queued':
        if (change.before === 'sending' || change.reason !== null)
          emit('registration.retrying', {
            ...{ registration, registry, attempt, because: because || reason, nextTry },
          })
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
