/**
 * The journal owns *whether*: what was seen, what is to be registered, what was tried and what came of it.
 *
 * Every call is one transaction, durable when it resolves; calls that arrive together share one commit. Calls are
 * asynchronous so that another store can stand behind them. It is the only truth: Redis can be rebuilt from it.
 */
import type { Act, Arming, Transition, Wake } from '../decision.ts'
import type { Answer, Json, Outcome, Plan, Reading, Receipt, Submission } from '../handovers.ts'
import type { Problem } from '../problems.ts'
import type { RunLink } from '../record/library.ts'
import type {
  PauseReason,
  Reason,
  RegistryState,
  RemoteIds,
  State,
  SubjectRef,
} from '../record/registration.ts'
import type { RunFacts, RunStatus } from '../record/run.ts'

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
  /**
   * Sheets: in which place their content came, by a count that never goes back, as clocks do. Those that lay there
   * together share one.
   */
  arrival?: number
  /** Sheets: modification time of the file, ISO; it orders those that lay there together. */
  modified?: string
}

export type KnownArtifact = Pick<Artifact, 'fingerprint' | 'sha256' | 'status' | 'type' | 'changed'>

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

/** How many newest revisions stand in one state at one registry, and since when the longest of them does. */
export type Count = { registry: string; state: State; reason: Reason | null; count: number; oldest: string }

/**
 * Why a registration stands as it does: the words of its last event, and the first problems of its newest submission.
 * `sendable`: there is a request that could be sent.
 */
export type Grounds = { because: string | null; problems: Problem[]; sendable: boolean }

/** A run folder as a timeline shows it, with what it asks for at registries. */
export type RunSpan = {
  path: string
  status: Artifact['status']
  /** How far its own evidence says it is. */
  state: RunStatus
  ended: boolean
  run: Pick<
    RunFacts,
    | 'runId'
    | 'folderName'
    | 'instrumentMake'
    | 'instrumentModel'
    | 'instrumentSerial'
    | 'position'
    | 'flowcellId'
    | 'experimentName'
    | 'start'
    | 'end'
  >
  firstSeen: string
  changed: string
  registrations: Array<Pick<RegistrationRow, 'id' | 'registry' | 'state' | 'reason' | 'since'>>
  /** When the first sheet with a library of it was seen; null while there is none. */
  sheetSeen: string | null
}

/** What happened to each plan, in order. */
export type Planned = {
  id: string
  revision: number
  state: State
  reason: Reason | null
  change: 'none' | 'new' | 'revised' | 'updated'
}

export type JournalReader = {
  registrations(filter?: {
    state?: State
    registry?: string
    since?: string
    everyRevision?: boolean
    paths?: string[]
    ids?: string[]
  }): Promise<RegistrationRow[]>
  story(id: string): Promise<RegistrationStory | null>
  receipts(): Promise<Receipt[]>
  /** Registrations that have claimed any of these at a registry, or will when they are sent, each as it was last planned. */
  claimants(registry: string, claims: string[]): Promise<Array<{ claim: string; submission: Submission }>>
  counts(): Promise<Count[]>
  /** The newest revisions in one state, those that stand longest first unless `latestFirst`. */
  standing(wanted: {
    state: State
    reason?: Reason
    latestFirst?: boolean
    limit: number
  }): Promise<RegistrationRow[]>
  grounds(ids: string[]): Promise<Map<string, Grounds>>
  /** Run folders that ended, started or, where they tell neither, were found after `since`; the latest first. */
  runsSince(since: string, limit: number): Promise<RunSpan[]>
  registries(): Promise<RegistryState[]>
  artifact(path: string): Promise<Artifact | null>
  artifacts(filter?: {
    root?: string
    status?: Artifact['status']
    type?: Artifact['type']
  }): Promise<Artifact[]>
  /** What tells each known path below a root from a changed one, for the sweep. What is saved later shows in it. */
  known(root: string): Promise<ReadonlyMap<string, KnownArtifact>>
  /** Run folders a link of a sheet points at; matching rules of the contract, section 9. */
  runsMatching(link: RunLink): Promise<Artifact[]>
  /** Run folders with this run id or sequencing UUID, to find one run in two folders. */
  runsSame(runId: string, sequencingUuid: string | null): Promise<Artifact[]>
  /** Sheets with a library that links to any of these names of a run, latest arrival first. */
  sheetsLinking(names: RunLink[]): Promise<Artifact[]>
  /** Sheets that name this library or batch, latest arrival first. */
  sheetsNaming(what: { library: string } | { batch: string }): Promise<Artifact[]>
  /** Sheets of exactly these bytes. */
  sheetsSame(sha256: string): Promise<Artifact[]>
  /** The oldest thousand after a sequence number. */
  events(after: number): Promise<Array<EventRow & { sequence: number }>>
  /** The highest sequence number of any event; 0 where there is none. */
  lastEvent(): Promise<number>
  /** The highest arrival of any sheet; 0 where none has come. */
  lastArrival(): Promise<number>
  /** When a root was first scanned to its end; null while it was not. */
  rootFirstScan(root: string): Promise<string | null>
}

/** A sheet that was put away, known by its bytes; one that was not read to its end by what the scan saw of it. */
export type SheetMove = { from: string; to: string } & ({ sha256: string } | { fingerprint: string })

/** The writing side: each call is one transaction. */
export type JournalWriter = {
  /** A run that is to be left alone, and was taken up meanwhile by a person in another process, stays as it is. */
  saveArtifact(artifact: Artifact): Promise<void>
  /** A sheet was put away: it goes on counting under its new path. False where another is known there by now. */
  moveArtifact(move: SheetMove): Promise<boolean>
  /**
   * Takes over what planning asks for, in order. In the same transaction `withdrawn` is withdrawn first, and `done`,
   * which was kept as active, is marked as what needs no more planning. What stands behind a run of `leftAlone` that was
   * taken up meanwhile stays.
   */
  plan(
    plans: Plan[],
    now: Date,
    along?: { withdrawn: string[]; done: Artifact[]; leftAlone: Artifact[] },
  ): Promise<Planned[]>
  /** Placeholders planning no longer asks for. What was ever sent stays. */
  withdraw(ids: string[], now: Date): Promise<void>
  /** Records an attempt before its first byte, or says why there must be none. `url` is the registry's. */
  arm(request: { id: string; revision: number; url: string }, now: Date): Promise<Arming>
  /** Records how it ended. The answer comes without secrets; it is cut to 64 KiB. */
  settle(
    attempt: { id: string; revision: number; attempt: number },
    outcome: Outcome,
    now: Date,
  ): Promise<Transition>
  /** At start: attempts without an answer become unknown. */
  recover(now: Date): Promise<Transition>
  /**
   * Everything at open registries that is due by `until`, so that each has a job. What is due after `doubtful`, and is
   * no grace, was put off by a clock that has been set back since: it is due now.
   */
  due(until: Date, doubtful: Date): Promise<Wake[]>
  /** The jobs that these registrations want, whenever they are due. */
  wakes(ids: string[]): Promise<Wake[]>
  /** Has another process written since this was last asked? */
  changedElsewhere(): Promise<boolean>
  /** Makes registries known, open, unless they are. */
  knowRegistries(names: string[], now: Date): Promise<void>
  /** True when this paused it: an operator's pause stays as it is, and gives way to nothing. `who`: the operator. */
  pauseRegistry(name: string, reason: PauseReason, detail: string, now: Date, who?: string): Promise<boolean>
  /** True when it was paused. With `by: 'probe'` an operator's pause stays. `who`: the operator. */
  openRegistry(name: string, by: 'probe' | 'operator', now: Date, who?: string): Promise<boolean>
  act(id: string, act: Act, who: string, now: Date): Promise<Transition>
  note(event: Omit<EventRow, 'at'>, now: Date): Promise<void>
  /** A root was scanned to its end; true the first time. */
  rootScanned(root: string, now: Date): Promise<boolean>
  getMeta(key: string): Promise<string | null>
  setMeta(key: string, value: string): Promise<void>
  /** A consistent copy, made while others go on; the file appears when it is whole. */
  backup(file: string): Promise<void>
  close(): Promise<void>
}

export type Journal = JournalReader & JournalWriter
