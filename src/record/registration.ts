/**
 * A registration: one subject at one registry with exactly one request, and everything that can become of it.
 *
 * The words of `State`, `Reason` and the registry's state are the ones people and programs see; they are permanent.
 */
import { basename } from 'node:path'

export type SubjectType = 'run' | 'library' | 'batch'

export const STATES = [
  'waiting',
  'queued',
  'sending',
  'unknown',
  'registered',
  'refused',
  'held',
  'superseded',
  'abandoned',
] as const
export type State = (typeof STATES)[number]

type WaitingReason = 'run-completion' | 'sheet' | 'run' | 'grace' | 'previous-revision'
type RefusedReason = 'by-registry' | 'by-rule'
export type HeldReason =
  | 'unknown-outcome'
  | 'conflict'
  | 'amendment'
  | 'partial'
  | 'run-failed'
  | 'registry-fault'
/** Also `library NAME` while a prerequisite is missing at the registry. */
export type Reason = WaitingReason | RefusedReason | HeldReason | `library ${string}`

export type PauseReason = 'away' | 'credentials' | 'operator' | 'answers-changed'
export type RegistryState = {
  name: string
  state: 'open' | 'paused'
  reason: PauseReason | null
  since: string
}

/** What is registered. `key` is unique at its registry and never changes; `name` is what people call it. */
export type SubjectRef = {
  type: SubjectType
  key: string
  name: string
  library: string | null
  /** The run folder or the sheet it comes from; null where neither has come yet. */
  path: string | null
}

/** Where it comes from, by names on the disk alone: what stands in a sheet's cells is not for a log. */
export function whence({ type, path }: SubjectRef): { path: string | null; run?: string; sheet?: string } {
  if (path === null) return { path }
  const name = basename(path)
  return type === 'run' ? { run: name, path } : { sheet: name, path }
}

/** The registry's own identifiers, verbatim, by what they stand for (`run`, `library`, `batch`, `uri`, a biosample …). */
export type RemoteIds = Record<string, string>

/** What the registry gave back for one sample or tube. */
export type SampleReceipt = { sample: string; remoteId: string }
