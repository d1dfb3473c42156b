/** What of a request goes into the log, with credentials taken out; and the names a fault can be aimed at. */
import type { IncomingHttpHeaders } from 'node:http'
import { isObject, type Json, loads } from './python-json.ts'

const secretHeaders = /^(authorization|x-api-key|cookie)$|signature$/
const secretKeys = ['token', 'client_secret', 'refresh_token', 'access_token', 'password']
const longestText = 65_536

export function redactedHeaders(headers: IncomingHttpHeaders): { [name: string]: string } {
  const shown: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(headers)) {
    shown[name] = secretHeaders.test(name) ? '***' : String(value)
  }
  return shown
}

/** The body as JSON where it is JSON, else as text; at most 64 KiB of either. */
export function redactedBody(body: Uint8Array, secrets: readonly string[]): Json {
  if (body.byteLength === 0) return null
  const text = Buffer.from(body).toString('utf8')
  const read = body.byteLength > longestText ? null : loads(text)
  if (read === null) return withoutSecrets(text.slice(0, longestText), secrets)
  return isObject(read.value) ? withoutSecretKeys(read.value) : read.value
}

/** Every name in the request that a person would call the thing by. */
export function namesIn(body: Uint8Array, headers: IncomingHttpHeaders): string[] {
  const read = loads(Buffer.from(body).toString('utf8'))
  const event = headers['webhook-id']
  const ofHeaders = typeof event === 'string' ? [event] : []
  if (read === null || !isObject(read.value)) return ofHeaders
  const top = read.value
  const runs = Array.isArray(top['runs']) ? top['runs'].filter(isObject) : []
  const ofBody = [top, ...runs]
    .flatMap((holder) => nameKeys.map((key) => holder[key]))
    .flat()
    .filter((name) => typeof name === 'string')
  return [...ofHeaders, ...ofBody]
}

const nameKeys = ['run_name', 'sequencing_id', 'library_name', 'batch_name']

const withoutSecretKeys = (body: { [key: string]: Json }): Json =>
  Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, secretKeys.includes(key) ? '***' : value]),
  )

/** A body that is not JSON may be a form, or a broken document with a token in it. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const bare = secrets
    .filter((secret) => secret !== '')
    .reduce((so, secret) => so.replaceAll(secret, '***'), text)
  return bare.replace(/((?:token|client_secret|refresh_token|password)"?\s*[=:]\s*"?)[^"&,\s]+/g, '$1***')
}
