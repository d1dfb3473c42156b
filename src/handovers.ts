/**
 * The values handed from stage to stage, in the order of the flow:
 *
 *   discover → Found → read → Reading → record → Subject → map → Submission → deliver → Verdict → journal → Receipt
 *
 * Reading this file is reading the data flow, as `pipeline.ts` is reading the order. What a registration is while it is
 * delivered, and what may happen to it, stands in `decision.ts`.
 */
import type { Column, Problem } from './problems.ts'
import type { Batch, Library } from './record/library.ts'
import type { PauseReason, Reason, RemoteIds, SampleReceipt, SubjectRef } from './record/registration.ts'
import type { RunReading, RunRecord } from './record/run.ts'
import type { Result } from './result.ts'

// ── discover ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Something in a watched root worth a look: a run folder that a make recognised, or a sheet that has settled. */
export type Found = {
  root: string
  path: string
  type: 'run-folder' | 'sheet'
  /** Changes whenever a mark of the folder, or the sheet, changes: names, sizes, times and inodes, hashed. */
  fingerprint: string
  /** Modification time of the newest mark, ISO. */
  modified: string
  /** Since when nothing has changed, ISO: as we saw it, or as the file system's own clock tells where that can be trusted. */
  quietSince: string
  /** Nothing among the marks has changed for the root's settle time. */
  settled: boolean
}

// ── read ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Why bytes could not be had. `absent` is no fault; the others are shown to a person. */
export type ReadFault = {
  why: 'absent' | 'too-large' | 'not-a-file' | 'outside-root' | 'unreadable'
  detail: string
}

/**
 * A run folder as a reader sees it: names first, bytes only of the few files asked for.
 *
 * Paths are relative to the folder, with `/`. Junk names (AppleDouble, rsync temporaries, office locks) are left out.
 * Nothing here follows a link out of the folder. Synchronous: it is used in a reader thread, or on memory in tests.
 */
export type RunFolder = {
  /** The folder's own name. */
  name: string
  /** Names in the folder, sorted; folders among them end in `/`. */
  names: readonly string[]
  /** Names in a folder below, as `names`; empty where there is none. At most 10,000, or `most`: whichever come first. */
  list(path: string, most?: number): readonly string[]
  read(path: string, limit: { maxBytes: number }): Result<Uint8Array, ReadFault>
  /** Modification time of a file; null when it is not there. */
  modified(path: string): Date | null
}

export type SheetFormatName =
  | 'registration'
  | 'onecodex-batch'
  | 'illumina-v1'
  | 'illumina-v2'
  | 'casava'
  | 'minknow'

/** Everything one look at one sheet gives. Libraries and batches with an error of their own are in it, marked. */
export type SheetReading = {
  format: SheetFormatName
  /** As the sheet tells it (`4`, `2`); null where it does not. */
  version: string | null
  /** Distinct samples, biosamples or tubes. */
  samples: number
  /** Data rows that hold one. */
  rows: number
  /** No error, whatever became of its severity: an instrument's sheet is judged by the instrument's own rules. */
  valid: boolean
  experimentName: string | null
  libraries: Array<Library & { blocked: boolean }>
  batches: Array<Batch & { blocked: boolean }>
  problems: Problem[]
  /** Where each known column stands, by its official name; absent where the format has no such columns. */
  columns?: Record<string, Column>
  /** The whole file is blocked: a problem of severity error concerns it all. */
  blocked: boolean
  /** What the sheet in a run folder tells the instrument to keep apart; absent in other sheets and formats. */
  sequenced?: SequencedSample[]
}

/** A sample as an instrument's sheet has it: every name it goes by there, and its index or barcode, null for none or several. */
export type SequencedSample = { names: string[]; barcode: string | null; rows: number[] }

export type RunFolderReading = {
  kind: 'run-folder'
  recognisedAs: string
  reading: RunReading
  sheet: SheetReading | null
  sheetFile: string | null
}

/** What one path turned out to be. `sha256` is of a sheet's bytes. */
export type Reading =
  | RunFolderReading
  | { kind: 'sample-sheet'; recognisedAs: SheetFormatName; reading: SheetReading; sha256: string }
  | { kind: 'unrecognised'; problems: Problem[]; sha256: string | null }

// ── record ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is to be registered. A run always comes with its library: whole where a sheet gave it, else by name alone. */
export type Subject =
  | { type: 'library'; library: Library }
  | { type: 'run'; run: RunRecord; libraryName: string; library: Library | null }
  | { type: 'batch'; batch: Batch }

// ── map ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * One HTTP request, without its secrets: where one belongs stands `***`, and `secrets` says which.
 * `path` follows the registry's `url`; a query is part of it.
 */
export type Request = {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body: Json
  secrets: SecretPlace[]
}

/**
 * A place for a secret: a top-level member of the body, or a header.
 * `secret` is `token` (the token file's text), `bearer` (an OAuth access token) or `signature` (Standard Webhooks: the
 * HMAC over id, time and body; the headers `webhook-id`, the registration's id, and `webhook-timestamp` go with it).
 */
type SecretPlace = { in: 'body' | 'header'; name: string; secret: 'token' | 'bearer' | 'signature' }

/** What the configuration says of one registry, as far as a kind may see it. Secrets are not in it. */
export type RegistrySettings = {
  name: string
  url: string
  /** Majora: the account's name; null where the kind has none. */
  username: string | null
  /** Majora 2 with OAuth2: the body says so, and the header carries the access token. */
  oauth: boolean
  defaults: Record<string, string>
  endTimeFromMtime: boolean
}

/** What a registry kind makes of a subject: the request, and what a person may want to know about it. */
export type Mapped = {
  request: Request
  /** Tube barcodes: each may be claimed once per registry, for ever. */
  claims: string[]
  /** Library that must be registered there first; null where nothing must. */
  prerequisite: string | null
  warnings: Problem[]
}

/** One subject on its way to one registry: what a registration will be made of. */
export type Submission = {
  id: string
  registry: string
  kind: string
  subject: SubjectRef
  /** Null while it cannot be made: something is awaited, or a rule forbids it. */
  mapped: Mapped | null
  /** What it waits for before it may be queued; empty when it may. */
  waitingFor: Reason[]
  /** A state it goes straight to instead: `refused` by-rule, or `held` for a person. */
  stop: { state: 'refused' | 'held'; reason: Reason } | null
  problems: Problem[]
  /** What a person is shown: the facts, and where they came from. */
  facts: Json
}

/** What planning asks for one registration; `notBefore` is the end of its grace, null where there is none. */
export type Plan = { submission: Submission; traits: Traits; notBefore: string | null }

// ── deliver ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A complete HTTP answer. Header names in lower case; the body cut at 64 KiB for keeping, whole for judging. */
export type Answer = { status: number; headers: Record<string, string>; body: string }

/** What a registry kind says of itself, per type of subject. */
export type Traits = {
  /** A repeat of the same request ends in one registration: resent after a lost answer. */
  repeatable: boolean
  /** The registry can be asked whether it arrived: looked up after a lost answer, never blindly resent. */
  askable: boolean
  /** 503 means that nothing was taken. */
  busyIsSafe: boolean
  /** A newer revision may be sent after registration and takes the older one's place. */
  corrects: boolean
}

/** What a complete answer means. Everything that ends without one is judged by `deliver/`, not by a registry kind. */
export type Verdict =
  | { is: 'accepted'; adopted: boolean; remoteIds: RemoteIds; samples: SampleReceipt[]; notes: string[] }
  | { is: 'refused'; reasons: string[] }
  | {
      is: 'try-later'
      because: 'busy' | 'race' | 'prerequisite'
      detail: string
      library?: string
      afterSeconds?: number
    }
  | { is: 'look-up'; detail: string }
  | { is: 'partial'; committed: string[]; missing: string[]; remoteIds: RemoteIds }
  | { is: 'conflict'; detail: string }
  | { is: 'unknown'; detail: string; pause: PauseReason | null }
  | { is: 'pause'; reason: PauseReason; detail: string }

/** What a look-up found after a lost answer. */
export type LookUp =
  | { is: 'found'; remoteIds: RemoteIds; samples: SampleReceipt[] }
  | { is: 'not-found' }
  | { is: 'conflict'; detail: string }
  | { is: 'unclear'; detail: string }

/** What a probe of a paused registry says. */
export type Probe = { is: 'open' } | { is: 'closed'; reason: PauseReason; detail: string }

/** How an attempt ended: a verdict on a complete answer, a look-up's result, or the wire's own end. */
export type Outcome =
  | { type: 'verdict'; verdict: Verdict; answer: Answer }
  | { type: 'look-up'; result: LookUp }
  /** Not one byte left. `pause` is why the registry is then paused: it is away, or our own credentials are. */
  | { type: 'not-sent'; detail: string; pause: PauseReason }
  | { type: 'lost'; detail: string }

// ── journal ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a registry gave back for one registration. */
export type Receipt = {
  registration: string
  registry: string
  kind: string
  subject: SubjectRef
  remoteIds: RemoteIds
  samples: SampleReceipt[]
  at: string
}
