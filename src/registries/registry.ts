/** What a kind of registry must tell of itself to be registered at. A kind is a plain object, listed in `index.ts`. */
import type * as z from 'zod'
import type {
  Answer,
  LookUp,
  Mapped,
  Probe,
  RegistrySettings,
  Request,
  Subject,
  Submission,
  Traits,
  Verdict,
} from '../handovers.ts'
import type { Problem } from '../problems.ts'
import type { SubjectType } from '../record/registration.ts'
import type { InstrumentMake } from '../record/run.ts'
import type { Result } from '../result.ts'

export type Registry = {
  /** One sentence for people. */
  title: string
  /** Members of `auth` an operator must set, and `defaults` he may. */
  settings: { auth: z.ZodType; defaults: z.ZodType }
  /** What it can take. A run of another make is never sent there. */
  takes: { makes: readonly InstrumentMake[]; subjects: readonly SubjectType[] }
  /** Default of `graceSeconds`. */
  graceSeconds: number
  traits(type: SubjectType): Traits
  /**
   * The one request for a subject, or every problem that forbids it. Pure. `now` bounds times that may not lie in
   * the future. Problems name the field as the registry spells it in `found`, and where to give it in `fix`.
   */
  map(subject: Subject, settings: RegistrySettings, now: Date): Result<Mapped, Problem[]>
  /**
   * What a complete answer to this submission's request means. `earlierUnknown`: an attempt of exactly this request
   * went before whose outcome nobody knows.
   */
  judge(sent: Submission, answer: Answer, history: { earlierUnknown: boolean }): Verdict
  probe: { request(settings: RegistrySettings): Request; judge(answer: Answer): Probe }
  /** Asks whether it arrived: yields requests, is handed their answers. Null where the registry cannot be asked. */
  lookUp: ((sent: Submission, settings: RegistrySettings) => Generator<Request, LookUp, Answer>) | null
}
