/** What a sandbox is asked to be, and what one holds of it once it runs. */
import type { OAuthClient, RegistryOptions } from './emulated-registry.ts'
import type { FaultScript } from './faults.ts'
import type { SandboxKind } from './kinds.ts'
import type { SandboxLogEntry } from './log.ts'
import type { Json } from './python-json.ts'

export type SandboxOptions = Partial<Omit<RegistryOptions, 'oauth'>> & {
  /** 0, the default, takes a free one. */
  port?: number
  host?: '127.0.0.1' | '::1'
  faults?: FaultScript
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
