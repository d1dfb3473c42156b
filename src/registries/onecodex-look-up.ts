/** Asks One Codex whether a batch arrived: by its name, then by the tubes of each batch of that name. */
import * as z from 'zod'
import { parseJson } from '../formats/json.ts'
import type { Answer, LookUp, Request, Submission } from '../handovers.ts'
import {
  accountRequest,
  batchId,
  batchIds,
  compareTubes,
  isAccount,
  oneCodexRequest,
  sampleReceipts,
  WireBatch,
  WireSamples,
} from './onecodex-batch.ts'
import { type Body, sentBody } from './request-body.ts'

const BATCHES = '/api/v1/sequencing/batches'
const PER_PAGE = 100
const MAX_PAGES = 50

type Asking<T> = Generator<Request, T, Answer>

/**
 * The account comes first: to a key that is no longer valid the lists answer 200 with nothing in them, which would
 * read as "not there". Whatever is not understood is `unclear`, never `not-found`.
 */
export function* lookUpBatch(sent: Submission): Asking<LookUp> {
  const account = yield accountRequest()
  if (!isAccount(account))
    return { is: 'unclear', detail: `the account could not be read: answered ${account.status}` }
  const body = sentBody(sent)
  const name = String(body['batch_name'])
  const batches = yield* batchesNamed(name)
  if (batches === null) return { is: 'unclear', detail: 'the list of batches could not be read' }
  for (const batch of batches) {
    const found = yield* matching(batch, body)
    if (found !== null) return found
  }
  if (batches.length === 0) return { is: 'not-found' }
  return { is: 'conflict', detail: `a batch named ${name} is there, with other tubes than ours` }
}

/** Found, where the batch holds exactly our tubes; null where it does not. */
function* matching(batch: WireBatch, body: Body): Asking<LookUp | null> {
  const id = batchId(batch)
  // An answer must not choose where the key is sent next.
  const samples = /^[\w-]+$/.test(id) ? yield* everyPage(`${BATCHES}/${id}/samples`, WireSamples) : null
  if (!Array.isArray(samples))
    return { is: 'unclear', detail: `the tubes of batch ${batch.$uri} could not be read` }
  const { missing, strange } = compareTubes(body, samples)
  if (missing.length > 0 || strange.length > 0) return null
  return { is: 'found', remoteIds: batchIds(batch), samples: sampleReceipts(samples) }
}

/** The batches of that very name; where the list takes no filter, all are read and filtered here. */
function* batchesNamed(name: string): Asking<WireBatch[] | null> {
  const filter = new URLSearchParams({
    where: JSON.stringify({ name: { $eq: name } }),
    sort: JSON.stringify({ created_at: true }),
  })
  const filtered = yield* everyPage(`${BATCHES}?${filter}`, z.array(WireBatch))
  const all = filtered === 'refused' ? yield* everyPage(BATCHES, z.array(WireBatch)) : filtered
  return Array.isArray(all) ? all.filter((batch) => batch.name === name) : null
}

/** All entries of a paged list; `refused` for a 400, null where an answer is not understood or there is no end. */
function* everyPage<T>(path: string, schema: z.ZodType<T[]>): Asking<T[] | 'refused' | null> {
  const entries: T[] = []
  const seen = new Set<string>()
  for (let page = 1; page <= MAX_PAGES; page++) {
    const paging = `page=${page}&per_page=${PER_PAGE}`
    const answer = yield oneCodexRequest('GET', `${path}${path.includes('?') ? '&' : '?'}${paging}`, null)
    if (answer.status === 400) return 'refused'
    const read = schema.safeParse(answer.status === 200 ? parseJson(answer.body) : undefined)
    if (!read.success) return null
    // A list that ignores `page` gives the same entries again.
    const repeated = seen.has(answer.body)
    if (read.data.length === 0 || repeated) return entries
    seen.add(answer.body)
    entries.push(...read.data)
    if (isLast(answer, entries.length)) return entries
  }
  return null
}

/** Says the answer itself that no page follows? Without either header another page is asked for. */
function isLast({ headers }: Answer, read: number): boolean {
  const link = headers['link']
  if (link !== undefined) return !/rel="?next"?/.test(link)
  const total = headers['x-total-count'] ?? ''
  return /^\d{1,9}$/.test(total) && read >= Number(total)
}
