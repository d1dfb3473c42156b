/** What the windows of a running daemon look at: the journal's reading side, a person's acts, and how it is. */
import type { Herald } from '../events.ts'
import type { Act } from '../handovers.ts'
import type { EventRow, RegistrationRow, RegistrationStory } from '../journal/journal.ts'
import type { RegistryState } from '../record/registration.ts'

export type Readiness = { ready: boolean; reasons: Array<{ code: string; detail: string }> }

export type View = {
  version: string
  site: string
  registrations(filter?: {
    state?: RegistrationRow['state']
    everyRevision?: boolean
  }): Promise<RegistrationRow[]>
  story(id: string): Promise<RegistrationStory | null>
  registries(): Promise<Array<RegistryState & { kind: string; title: string }>>
  events(after: number): Promise<Array<EventRow & { sequence: number }>>
  /** A person's act; the text is why it cannot be done. */
  act(id: string, act: Act, who: string): Promise<string | null>
  readiness(): Readiness
  herald: Herald
}
