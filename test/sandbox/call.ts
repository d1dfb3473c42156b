/** An HTTP client as plain as can be: one connection a call, no redirects, no retries, nothing a library adds. */
import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { defaultCredentials } from '../../src/sandbox/index.ts'

export type Answered = { status: number; headers: Record<string, string>; body: string; bytes: Uint8Array }

export const credentials = { username: defaultCredentials.username, token: defaultCredentials.token }

/** Rejects with the socket's error where no whole answer comes. */
export function call(
  url: string,
  options: {
    method?: string
    headers?: Record<string, string>
    body?: string | Uint8Array
    signal?: AbortSignal
  },
): Promise<Answered> {
  const body = options.body ?? ''
  const headers = { ...options.headers, 'content-length': String(Buffer.byteLength(body)) }
  const { method = 'POST', signal } = options
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method, headers, agent: false, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        const chunks: Uint8Array[] = []
        response.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const plain = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
          const bytes = Buffer.concat(chunks)
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(plain),
            body: bytes.toString('utf8'),
            bytes,
          })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

export const postJson = (
  url: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answered> =>
  call(url, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })

export const uuid = '09ef4b3a-1bad-453a-a291-029ac9bd705d'
export const sequencingAdd = '/api/v2/process/sequencing/add/'
export const sequencingGet = '/api/v2/process/sequencing/get/'
export const libraryAdd = '/api/v2/artifact/library/add/'
export const register = '/api/v1/sequencing/batches/register'

export const library = (name: string, biosamples: string[] = ['BIRM-1']): object => ({
  ...credentials,
  library_name: name,
  library_layout_config: 'SINGLE',
  library_seq_kit: 'LSK109',
  library_seq_protocol: 'LIGATION',
  biosamples: biosamples.map((id) => ({
    central_sample_id: id,
    library_source: 'VIRAL_RNA',
    library_selection: 'PCR',
    library_strategy: 'AMPLICON',
  })),
})

export const runOfMajora2 = (name: string, changes: object = {}): object => ({
  run_name: name,
  instrument_make: 'OXFORD_NANOPORE',
  instrument_model: 'GridION',
  flowcell_id: 'FAK12345',
  start_time: '2020-04-09 18:40',
  end_time: '2020-04-11 09:00',
  ...changes,
})

export const runsIn = (libraryName: string, ...runs: object[]): object => ({
  ...credentials,
  library_name: libraryName,
  runs,
})

export const runOf0325 = (sequencingId: string, changes: object = {}): object => ({
  sequencing_id: sequencingId,
  instrument_make: 'ILLUMINA',
  instrument_model: 'MiSeq',
  start_time: '2020-03-22 10:00:00',
  ...changes,
})

export const batch = (name: string, barcodes: string[]): object => ({
  batch_name: name,
  return_tracking_numbers: ['1Z 999'],
  samples: barcodes.map((tube_barcode) => ({
    tube_barcode,
    specimen_type: 'Human stool',
    sequencing_depth: 'Deep',
  })),
})

export const apiKey = { 'x-api-key': credentials.token }

/** Signs an event after Standard Webhooks. */
export function signed(
  id: string,
  event: object,
  secret = credentials.token,
  at = Date.now(),
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const hmac = createHmac('sha256', secret).update(`${id}.${timestamp}.${JSON.stringify(event)}`)
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac.digest('base64')}`,
  }
}
