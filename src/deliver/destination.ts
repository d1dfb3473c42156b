/** A registry as delivery sees it: where it is, how fast it may be asked, and what its kind makes of answers. */
import type { Answer, LookUp, Probe, Request, Submission, Verdict } from '../handovers.ts'

export type SecretName = 'token' | 'bearer' | 'signature'

/** What the kind's own functions want to know of the configuration. */
type Settings = {
  name: string
  url: string
  username: string | null
  oauth: boolean
  defaults: Record<string, string>
  endTimeFromMtime: boolean
}

export type Destination = {
  name: string
  kind: string
  /** Without a final slash; requests bring the path that follows. */
  url: string
  limits: { concurrency: number; perSecond: number; timeoutSeconds: number }
  settings: Settings
  judge(sent: Submission, answer: Answer, history: { earlierUnknown: boolean }): Verdict
  probe: { request(settings: Settings): Request; judge(answer: Answer): Probe }
  /** Null where the registry cannot be asked. */
  lookUp: ((sent: Submission, settings: Settings) => Generator<Request, LookUp, Answer>) | null
  /** A secret's text, fresh at each call; rejects when it cannot be had. */
  secrets(which: SecretName): Promise<string>
}
