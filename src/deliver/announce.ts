/** Tells what became of registrations, in the events everyone follows; what a person did is told by `acts.ts`. */
import type { Transition } from '../decision.ts'
import type { Emit } from '../events.ts'
import type { Submission } from '../handovers.ts'
import { type Reason, type State, whence } from '../record/registration.ts'

/** What is told of an attempt beside what became of it. */
export type Told = { tookMs: number; adopted: boolean }

export function announce(
  emit: Emit,
  { changes, paused }: Transition,
  told: Told = { tookMs: 0, adopted: false },
): void {
  for (const change of changes) if (change.who === null) announceChange(emit, change, told)
  for (const pause of paused) emit('registry.paused', pause)
}

function announceChange(emit: Emit, change: Transition['changes'][number], { tookMs, adopted }: Told): void {
  const { registration, registry, attempts: attempt, revision, state, before, remoteIds, nextTry } = change
  const subject = change.subject.name
  const reason = change.reason ?? ''
  const because = change.because ?? ''
  const about = { registration, registry, ...whence(change.subject) }
  switch (state) {
    case 'sending':
      emit('registration.sending', { ...about, subject, attempt })
      break
    case 'registered':
      emit('registration.registered', { ...about, subject, attempt, adopted, remoteIds, tookMs })
      break
    case 'refused':
      emit('registration.refused', { ...about, subject, reason, detail: because.split('\n') })
      break
    case 'held':
      emit('registration.held', { ...about, subject, reason, detail: because })
      break
    case 'unknown':
      if (before !== 'unknown') emit('registration.unknown', { ...about, attempt, because })
      break
    case 'superseded':
      emit('registration.superseded', { ...about, revision })
      break
    case 'queued':
      if (before === 'sending')
        emit('registration.retrying', { ...about, attempt, because: because || reason, nextTry })
      else if (change.reason !== null) emit('registration.waiting', { ...about, subject, reason: 'library' })
      break
    case 'waiting':
    case 'abandoned':
      break
    default:
      state satisfies never
  }
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
