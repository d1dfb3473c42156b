/** A registry as delivery sees it: where it is, how fast it may be asked, and what its kind makes of answers. */
import type { Answer, LookUp, Probe, RegistrySettings, Request, Submission, Verdict } from '../handovers.ts'

export type SecretName = 'token' | 'bearer' | 'signature'

export type Destination = {
  name: string
  kind: string
  /** Without a final slash; requests bring the path that follows. */
  url: string
  limits: { concurrency: number; perSecond: number; timeoutSeconds: number }
  settings: RegistrySettings
  judge(sent: Submission, answer: Answer, history: { earlierUnknown: boolean }): Verdict
  probe: { request(settings: RegistrySettings): Request; judge(answer: Answer): Probe }
  /** Null where the registry cannot be asked. */
  lookUp: ((sent: Submission, settings: RegistrySettings) => Generator<Request, LookUp, Answer>) | null
  /** A secret's text, fresh at each call; rejects when it cannot be had. */
  secrets(which: SecretName): Promise<string>
}
