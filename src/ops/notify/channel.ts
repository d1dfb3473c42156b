/** What is told to people who do not look, and a way to tell it. */

/** How things stand. `id` is the same as long as nothing else is to be told. */
export type News = {
  id: string
  at: Date
  site: string
  held: number
  refused: number
  /** Registries that do not take our credentials. */
  lockedOut: number
  /** Reasons for which the daemon is not ready. */
  broken: number
  page: string
  /** Of the newest registrations that need a person, each its own page. */
  links: string[]
}

/** Resolves with what went wrong; null when the message was taken. */
export type Channel = { name: 'mail' | 'webhook'; send(news: News): Promise<string | null> }
