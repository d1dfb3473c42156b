/**
 * One Codex: tubes shipped to its laboratory, announced as one batch.
 *
 * It does not say what a repeat does, so that a lost answer is asked after and never sent again blindly.
 */
import * as z from 'zod'
import { parseJson } from '../formats/json.ts'
import type { Answer, Mapped, RegistrySettings, Subject, Verdict } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import type { Batch } from '../record/library.ts'
import { err, type Result } from '../result.ts'
import { checkBody, type PlaceOf, repeated, text } from './check-body.ts'
import { option, orDefault } from './defaults.ts'
import { judgeStatus, notTheRegistrys, probed } from './http-answer.ts'
import {
  accountRequest,
  batchIds,
  compareTubes,
  isAccount,
  oneCodexRequest,
  sampleReceipts,
  WireBatch,
  WireSamples,
} from './onecodex-batch.ts'
import { lookUpBatch } from './onecodex-look-up.ts'
import type { Registry } from './registry.ts'
import { type Body, concluded, present, sentBody } from './request-body.ts'

const TRAITS = { repeatable: false, askable: true, busyIsSafe: false, corrects: false }
const SPECIMEN_TYPES = ['Human stool', 'Microbial cell culture'] as const
const SEQUENCING_DEPTHS = ['Standard', 'Deep'] as const

export const onecodexV1 = {
  title: 'One Codex: tubes on their way to its sequencing laboratory',
  settings: {
    auth: z.strictObject({ tokenFile: z.string().min(1) }),
    defaults: z.strictObject({
      specimen_type: option(SPECIMEN_TYPES).optional(),
      sequencing_depth: option(SEQUENCING_DEPTHS).optional(),
    }),
  },
  takes: { makes: [], subjects: ['batch'] },
  graceSeconds: 120,
  traits: () => TRAITS,
  map,
  judge: (sent, answer) => judgeStatus(answer, TRAITS) ?? judgeBody(sentBody(sent), answer),
  probe: {
    request: accountRequest,
    judge(answer) {
      const decided = judgeStatus(answer, TRAITS)
      if (decided) return probed(decided)
      return isAccount(answer) ? { is: 'open' } : probed(notTheRegistrys(answer))
    },
  },
  lookUp: lookUpBatch,
} satisfies Registry

const RequestBody = z.strictObject({
  batch_name: text(1, 100),
  return_tracking_numbers: z
    .array(z.string().regex(/^[a-zA-Z0-9 -]{1,255}$/, 'up to 255 letters, digits, blanks and hyphens'))
    .min(1),
  samples: z
    .array(
      z.strictObject({
        tube_barcode: z
          .string()
          .regex(/^(?:[a-zA-Z0-9]{10}|[0-9]{14})$/, 'ten letters or digits, or fourteen digits'),
        specimen_type: z.enum(SPECIMEN_TYPES),
        sequencing_depth: z.enum(SEQUENCING_DEPTHS),
      }),
    )
    .min(1),
})

function map(subject: Subject, settings: RegistrySettings): Result<Mapped, Problem[]> {
  if (subject.type !== 'batch')
    return err([problem('registry.subject-not-taken', `a ${subject.type} is nothing that is shipped there`)])
  const { batch } = subject
  const { defaults } = settings
  const body: Body = {
    ...present({ batch_name: batch.name }),
    return_tracking_numbers: batch.returnTrackingNumbers.map((one) => one.trim()),
    samples: batch.tubes.map((tube) =>
      present({
        tube_barcode: tube.tubeBarcode,
        specimen_type: tube.specimenType ?? defaults['specimen_type'],
        sequencing_depth: tube.sequencingDepth ?? defaults['sequencing_depth'],
      }),
    ),
  }
  return concluded(
    oneCodexRequest('POST', '/api/v1/sequencing/batches/register', body),
    [...checkBody(RequestBody, body, placesOf(batch, settings)), ...repeatedTubes(batch)],
    // A tube is one tube however its letters are written.
    { claims: batch.tubes.map((tube) => tube.tubeBarcode.trim().toUpperCase()) },
  )
}

const Registered = z.object({ batch: WireBatch, samples: WireSamples })
const Refusal = z.object({
  message: z.string(),
  status: z.number(),
  errors: z
    .array(z.object({ path: z.array(z.union([z.string(), z.number()])), validationOf: z.json() }))
    .default([]),
})

function judgeBody(body: Body, answer: Answer): Verdict {
  const registered = Registered.safeParse(answer.status === 200 ? parseJson(answer.body) : undefined)
  if (registered.success) {
    const { batch, samples } = registered.data
    const remoteIds = batchIds(batch)
    const { sent, missing, strange } = compareTubes(body, samples)
    if (missing.length === 0 && strange.length === 0)
      return { is: 'accepted', adopted: false, remoteIds, samples: sampleReceipts(samples), notes: [] }
    const committed = [...sent.filter((one) => !missing.includes(one)), ...strange]
    return { is: 'partial', committed: committed.map((one) => `tube ${one}`), missing, remoteIds }
  }
  const refusal = Refusal.safeParse(REFUSING.has(answer.status) ? parseJson(answer.body) : undefined)
  if (!refusal.success) return notTheRegistrys(answer)
  const { message, errors } = refusal.data
  const reasons = errors.map(({ path, validationOf }) => {
    const field = path.length === 0 ? 'the request' : path.join('.')
    return `${field}: breaks the rule ${JSON.stringify(validationOf)}`
  })
  return { is: 'refused', reasons: reasons.length > 0 ? reasons : [message] }
}

/** What can be said of a payload alone. */
const REFUSING = new Set([400, 412, 413, 422])

/** Fields that are spelt otherwise than the column they are read from. */
const COLUMNS = new Map([
  ['return_tracking_numbers', 'return_tracking_number'],
  ['samples', 'tube_barcode'],
])

const placesOf =
  (batch: Batch, settings: RegistrySettings): PlaceOf =>
  (path) => {
    const field = String(path.findLast((step) => typeof step === 'string'))
    const column = COLUMNS.get(field) ?? field
    const tube = path[0] === 'samples' && typeof path[1] === 'number' ? batch.tubes[path[1]] : undefined
    const give = Object.hasOwn(onecodexV1.settings.defaults.shape, field)
      ? `Fill in column ${column}, and save the sheet again. ${orDefault(column, settings)}`
      : `Fill in column ${column}, and save the sheet again.`
    const mend = `Correct column ${column} in the sheet, and drop it again.`
    return { column, rows: tube?.rows ?? batch.rows, give, mend }
  }

/** A tube announced twice would be sequenced under two samples. */
const repeatedTubes = ({ name, tubes }: Batch): Problem[] =>
  repeated(tubes, ['tube_barcode', (tube) => tube.tubeBarcode.trim()], `batch ${name}`)
