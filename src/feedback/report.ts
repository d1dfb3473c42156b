/** What a person is told beside the sheet they dropped. */
import type { Problem } from '../problems.ts'
import type { Reason, RemoteIds, State, SubjectRef } from '../record/registration.ts'

/** received: its copy has not ended. partly: some of it is registered, some needs a person. */
export type SheetState = 'received' | 'waiting' | 'done' | 'needs-fixing' | 'partly'

/** A registration as `ls` lists it. */
export type ReportedRegistration = {
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
  registrations: ReportedRegistration[]
  problems: Problem[]
  /** What the registries themselves said, by registration id. */
  said?: ReadonlyMap<string, readonly string[]>
}
