/** What the windows of a running daemon look at: the journal's reading side, a person's acts, and how it is. */
import type { Act } from '../decision.ts'
import type { Herald } from '../events.ts'
import type { JournalReader } from '../journal/journal.ts'
import type { RegistryState } from '../record/registration.ts'
import type { Health } from './health.ts'

export type View = {
  version: string
  site: string
  /** The zone in which people here read times. */
  timeZone: string
  journal: JournalReader
  /** `title` is what the kind of a registry is called. */
  registries(): Promise<Array<RegistryState & { kind: string; title: string }>>
  /** A person's act; the text is why it cannot be done. */
  act(id: string, act: Act, who: string): Promise<string | null>
  /** Holds or releases a registry; the text is why it cannot be done. */
  setPaused(registry: string, paused: boolean, who: string): Promise<string | null>
  health(): Promise<Health>
  herald: Herald
}
