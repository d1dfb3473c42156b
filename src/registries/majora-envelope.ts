/** The envelope in which every Majora answers: read once, and told apart from all that is not Majora's. */
import * as z from 'zod'
import { parseJson } from '../formats/json.ts'
import type { Answer, RegistrySettings, Request, Verdict } from '../handovers.ts'
import { err, ok, type Result } from '../result.ts'
import { judgeStatus, notTheRegistrys, probed } from './http-answer.ts'
import type { Registry } from './registry.ts'

/** What Majora says in words: of one field of the request, or (field null) of the whole, or of its database. */
type Message = { field: string | null; code: string; text: string }

/** Something Majora made or changed, with its own id, as `Sequencing`, `Library`, `Biosample`. */
type Artifact = { kind: string; id: string; name: string }

export type Envelope = {
  success: boolean
  messages: Message[]
  made: Artifact[]
  changed: Artifact[]
  ignored: string[]
  /** By which the registry's operators find the call; null at the servers of 2020. */
  request: string | null
}

/**
 * Reads an answer's envelope, or says what it means that there is none.
 *
 * Majora answers refused credentials, a wrong method and malformed JSON all alike: 400 with an empty body.
 * Our own JSON is well formed, so only the credentials are left. A token without the needed scopes is told
 * with 200 and without `success`.
 */
export function openEnvelope(answer: Answer, rules: { busyIsSafe: boolean }): Result<Envelope, Verdict> {
  const decided = judgeStatus(answer, rules)
  if (decided) return err(decided)
  if (answer.status === 400 && answer.body === '')
    return err({
      is: 'pause',
      reason: 'credentials',
      detail: 'answered 400 with nothing in it: the username or the token is not accepted',
    })
  const wire = WireEnvelope.safeParse(answer.status === 200 ? parseJson(answer.body) : undefined)
  if (!wire.success) return err(notTheRegistrys(answer))
  const messages = wire.data.messages.flatMap(toMessages)
  const scope = messages.find((one) => one.field === null && one.text.includes('all of the scopes'))
  if (scope) return err({ is: 'pause', reason: 'credentials', detail: scope.text.slice(0, 300) })
  const success = wire.data.success ?? false
  if (success !== (wire.data.errors === 0)) return err(notTheRegistrys(answer))
  return ok({
    success,
    messages,
    made: wire.data.new.map(toArtifact),
    changed: wire.data.updated.map(toArtifact),
    ignored: wire.data.ignored.filter((one) => typeof one === 'string'),
    request: wire.data.request ?? null,
  })
}

/** The probe of every Majora: any answer of its own shows that it is there and knows us. `request` must commit nothing. */
export const majoraProbe = (
  request: (settings: RegistrySettings) => Request,
  rules: { busyIsSafe: boolean },
): Registry['probe'] => ({
  request,
  judge(answer) {
    const opened = openEnvelope(answer, rules)
    return opened.ok ? { is: 'open' } : probed(opened.error)
  },
})

/**
 * What remains when a kind has found nothing of its own in an answer with errors: a race or the database,
 * else a refusal. Texts that name no field are faults inside Majora, so they never refuse a registration.
 */
export function judgeErrors(envelope: Envelope, { repeatable }: { repeatable: boolean }): Verdict {
  const fault = envelope.messages.find((one) => one.field === null && !REFUSALS.test(one.text))
  const detail = fault?.text.slice(0, 300) ?? 'answered an error without words'
  if (fault && repeatable) return { is: 'try-later', because: 'race', detail }
  if (fault || envelope.messages.length === 0) return { is: 'unknown', detail, pause: null }
  return { is: 'refused', reasons: envelope.messages.map(sentence) }
}

/** What a person reads of a message. */
export const sentence = ({ field, text }: Message): string => (field === null ? text : `${field}: ${text}`)

/** What a person is told besides the verdict: the id by which Majora's operators find the call. */
export const requestNote = ({ request }: Envelope): string[] =>
  request === null ? [] : [`Majora's own number of this request: ${request}`]

const Tuple = z.tuple([z.string(), z.string()]).rest(z.unknown())
const FieldErrors = z.record(z.string(), z.array(z.object({ message: z.string(), code: z.string() })))
const WireEnvelope = z.object({
  errors: z.int(),
  messages: z.array(z.unknown()),
  new: z.array(Tuple),
  updated: z.array(Tuple),
  ignored: z.array(z.unknown()),
  success: z.boolean().optional(),
  request: z.string().optional(),
})

/** Whole sentences in which Majora refuses what it was sent; every other one is a fault of its own. */
const REFUSALS = /^('runs' key missing or empty|At least one Biosample in your Library was not registered)/

function toMessages(wire: unknown): Message[] {
  const fields = FieldErrors.safeParse(wire)
  if (!fields.success)
    return [{ field: null, code: '', text: typeof wire === 'string' ? wire : JSON.stringify(wire) }]
  return Object.entries(fields.data).flatMap(([field, faults]) =>
    faults.map(({ message, code }) => ({ field, code, text: message })),
  )
}

const toArtifact = ([kind, id, name]: z.infer<typeof Tuple>): Artifact => ({
  kind,
  id,
  name: typeof name === 'string' ? name : '',
})
