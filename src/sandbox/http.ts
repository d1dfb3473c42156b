/** One exchange: read the request, let the registry commit, send the answer; between any two of these a fault may strike. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Answer,
  DatabaseFault,
  type EmulatedRegistry,
  type Exchange,
  uuidOf,
} from './emulated-registry.ts'
import type { FaultDoing, Faults } from './faults.ts'
import type { SandboxKind } from './kinds.ts'
import type { Commit, SandboxLog } from './log.ts'
import { namesIn, redactedBody, redactedHeaders } from './redact.ts'
import { firstBytes, wholeBody } from './request-body.ts'
import { databaseWords, insteadOf, spoilt } from './spoil.ts'

export type ExchangePart = {
  registries: { [kind in SandboxKind]: EmulatedRegistry }
  log: SandboxLog
  faults(): Faults
  /** Credentials that must not be seen in the log. */
  secrets: readonly string[]
  /** Aborted when the sandbox closes: it ends every wait. */
  closing: AbortSignal
  now(): Date
}

export async function serveExchange(
  part: ExchangePart,
  kind: SandboxKind,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { log } = part
  const { headers, method = 'GET' } = request
  const path = url.pathname.slice(kind.length + 1)
  const noted = (body: Uint8Array, complete: boolean): number =>
    log.add({
      entry: 'request',
      kind,
      method,
      path: `${path}${url.search}`,
      headers: redactedHeaders(headers),
      bytes: body.byteLength,
      complete,
      body: redactedBody(body, part.secrets),
    })

  const early = part.faults().strike('headers', { kind, method, path, names: [] })
  if (early !== null) {
    const first =
      'at' in early.fault && early.fault.at === 'mid-body' ? await firstBytes(request) : new Uint8Array()
    const seq = noted(first, false)
    log.add({ entry: 'fault', request: seq, ...early })
    breakOff(response, early.fault)
    return unanswered(log, seq)
  }

  const { body, complete } = await wholeBody(request)
  const seq = noted(body, complete)
  if (!complete) return unanswered(log, seq)
  const struck = part.faults().strike('body', { kind, method, path, names: namesIn(body, headers) })
  if (struck !== null) log.add({ entry: 'fault', request: seq, ...struck })
  const arrived = { method, path, query: url.searchParams, headers, body }
  try {
    await answerTo(part, kind, seq, arrived, struck?.fault ?? null, response)
  } catch (error) {
    if (!part.closing.aborted) throw error
  }
}

/** Lets the registry commit and answer, as far as the fault lets it. */
async function answerTo(
  part: ExchangePart,
  kind: SandboxKind,
  seq: number,
  arrived: Pick<Exchange, 'method' | 'path' | 'query' | 'headers' | 'body'>,
  fault: FaultDoing | null,
  response: ServerResponse,
): Promise<void> {
  const { log, closing } = part
  const registry = part.registries[kind]
  const at = fault !== null && 'at' in fault ? fault.at : null
  const breaks = fault?.do === 'reset' || fault?.do === 'fin' || fault?.do === 'hang'
  const clockOff = fault?.do === 'clock' ? fault.hours * 3_600_000 : 0
  const now = new Date(part.now().getTime() + clockOff)
  const wait = async (ms: number | undefined): Promise<void> => {
    if (ms !== undefined) await sleep(ms, undefined, { signal: closing })
  }

  await wait(fault?.beforeCommitMs)
  const instead = fault === null ? null : insteadOf(fault, now, () => registry.credentialsRefused())
  const leftOut = at === 'before-commit' && (breaks || instead !== null)
  const replaced = leftOut || (instead !== null && at === null)
  const own = replaced
    ? null
    : registry.answer({
        ...arrived,
        prefix: `/${kind}`,
        now,
        fault,
        commit: committer(part, kind, seq, fault),
        newId: (label) => uuidOf(`${kind} ${seq} ${label}`),
      })
  await wait(fault?.afterCommitMs)
  await wait(own?.delayMs)

  if (breaks && at !== 'mid-answer') {
    breakOff(response, fault)
    return unanswered(log, seq)
  }
  const answer = instead ?? (own === null ? null : fault === null ? own : spoilt(own, fault))
  if (answer === null || response.socket === null || response.socket.destroyed) return unanswered(log, seq)
  const outcome = await send(response, answer, fault, now, closing)
  const bytes = Buffer.byteLength(answer.body)
  log.add({ entry: 'answer', request: seq, status: answer.status, bytes, outcome })
}

const unanswered = (log: SandboxLog, seq: number): void =>
  void log.add({ entry: 'answer', request: seq, status: null, bytes: 0, outcome: 'none' })

/** Commits go to the log first and from there into the tables: what the log does not have never happened. */
function committer(
  part: ExchangePart,
  kind: SandboxKind,
  seq: number,
  fault: FaultDoing | null,
): Exchange['commit'] {
  let made = 0
  return (what) => {
    const words = fault?.do === 'database' ? databaseWords(fault.words) : databaseWords('lost-connection')
    if (fault?.do === 'database' && fault.at === 'before-commit') throw new DatabaseFault(words)
    if (fault?.do === 'partial' && made >= fault.commits) throw new DatabaseFault(words)
    const commit: Commit = { kind, ...what }
    part.log.add({ entry: 'commit', request: seq, ...commit })
    part.registries[kind].apply(commit, part.now())
    made += 1
    if (fault?.do === 'database') throw new DatabaseFault(words)
  }
}

function breakOff(response: ServerResponse, fault: FaultDoing): void {
  const { socket } = response
  if (socket === null || fault.do === 'hang') return
  if (fault.do === 'reset') socket.resetAndDestroy()
  else socket.destroySoon()
}

async function send(
  response: ServerResponse,
  answer: Answer,
  fault: FaultDoing | null,
  now: Date,
  closing: AbortSignal,
): Promise<'whole' | 'cut'> {
  const body = Buffer.from(answer.body)
  response.sendDate = false
  response.writeHead(answer.status, {
    ...answer.headers,
    'Content-Length': body.length,
    Date: now.toUTCString(),
  })
  if (fault !== null && 'at' in fault && fault.at === 'mid-answer') {
    await written(response, body.subarray(0, Math.floor(body.length / 2)))
    breakOff(response, fault)
    return 'cut'
  }
  if (fault?.do === 'drip') {
    for (let at = 0; at < body.length; at += fault.bytes) {
      if (response.destroyed) return 'cut'
      await written(response, body.subarray(at, at + fault.bytes))
      await sleep(fault.everyMs, undefined, { signal: closing })
    }
  } else await written(response, body)
  response.end()
  return response.destroyed ? 'cut' : 'whole'
}

const written = (response: ServerResponse, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    response.write(bytes, () => resolve())
  })
