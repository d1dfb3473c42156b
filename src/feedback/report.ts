/** What a person is told beside the sheet they dropped. */
import type { SheetFormatName } from '../handovers.ts'
import type { Problem } from '../problems.ts'
import type { PauseReason, Reason, RemoteIds, State, SubjectRef } from '../record/registration.ts'

/** received: its copy has not ended. partly: some of it is registered or on its way, some needs a person. */
export type SheetState = 'received' | 'waiting' | 'done' | 'needs-fixing' | 'partly'

/** A registration as `ls` lists it. */
export type ReportedRegistration = {
  id: string
  registry: string
  kind: string
  subject: Omit<SubjectRef, 'key'>
  revision: number
  state: State
  reason: Reason | null
  since: string
  nextTry: string | null
  attempts: number
  remoteIds: RemoteIds
}

/**
 * What became of one library or batch of the sheet, its runs included.
 *
 * registered: all of it. under-way: nobody needs to do anything. blocked: errors stand in it, and nothing of it is
 * sent. attention: something was refused, or only a person can decide. unwanted: no registry takes it. replaced: a
 * newer sheet speaks of it and counts. ended: a person gave it up.
 */
export type Outcome = 'registered' | 'under-way' | 'blocked' | 'attention' | 'unwanted' | 'replaced' | 'ended'

export type ReportedSubject = {
  type: 'library' | 'batch'
  name: string
  /** Rows of the sheet it stands in. */
  rows: number[]
  /** Biosamples, or tubes. */
  samples: number
  outcome: Outcome
  /** How much of it has left for a registry, as this sheet has it. */
  sent: 'all' | 'part' | 'none'
  registrations: ReportedRegistration[]
}

export type SheetReport = {
  /** The drop folder; the report lies in its `_status/`. */
  folder: string
  /** The sheet's whole file name, without a folder. */
  file: string
  /** Null while its bytes have not been read. */
  sha256: string | null
  state: SheetState
  /** Has anything of this sheet left for a registry? */
  sent: boolean
  /** What it was read as, and how many biosamples, tubes or samples it holds; null where it was not read. */
  about: { format: SheetFormatName; samples: number } | null
  subjects: ReportedSubject[]
  /** Registrations that an earlier version of the sheet asked for and this one does not. */
  earlier: ReportedRegistration[]
  problems: Problem[]
  /** What the registries themselves said, by registration id. */
  said: ReadonlyMap<string, readonly string[]>
  /** Registries that take nothing for now, and why. */
  paused: ReadonlyMap<string, PauseReason>
  /** The sheet of the same content that was dropped before, and when, ISO. */
  sameAs: { file: string; since: string } | null
  /** When it was last saved again without a change, ISO. */
  savedAgain: string | null
  /** Where it was put; null while it lies where it was dropped. */
  liesIn: 'done' | 'needs-fixing' | null
  /** The name it has there, where that is known to be another. */
  liesAs?: string
  /** When this was known, ISO. */
  at: string
  /** IANA zone in which times are shown; null: UTC. */
  timeZone: string | null
}
