/** The answers that faults give in place of the right one, or make of it. */
import { gzipSync } from 'node:zlib'
import type { Answer } from './emulated-registry.ts'
import type { FaultDoing } from './faults.ts'
import { dumps, isObject, type Json, loads } from './python-json.ts'

/** An answer that leaves the registry's own out; null where the fault leaves it in. */
export function insteadOf(fault: FaultDoing, now: Date, credentialsRefused: () => Answer): Answer | null {
  switch (fault.do) {
    case 'status':
      return statusAnswer(fault, now)
    case 'html':
      return html(200, 'Welcome', 'Please log in to use this network.')
    case 'credentials':
      return credentialsRefused()
    case 'redirect':
      return {
        ...html(fault.status, 'Moved', ''),
        headers: { Location: fault.location ?? '/__sandbox/elsewhere' },
      }
    case 'no-success':
      return jsonAnswer({ ...emptyEnvelope, errors: 1, messages: ['Something went wrong.'] })
    case 'empty-new':
      return fault.at === 'before-commit' ? jsonAnswer({ ...emptyEnvelope, success: true }) : null
    default:
      return null
  }
}

/** The registry's own answer, spoilt. */
export function spoilt(answer: Answer, fault: FaultDoing): Answer {
  if (fault.do === 'gzip') {
    return {
      ...answer,
      headers: { ...answer.headers, 'Content-Encoding': 'gzip' },
      body: gzipSync(answer.body),
    }
  }
  if (fault.do === 'content-type') {
    return { ...answer, headers: { ...answer.headers, 'Content-Type': fault.contentType } }
  }
  if (fault.do === 'truncated-json') {
    const bytes = Buffer.from(answer.body)
    return { ...answer, body: bytes.subarray(0, Math.floor(bytes.length / 2)) }
  }
  if (fault.do === 'empty-new') return emptied(answer)
  return answer
}

/** The words of a database that is having a bad day, as they leak into a registry's answer. */
export function databaseWords(words: string): string {
  return (
    {
      locked: 'database is locked',
      'lock-wait': "(1205, 'Lock wait timeout exceeded; try restarting transaction')",
      deadlock: "(1213, 'Deadlock found when trying to get lock; try restarting transaction')",
      'gone-away': "(2006, 'MySQL server has gone away')",
      'lost-connection': "(2013, 'Lost connection to MySQL server during query')",
      'too-many-connections': "(1040, 'Too many connections')",
    }[words] ?? words
  )
}

function statusAnswer(fault: Extract<FaultDoing, { do: 'status' }>, now: Date): Answer {
  const title = titles[fault.status] ?? 'Error'
  const answer = html(fault.status, `${fault.status} ${title}`, '')
  const { retryAfter: after } = fault
  const retryAfter =
    typeof after === 'object' ? new Date(now.getTime() + after.inSeconds * 1000).toUTCString() : after
  return {
    status: fault.status,
    headers: {
      ...answer.headers,
      ...(fault.contentType === undefined ? {} : { 'Content-Type': fault.contentType }),
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    },
    body: fault.body ?? answer.body,
  }
}

const emptyEnvelope = { errors: 0, warnings: 0, messages: [], new: [], updated: [], ignored: [] }

const titles: { [status: number]: string } = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Time-out',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

const html = (status: number, title: string, text: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html' },
  body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>${text}\r\n</body>\r\n</html>\r\n`,
})

const jsonAnswer = (body: Json): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: dumps(body),
})

function emptied(answer: Answer): Answer {
  const read = loads(Buffer.from(answer.body).toString('utf8'))
  if (read === null || !isObject(read.value)) return answer
  const body = read.value
  for (const list of ['new', 'updated', 'samples']) if (Array.isArray(body[list])) body[list] = []
  return { ...answer, body: dumps(body) }
}
