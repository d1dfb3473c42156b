/** One Codex v1: a batch of tubes announced. Twice is two batches; lists can be asked, by nobody with an empty result. */
import {
  type Answer,
  type EmulatedRegistry,
  type Exchange,
  jsonAnswer,
  type RegistryOptions,
  uuidOf,
} from './emulated-registry.ts'
import type { Commit } from './log.ts'
import { listOf } from './onecodex-list.ts'
import { faultsOfBatch } from './onecodex-schema.ts'
import { isObject, type Json, loads } from './python-json.ts'

type Batch = { [key: string]: Json }
type Tube = { sample: { $ref: string }; tube_barcode: Json }
type Batches = Map<string, { batch: Batch; tubes: Tube[] }>
const root = '/api/v1/sequencing/batches'
const account = '/api/v1/account'

export function onecodex(options: RegistryOptions): EmulatedRegistry {
  const batches: Batches = new Map()

  function answer(exchange: Exchange): Answer {
    const { method, path } = exchange
    const key = authorised(exchange, options.token)
    if (path === `${root}/register`) {
      if (method !== 'POST') return error(405, 'Method Not Allowed')
      return key ? register(exchange, batches, options.strict) : unauthorised()
    }
    if (method !== 'GET') return error(405, 'Method Not Allowed')
    if (path === account)
      return key ? jsonAnswer(200, { $uri: account, email: 'sandbox@example.org' }) : unauthorised()
    // A list asked without credentials is empty, not refused: who does not ask the account first is misled.
    if (path === root) return listOf(exchange, key ? [...batches.values()].map(({ batch }) => batch) : [])
    const [, id = '', tubes] = /^\/api\/v1\/sequencing\/batches\/([^/]+)(\/samples)?$/.exec(path) ?? []
    const found = key ? batches.get(id) : undefined
    if (found === undefined) return error(404, 'Not Found')
    return tubes === undefined ? jsonAnswer(200, found.batch) : listOf(exchange, found.tubes)
  }

  return {
    answer,
    apply(commit) {
      batches.set(commit.id, { batch: batchOf(commit, batches.size + 1), tubes: tubesOf(commit) })
    },
    credentialsRefused: unauthorised,
    state: () => ({
      batches: [...batches.values()].map(({ batch, tubes }) => ({ ...batch, samples: tubes })),
    }),
    clear: () => batches.clear(),
  }
}

function register(exchange: Exchange, batches: Batches, strict: boolean): Answer {
  const type = exchange.headers['content-type']
  if (typeof type !== 'string' || !/^application\/json\b/i.test(type))
    return error(415, 'Unsupported Media Type')
  const read = loads(Buffer.from(exchange.body).toString('utf8'))
  const faults = faultsOfBatch(read === null ? null : read.value, strict)
  if (faults.length > 0 || read === null || !isObject(read.value)) return error(400, 'Bad Request', faults)

  const body = read.value
  const samples = Array.isArray(body['samples']) ? body['samples'] : []
  // A registry that stops half way has taken the first tubes and says so.
  const taken = exchange.fault?.do === 'partial' ? samples.slice(0, exchange.fault.commits) : samples
  const barcodes = taken.map((sample) => (isObject(sample) ? (sample['tube_barcode'] ?? null) : null))
  const id = exchange.newId('batch').replaceAll('-', '').slice(0, 16)
  exchange.commit({
    type: 'batch',
    effect: 'created',
    id,
    name: String(body['batch_name']),
    identity: {
      batch_name: body['batch_name'] ?? null,
      tube_barcodes: barcodes,
      created_at: exchange.now.toISOString(),
    },
    payload: { ...body, samples: taken },
  })
  const made = batches.get(id)
  return jsonAnswer(200, { batch: made?.batch ?? null, samples: made?.tubes ?? [] })
}

function batchOf(commit: Commit, number: number): Batch {
  return {
    $uri: `${root}/${commit.id}`,
    batch_number: String(number),
    created_at: commit.identity['created_at'] ?? null,
    name: commit.name,
    owner: { $ref: '/api/v1/users/5a6d62785b7a4c1f' },
    status: 'registered',
  }
}

function tubesOf(commit: Commit): Tube[] {
  const barcodes = commit.identity['tube_barcodes']
  return (Array.isArray(barcodes) ? barcodes : []).map((barcode, place) => ({
    sample: {
      $ref: `/api/v1/samples/${uuidOf(`${commit.id} sample ${place}`).replaceAll('-', '').slice(0, 16)}`,
    },
    tube_barcode: barcode,
  }))
}

/** `X-API-Key`, or Basic with the key for a user and no password: the documents call both the same. */
function authorised(exchange: Exchange, key: string): boolean {
  const { authorization } = exchange.headers
  const basic = `Basic ${Buffer.from(`${key}:`).toString('base64')}`
  return exchange.headers['x-api-key'] === key || authorization === basic
}

const unauthorised = (): Answer => error(401, 'Unauthorized')

/** Potion's shape for everything that is wrong, with Flask's line feed behind it. */
function error(status: number, message: string, errors?: Json[]): Answer {
  const body = errors === undefined || errors.length === 0 ? { message, status } : { errors, message, status }
  return { ...jsonAnswer(status, null), body: `${JSON.stringify(body)}\n` }
}
