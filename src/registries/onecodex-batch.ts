/** A batch as One Codex answers it, and the tubes of one that was sent. */
import * as z from 'zod'
import { parseJson } from '../formats/json.ts'
import type { Answer, Json, Request } from '../handovers.ts'
import type { RemoteIds, SampleReceipt } from '../record/registration.ts'
import type { Body } from './request-body.ts'

/** A call with the key in a header, as One Codex documents it. */
export const oneCodexRequest = (method: 'GET' | 'POST', path: string, body: Json): Request => ({
  method,
  path,
  headers: { 'X-API-Key': '***' },
  body,
  secrets: [{ in: 'header', name: 'X-API-Key', secret: 'token' }],
})

/** Answers 200 only to a valid key; lists may answer a wrong one with nothing at all. */
export const accountRequest = (): Request => oneCodexRequest('GET', '/api/v1/account', null)
export const isAccount = ({ status, body }: Answer): boolean =>
  status === 200 && z.looseObject({}).safeParse(parseJson(body)).success

/** `$uri` is kept as it comes: the document's pattern and its example differ. */
export const WireBatch = z.object({
  $uri: z.string().min(1),
  name: z.string().optional(),
  batch_number: z.union([z.string(), z.number()]).optional(),
})
export type WireBatch = z.infer<typeof WireBatch>

export const WireSamples = z.array(
  z.object({ tube_barcode: z.string(), sample: z.object({ $ref: z.string().min(1) }) }),
)
export type WireSamples = z.infer<typeof WireSamples>

export const batchId = (batch: WireBatch): string => batch.$uri.split('/').at(-1) ?? batch.$uri

export const batchIds = (batch: WireBatch): RemoteIds => ({
  batch: batchId(batch),
  uri: batch.$uri,
  ...(batch.batch_number === undefined ? {} : { batch_number: String(batch.batch_number) }),
})

export const sampleReceipts = (samples: WireSamples): SampleReceipt[] =>
  samples.map((one) => ({ sample: one.tube_barcode, remoteId: one.sample.$ref }))

const SentTubes = z.array(z.object({ tube_barcode: z.string() }))

/** Tubes that were sent, against those that the registry names. */
export function compareTubes(
  body: Body,
  samples: WireSamples,
): { sent: string[]; missing: string[]; strange: string[] } {
  const sent = SentTubes.parse(body['samples']).map((one) => one.tube_barcode)
  const named = new Set(samples.map((one) => one.tube_barcode))
  return {
    sent,
    missing: sent.filter((barcode) => !named.has(barcode)),
    strange: [...named].filter((barcode) => !sent.includes(barcode)),
  }
}
