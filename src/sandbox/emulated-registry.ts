/** What a kind of emulated registry is to the server, and what the server hands it for one exchange. */
import { createHash } from 'node:crypto'
import type { FaultDoing } from './faults.ts'
import type { Commit } from './log.ts'
import type { Json } from './python-json.ts'

/** `delayMs`: the registry itself takes that long after its commit. */
export type Answer = {
  status: number
  headers: { [name: string]: string }
  body: string | Uint8Array
  delayMs?: number
}

/** One request that has arrived whole. Path and query follow the kind's own prefix. */
export type Exchange = {
  method: string
  path: string
  query: URLSearchParams
  headers: { [name: string]: string | string[] | undefined }
  body: Uint8Array
  /** The prefix under which this kind answers: its absolute links begin with it. */
  prefix: string
  now: Date
  /** A fault that only the kind itself can play: a race, a database word, a commit that stops half way. */
  fault: FaultDoing | null
  /** Makes it durable, at once and for good. Throws a DatabaseFault where the fault says the database will not. */
  commit(commit: Omit<Commit, 'kind'>): void
  /** A fresh identifier of the registry's own; the label keeps those of one commit apart. */
  newId(label: string): string
}

export type EmulatedRegistry = {
  /** Takes up one commit: just made, or read back from the commit log. */
  apply(commit: Commit, at: Date): void
  answer(exchange: Exchange): Answer
  /** What the registry says to credentials it does not know. */
  credentialsRefused(): Answer
  state(): { [key: string]: Json }
  /** Forgets everything committed. */
  clear(): void
}

export type RegistryOptions = {
  /** Refuse everything the documents refuse; else only what the real servers were seen to refuse. */
  strict: boolean
  username: string
  /** Majora's token, One Codex's API key and the webhook's signing secret. */
  token: string
  /** Biosamples that are registered; null: all but those whose id begins with `UNKNOWN`. */
  biosamples: readonly string[] | null
  /** Names compare as in that database, and its columns' lengths bind. */
  database: 'mariadb' | 'sqlite'
  /** majora-2: how long a new run is there before anybody owns it. Its answer waits as long. */
  raceWindowMs: number
  oauth: OAuthClient
}

export type OAuthClient = { clientId: string; clientSecret: string; refreshToken: string; scope: string }

/** The database under a registry said no, in its own words. */
export class DatabaseFault extends Error {}

export const jsonAnswer = (status: number, body: Json): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

/** A UUID that is the same for the same label: a sandbox started anew gives the same ids in the same order. */
export function uuidOf(label: string): string {
  const hex = createHash('sha256').update(label).digest('hex')
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
