/** What the sandbox keeps in writing: every request, every commit, every fault and every answer, each its own entry. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { FaultDoing } from './faults.ts'
import type { SandboxKind } from './kinds.ts'
import type { Json } from './python-json.ts'

/** One thing made durable, whatever the sender was told of it. `payload` is what was sent, without credentials. */
export type Commit = {
  kind: SandboxKind
  type: 'library' | 'run' | 'batch' | 'event'
  /**
   * `created` is a registration; `updated` changed an earlier one. `poisoned` left a run nobody owns, `unlinked` a run that
   * no library has: neither is a registration.
   */
  effect: 'created' | 'updated' | 'poisoned' | 'unlinked'
  /** The registry's own identifier. */
  id: string
  /** library_name, run_name or sequencing_id, batch_name, or the event's id. */
  name: string
  /** What tells it from others: names, ids, tube barcodes. */
  identity: { [key: string]: Json }
  payload: { [key: string]: Json }
}

type RequestEntry = {
  entry: 'request'
  kind: SandboxKind
  method: string
  path: string
  headers: { [name: string]: string }
  /** Bytes of the body that arrived; `complete` says whether that was all of it. */
  bytes: number
  complete: boolean
  body: Json
}

export type SandboxLogEntry = { seq: number; at: string } & (
  | RequestEntry
  | ({ entry: 'commit'; request: number } & Commit)
  | { entry: 'fault'; request: number | null; rule: number; fault: FaultDoing }
  /** `outcome`: how much of the answer left. */
  | {
      entry: 'answer'
      request: number
      status: number | null
      bytes: number
      outcome: 'whole' | 'cut' | 'none'
    }
  | { entry: 'reset' }
)

type WithoutPlace<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never

export type SandboxLog = {
  entries(): SandboxLogEntry[]
  /** Gives back the entry's place in the sequence. */
  add(entry: WithoutPlace<SandboxLogEntry>): number
  /** Commits an earlier process left in the file, oldest first. */
  earlier: Array<Commit & { at: string }>
  /** Forgets every commit, in the file too. The sequence goes on, so that no identifier comes twice. */
  reset(): void
}

/**
 * `stateFile` holds the commits as JSON lines, written before the call that commits returns, so that a sandbox that was
 * killed has them still. A last line that a kill cut short is left out.
 */
export function openLog(stateFile: string | null, now: () => Date): SandboxLog {
  const kept = stateFile !== null && existsSync(stateFile) ? commitsOf(readFileSync(stateFile, 'utf8')) : []
  let entries: SandboxLogEntry[] = kept.map((line) => ({ entry: 'commit' as const, ...line }))
  let seq = kept.at(-1)?.seq ?? 0
  if (stateFile !== null) writeFileSync(stateFile, kept.map((line) => `${JSON.stringify(line)}\n`).join(''))

  return {
    entries: () => entries.slice(),
    earlier: kept,
    add(entry) {
      seq += 1
      const placed = { seq, at: now().toISOString(), ...entry }
      entries.push(placed)
      if (placed.entry === 'commit' && stateFile !== null) {
        const { entry: _, ...line } = placed
        appendFileSync(stateFile, `${JSON.stringify(line)}\n`)
      }
      return seq
    },
    reset() {
      entries = []
      if (stateFile !== null) writeFileSync(stateFile, '')
      this.add({ entry: 'reset' })
    },
  }
}

type KeptCommit = { seq: number; at: string; request: number } & Commit

function commitsOf(text: string): KeptCommit[] {
  const commits: KeptCommit[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      commits.push(JSON.parse(line))
    } catch {
      break
    }
  }
  return commits
}
