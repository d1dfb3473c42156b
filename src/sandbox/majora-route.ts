/** From the request to the call: the checks every Majora makes before a call's own code runs, in its order. */
import type { Answer, Exchange, RegistryOptions } from './emulated-registry.ts'
import {
  badRequestPage,
  bodyObject,
  emptyBadRequest,
  largestBodyBytes,
  notFoundPage,
  ServerError,
  serverErrorPage,
  slashRedirect,
} from './majora-envelope.ts'
import type { Json } from './python-json.ts'

export type Body = { [key: string]: Json }

/** `allowed`: go on; `refused`: the empty 400; an answer: that one. */
export type Entry = 'allowed' | 'refused' | Answer

export type MajoraCall = {
  run(body: Body): Answer
  /** Scopes an OAuth token needs for it; absent: any valid token will do. */
  scopes?: string
}

type MajoraRouting = {
  calls: { [path: string]: MajoraCall }
  admit(body: Body, call: MajoraCall): Entry
  /** Servers of 2020 fall over a body that is no JSON; today's answers the empty 400. */
  malformed: 'falls-over' | 'empty-400'
  /** `Vary` of an ordinary answer, and of the fault page. */
  vary: { usual: string | null; fault: string | null }
}

/** What the servers of 2020 have in common. */
export const routingOf2020 = ({ username, token }: RegistryOptions): Omit<MajoraRouting, 'calls'> => ({
  admit: (body) => (body['username'] === username && body['token'] === token ? 'allowed' : 'refused'),
  malformed: 'falls-over',
  vary: { usual: null, fault: 'Cookie' },
})

export function routeMajora(exchange: Exchange, routing: MajoraRouting): Answer {
  const { usual, fault } = routing.vary
  const call = own(routing.calls, exchange.path)
  if (call === null) {
    return own(routing.calls, `${exchange.path}/`) === null
      ? notFoundPage(usual)
      : slashRedirect(exchange, usual)
  }
  if (exchange.body.byteLength > largestBodyBytes) return badRequestPage(usual)
  if (exchange.method !== 'POST') return emptyBadRequest(usual)

  const body = bodyObject(exchange.body)
  if (body === 'malformed' && routing.malformed === 'empty-400') return emptyBadRequest(usual)
  if (typeof body === 'string') return serverErrorPage(fault)
  if (!body.object['token'] || !body.object['username']) return emptyBadRequest(usual)
  const entry = routing.admit(body.object, call)
  if (entry === 'refused') return emptyBadRequest(usual)
  if (entry !== 'allowed') return entry
  try {
    return call.run(body.object)
  } catch (error) {
    if (error instanceof ServerError) return serverErrorPage(fault)
    throw error
  }
}

const own = (calls: { [path: string]: MajoraCall }, path: string): MajoraCall | null =>
  Object.hasOwn(calls, path) ? (calls[path] ?? null) : null
