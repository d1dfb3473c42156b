/**
 * The journal owns *whether*: what was seen, what is to be registered, what was tried and what came of it.
 *
 * Every call is one transaction, durable when it resolves; calls that arrive together share one commit. Calls are
 * asynchronous so that another store can stand behind them. It is the only truth: Redis can be rebuilt from it.
 */
import type { Answer, Json, LookUp, Reading, Receipt, Submission, Traits, Verdict } from '../handovers.ts'
import type { RunLink } from '../record/library.ts'
import type {
  PauseReason,
  Reason,
  RegistryState,
  RemoteIds,
  State,
  SubjectRef,
} from '../record/registration.ts'

/** What the scan knows of one path: its last look, and what that look gave. */
export type Artifact = {
  path: string
  root: string
  type: 'run-folder' | 'sheet'
  fingerprint: string
  /** Sheets: of the bytes last judged. */
  sha256: string | null
  /**
   * active: look again when its marks change, or every sweep. done: known and finished; looked at daily.
   * adopted: finished before we came, and left alone. gone: was there once.
   */
  status: 'active' | 'done' | 'adopted' | 'gone'
  reading: Reading
  /** ISO instants. */
  firstSeen: string
  changed: string
}

/** A registration as `ls` lists it. */
export type RegistrationRow = {
  id: string
  registry: string
  kind: string
  subject: SubjectRef
  revision: number
  state: State
  reason: Reason | null
  since: string
  nextTry: string | null
  attempts: number
  remoteIds: RemoteIds
}

/** One try on the wire, or one look-up, or a person's act on it. */
export type AttemptRow = {
  registration: string
  revision: number
  attempt: number
  purpose: 'send' | 'look-up'
  url: string
  bodyHash: string
  started: string
  ended: string | null
  /** Null while it is on the wire, or when the daemon died meanwhile. */
  outcome: string | null
  answer: Answer | null
  detail: string | null
}

export type EventRow = {
  at: string
  event: string
  registration: string | null
  registry: string | null
  who: string | null
  detail: Json
}

/** `show ID`: everything of one registration. */
export type RegistrationStory = {
  registration: RegistrationRow
  revisions: Array<RegistrationRow & { submission: Submission }>
  attempts: AttemptRow[]
  receipt: Receipt | null
  events: EventRow[]
}

/** What planning asks for one registration; `notBefore` is the end of its grace. */
export type Plan = { submission: Submission; traits: Traits; notBefore: string | null }

/** What happened to each plan, in order. */
export type Planned = {
  id: string
  revision: number
  state: State
  change: 'none' | 'new' | 'revised' | 'updated'
}

export type JournalReader = {
  registrations(filter?: {
    state?: State
    registry?: string
    since?: string
    everyRevision?: boolean
    paths?: string[]
  }): Promise<RegistrationRow[]>
  story(id: string): Promise<RegistrationStory | null>
  receipts(): Promise<Receipt[]>
  registries(): Promise<RegistryState[]>
  artifact(path: string): Promise<Artifact | null>
  artifacts(filter?: {
    root?: string
    status?: Artifact['status']
    type?: Artifact['type']
  }): Promise<Artifact[]>
  /** Fingerprints of everything known below a root, for the sweep. */
  known(root: string): Promise<Map<string, Pick<Artifact, 'fingerprint' | 'status' | 'type' | 'changed'>>>
  /** Run folders a link of a sheet points at; matching rules of the contract, section 9. */
  runsMatching(link: RunLink): Promise<Artifact[]>
  /** Run folders with this run id or sequencing UUID, to find one run in two folders. */
  runsSame(runId: string, sequencingUuid: string | null): Promise<Artifact[]>
  /** Sheets with a library that links to any of these names of a run, newest content first seen first. */
  sheetsLinking(names: RunLink[]): Promise<Artifact[]>
  /** Sheets that name this library or batch, newest content first seen first. */
  sheetsNaming(what: { library: string } | { batch: string }): Promise<Artifact[]>
  events(after: number): Promise<Array<EventRow & { sequence: number }>>
}

/** What may be done with an attempt that was armed. */
export type Armed = {
  submission: Submission
  revision: number
  attempt: number
  purpose: 'send' | 'look-up'
  earlierUnknown: boolean
}

/** How an attempt ended: a verdict on a complete answer, a look-up's result, or the wire's own end. */
export type Outcome =
  | { type: 'verdict'; verdict: Verdict; answer: Answer }
  | { type: 'look-up'; result: LookUp }
  | { type: 'not-sent'; detail: string }
  | { type: 'lost'; detail: string }
