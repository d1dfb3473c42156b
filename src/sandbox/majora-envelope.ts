/** The shell every Majora call shares: who may call, the counters around the answer, and the ways out before either. */
import { isUtf8 } from 'node:buffer'
import { type Answer, DatabaseFault, type Exchange } from './emulated-registry.ts'
import { dumps, isObject, type Json, loads } from './python-json.ts'

export type FieldError = { message: string; code: string }
export type FieldErrors = { [field: string]: FieldError[] }

/** `[kind, id, name]`, as Majora tells of what it made. */
type Told = [string, string, string]

export type Envelope = {
  errors: number
  warnings: number
  messages: Array<string | FieldErrors>
  new: Told[]
  updated: Told[]
  ignored: Json[]
  /** Further keys of the answer, after `ignored`. */
  extra: { [key: string]: Json }
}

export const openEnvelope = (): Envelope => ({
  errors: 0,
  warnings: 0,
  messages: [],
  new: [],
  updated: [],
  ignored: [],
  extra: {},
})

export function fail(envelope: Envelope, message: string | FieldErrors): void {
  envelope.errors += 1
  envelope.messages.push(message)
}

/** Runs one step as Majora runs one run: what the database says becomes a message, and the next step follows. */
export function attempt(envelope: Envelope, step: () => void): void {
  try {
    step()
  } catch (fault) {
    if (!(fault instanceof DatabaseFault || fault instanceof PythonError)) throw fault
    fail(envelope, fault.message)
  }
}

/** A value of a type the Python code had not expected; its message is what Python says of it. */
export class PythonError extends Error {}

/** The body did what Majora answers with its page for an unhandled fault. */
export class ServerError extends Error {}

/** The keys all versions share, in the order the server writes them, and those of one version. */
export function closeEnvelope(
  envelope: Envelope,
  version: { tasks: boolean; vary: string | null; success?: boolean },
): Answer {
  const { errors, warnings, messages, ...rest } = envelope
  const body: { [key: string]: Json } = { errors, warnings, messages }
  if (version.tasks) body['tasks'] = []
  body['new'] = rest.new
  body['updated'] = rest.updated
  body['ignored'] = rest.ignored
  Object.assign(body, rest.extra)
  if (version.success !== false) body['success'] = errors === 0
  return answerOf(200, 'application/json', dumps(body), version.vary)
}

export const emptyBadRequest = (vary: string | null): Answer =>
  answerOf(400, 'text/html; charset=utf-8', '', vary)

export const serverErrorPage = (vary: string | null): Answer =>
  page(500, 'Server Error (500)', '<p></p>', vary)
export const badRequestPage = (vary: string | null): Answer => page(400, 'Bad Request (400)', '<p></p>', vary)
export const notFoundPage = (vary: string | null): Answer =>
  page(404, 'Not Found', '<p>The requested resource was not found on this server.</p>', vary)

/** Django's answer to a path that lacks its final slash: a client that follows turns its POST into a GET. */
export function slashRedirect(exchange: Exchange, vary: string | null): Answer {
  const moved = answerOf(301, 'text/html; charset=utf-8', '', vary)
  return { ...moved, headers: { ...moved.headers, Location: `${exchange.prefix}${exchange.path}/` } }
}

/** Django refuses to hold a body of more than this in memory. */
export const largestBodyBytes = 2_621_440

/** The body's object. `malformed`: no JSON; `not-an-object`: JSON, but something the code cannot ask for a key. */
export function bodyObject(
  body: Uint8Array,
): { object: { [key: string]: Json } } | 'malformed' | 'not-an-object' | 'not-text' {
  if (!isUtf8(body)) return 'not-text'
  const read = loads(Buffer.from(body).toString('utf8'))
  if (read === null) return 'malformed'
  return isObject(read.value) ? { object: read.value } : 'not-an-object'
}

/** What Majora says to an old `ocarina`, its own command line client; null to everybody else. */
export function versionGate(body: { [key: string]: Json }, least: string): string | null {
  if (body['client_name'] !== 'ocarina') return null
  const version = body['client_version']
  if (typeof version !== 'string' || !/^\d+(\.\d+)*$/.test(version)) {
    return "It appears you are using 'ocarina', but your version number doesn't make sense... This shouldn't happen..."
  }
  const have = version.split('.').map(Number)
  const need = least.split('.').map(Number)
  for (let part = 0; part < need.length; part += 1) {
    const difference = (have[part] ?? -1) - (need[part] ?? 0)
    if (difference > 0) return null
    if (difference < 0) return `Update your 'ocarina' client to version v${least}`
  }
  return null
}

function page(status: number, title: string, paragraph: string, vary: string | null): Answer {
  const html = `\n<!doctype html>\n<html lang="en">\n<head>\n  <title>${title}</title>\n</head>\n<body>\n  <h1>${title}</h1>${paragraph}\n</body>\n</html>\n`
  return answerOf(status, 'text/html', html, vary)
}

const answerOf = (status: number, type: string, body: string, vary: string | null): Answer => ({
  status,
  headers: { 'Content-Type': type, ...(vary === null ? {} : { Vary: vary }) },
  body,
})
