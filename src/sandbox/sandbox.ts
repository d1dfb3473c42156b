/** What a sandbox is asked to be, and what one holds of it once it runs. */
import type { OAuthClient } from './emulated-registry.ts'
import type { FaultScript } from './faults.ts'
import type { SandboxKind } from './kinds.ts'
import type { SandboxLogEntry } from './log.ts'
import type { Json } from './python-json.ts'

export type SandboxOptions = {
  /** 0, the default, takes a free one. */
  port?: number
  host?: '127.0.0.1' | '::1'
  /** Refuse everything the documents refuse; else only what the real servers were seen to refuse. */
  strict?: boolean
  faults?: FaultScript
  username?: string
  /** Majora's token, One Codex's API key and the webhook's signing secret. */
  token?: string
  /** Registered biosamples; absent: every id that does not begin with `UNKNOWN`. */
  biosamples?: readonly string[]
  /** Names compare as in that database, and its columns' lengths bind. */
  database?: 'mariadb' | 'sqlite'
  /** majora-2: how long a new run is there before anybody owns it. Its answer waits as long. */
  raceWindowMs?: number
  oauth?: Partial<OAuthClient>
  /** Commits are kept here, one JSON line each, and found again at the next start. */
  stateFile?: string
  now?: () => Date
}

export type SandboxState = { [kind in SandboxKind]: { [key: string]: Json } }

export type Sandbox = {
  /** Without a final slash. */
  url: string
  port: number
  /** What an operator writes as `url` for this kind. */
  urlOf(kind: SandboxKind): string
  log(): SandboxLogEntry[]
  state(): SandboxState
  /** Replaces the fault script; its counts begin anew. Throws for one that is not valid. */
  setFaults(script: FaultScript): void
  reset(): void
  /** Ends at once, open exchanges included. */
  close(): Promise<void>
}
