/** What the journal and delivery hand each other: a registration, what happens to it, and what follows. */
import type { Json, Outcome, Submission, Traits } from './handovers.ts'
import type {
  PauseReason,
  Reason,
  RemoteIds,
  SampleReceipt,
  State,
  SubjectRef,
} from './record/registration.ts'

/** What planning asks for, as far as it decides. */
export type Asked = {
  /** Of the request without its secrets; null while there is none to send. */
  bodyHash: string | null
  traits: Traits
  waitingFor: Reason[]
  stop: Submission['stop']
  notBefore: string | null
  claims: string[]
  prerequisite: string | null
}

/**
 * One revision of a registration as the decision core sees it: everything that decides, nothing that is only shown.
 * Times are ISO instants.
 */
export type Revision = Asked & {
  revision: number
  state: State
  reason: Reason | null
  since: string
  /** When the next attempt is due; null: as soon as it may. */
  nextTry: string | null
  /** Counts the times a job was asked for, so that each has an id of its own. */
  wake: number
  /** Sends counted against it. */
  attempts: number
  /** Attempts recorded, look-ups and uncounted ones included: the number of the last. */
  lastAttempt: number
  onWire: { attempt: number; purpose: 'send' | 'look-up' } | null
  /** Some attempt went whose outcome nobody learnt. Stays true, for judging a repeat. */
  earlierUnknown: boolean
  /** The registry may have taken it, and neither it nor a person has said. */
  inDoubt: boolean
  /** After a restore: the registry, or a person, has said that it is not there. */
  absent?: boolean
  /** What a look-up that finds nothing ends in. */
  heldAs: 'unknown-outcome' | 'conflict'
  /** How far each ladder of waits was climbed. */
  steps: { backOff: number; race: number; prerequisite: number; lookUp: number }
  /** A person set the planned stop aside. */
  overruled: boolean
  /** Planning no longer asks for it. */
  withdrawn: boolean
  remoteIds: RemoteIds
}

/** One subject at one registry, with its revisions from the oldest to the newest. */
export type Registration = { id: string; registry: string; subject: SubjectRef; revisions: Revision[] }

/** A person's act on a registration. */
export type Act =
  | { retry: true }
  | { resolve: 'registered'; remoteId: string | null; reason: string | null }
  | { resolve: 'resend' | 'abandon'; reason: string }

/** What must hold beside the registration itself when an attempt is armed, read in the same transaction. */
export type Surroundings = {
  registryOpen: boolean
  /** Claims that belong to another registration at this registry, with what people call it. */
  claimed: Array<{ claim: string; by: string }>
  /** The library it needs: registered by us, on its way with us, or none of ours (so perhaps there already). */
  library: 'registered' | 'pending' | 'elsewhere'
  /** The journal was put back from a copy: what was sent after that was made is not in it. */
  restored: boolean
}

/** Everything that can happen to a registration. `random` is in [0, 1). */
export type DeliveryEvent =
  | { type: 'planned'; now: Date; asked: Asked }
  | { type: 'withdrawn'; now: Date }
  | { type: 'arm'; now: Date; revision: number; surroundings: Surroundings }
  | { type: 'settled'; now: Date; random: number; revision: number; attempt: number; outcome: Outcome }
  /** The daemon has started anew: what is on the wire has no answer and will get none. */
  | { type: 'restarted'; now: Date; random: number }
  /** The library it waits for has been registered, or is none of ours any more. */
  | { type: 'library-settled'; now: Date; library: string }
  | { type: 'acted'; now: Date; act: Act; who: string }

/** What the journal does in the same transaction, beside keeping the new state. */
export type Effect =
  | { do: 'planned'; revision: number; change: 'none' | 'new' | 'revised' | 'updated' }
  | { do: 'begin-attempt'; revision: number; attempt: number; purpose: 'send' | 'look-up' }
  | { do: 'end-attempt'; revision: number; attempt: number; outcome: string; detail: string | null }
  | { do: 'claim'; claims: string[] }
  | { do: 'release-claims' }
  | { do: 'receipt'; revision: number; remoteIds: RemoteIds; samples: SampleReceipt[] }
  | { do: 'pause-registry'; reason: PauseReason; detail: string }
  /** Runs that wait for this library may go on. */
  | { do: 'library-settled'; library: string }
  /** An act that cannot be done, and why. */
  | { do: 'decline'; why: string }
  | { do: 'note'; event: string; revision: number; who: string | null; detail: Json }

export type Decide = (
  registration: Registration,
  event: DeliveryEvent,
) => { registration: Registration; effects: Effect[] }

/** A job that is due at `at` (null: now). `wake` counts the registration's jobs, so that each has an id of its own. */
export type Wake = { id: string; registry: string; revision: number; wake: number; at: string | null }

/** What became of one revision in a transaction. */
type Change = {
  registration: string
  registry: string
  subject: SubjectRef
  revision: number
  /** Sends counted so far. */
  attempts: number
  before: State | null
  state: State
  reason: Reason | null
  nextTry: string | null
  remoteIds: RemoteIds
  /** Why, in words for people. */
  because: string | null
  who: string | null
}

/** Everything that followed from one event: what changed, what is to be done when, and what was paused. */
export type Transition = {
  changes: Change[]
  wakes: Wake[]
  paused: Array<{ registry: string; reason: PauseReason; detail: string }>
  /** Why a person's act could not be done; null when it was. */
  declined: string | null
}

/** What may be done with an attempt that was armed. */
export type Armed = {
  submission: Submission
  traits: Traits
  revision: number
  attempt: number
  purpose: 'send' | 'look-up'
  earlierUnknown: boolean
}

/** Whether an attempt may begin. `later`: a job came before its time. `paused`: the registry is. `no`: nothing is due. */
export type Arming =
  | { may: 'begin'; armed: Armed; transition: Transition }
  | { may: 'later'; at: string; transition: Transition }
  | { may: 'paused' | 'no'; transition: Transition }
