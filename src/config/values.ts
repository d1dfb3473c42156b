/** The sorts of values an operator writes, each read strictly and explained when it cannot be. */
import { isIP } from 'node:net'
import * as z from 'zod'
import type { ProblemCode } from '../problems.ts'
import { isCalendarDate, isKnownZone, toInstant } from '../record/time.ts'

/** A fault found by one of our own rules carries its code of the catalogue and the words for this case. */
const fault = (code: ProblemCode, message: string) => ({ code: 'custom', message, params: { code } }) as const

/** A text value that must pass a rule: `check` gives what is wrong in words, or null. */
const text = (code: ProblemCode, check: (value: string) => string | null) =>
  z.string().superRefine((value, context) => {
    const found = check(value)
    if (found !== null) context.addIssue(fault(code, found))
  })

export const Seconds = z.number().nonnegative()
export const Folder = z.string().min(1)
export const SecretFile = z.string().min(1)

export const TimeZone = text('config.time-zone-unknown', (zone) =>
  isKnownZone(zone) ? null : `"${zone}" is no time zone of the database`,
)

export const RegistryName = text('config.name-unusable', (name) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name) ? null : `the name is "${name}"`,
)

export const RegistryUrl = text('config.url-unusable', (url) => urlFault(url, ['http:', 'https:']))
export const RedisUrl = text('config.url-unusable', (url) =>
  urlFault(url, ['redis:', 'rediss:', 'unix:'], 'give the password as redis.passwordFile'),
)

export const MailServer = text('config.mail-server-unusable', (value) => {
  const url = URL.parse(value)
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '')
    return 'this is no address of a mail server'
  // What stands there may be a password, so that the address is not repeated.
  if (url.username !== '' || url.password !== '') return 'it holds a user name or password'
  return !['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== ''
    ? 'something follows the host and its port'
    : null
})

/** No list and no display name: what follows a line feed or a comma would be another header or recipient. */
export const MailAddress = text('config.mail-address-unusable', (value) =>
  /^[^\s@<>,;:"()]{1,64}@[^\s@<>,;:"()]{1,253}$/.test(value) ? null : `the address is "${value}"`,
)

function urlFault(
  value: string,
  protocols: string[],
  instead = 'give the secret as a file under auth',
): string | null {
  const url = URL.parse(value)
  if (url === null) return 'this is not a complete address'
  if (!protocols.includes(url.protocol))
    return `it begins with ${url.protocol}// and must begin with ${protocols.map((one) => `${one}//`).join(' or ')}`
  // What stands there may be a password, so that the address is not repeated.
  if (url.username !== '' || url.password !== '') return `it holds a user name or password; ${instead}`
  if (url.protocol.startsWith('http') && (url.search !== '' || url.hash !== ''))
    return 'it holds a query or a fragment, which cannot be followed by a path'
  if (url.protocol.startsWith('http') && value.endsWith('/')) return `"${value}" ends in a slash`
  return null
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of `90s`, `30m`, `12h`, `7d`; null for anything else. */
export function durationSeconds(value: string): number | null {
  const found = /^(\d{1,9}(?:\.\d{1,9})?)([smhd])$/.exec(value.trim())
  return found ? Number(found[1]) * (UNIT_SECONDS[String(found[2])] ?? 1) : null
}

/** Seconds in the largest unit that leaves none over. */
export function durationText(seconds: number): string {
  const units = Object.entries(UNIT_SECONDS).toReversed()
  const [unit, size] = units.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}

export const Duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const seconds = durationSeconds(String(value))
  if (seconds !== null) return seconds
  context.addIssue(fault('config.duration-unreadable', `"${value}" is not a number with a unit`))
  return z.NEVER
})

/** What to do with runs that the very first scan of a root finds finished. */
export type Adopt =
  | { rule: 'since'; seconds: number }
  | { rule: 'since'; date: string }
  | { rule: 'register' }
  | { rule: 'seen' }

export const Adopt = z.string().transform((value, context): Adopt => {
  if (value === 'register' || value === 'seen') return { rule: value }
  const since = /^since:\s*(\S+)$/.exec(value)?.[1] ?? ''
  if (/^\d{4}-\d\d-\d\d$/.test(since) && isCalendarDate(since)) return { rule: 'since', date: since }
  const seconds = durationSeconds(since)
  if (seconds !== null) return { rule: 'since', seconds }
  context.addIssue(fault('config.adopt-unreadable', `"${value}" is none of the possible values`))
  return z.NEVER
})

/** As an operator writes it. */
export function adoptText(adopt: Adopt): string {
  if (adopt.rule !== 'since') return adopt.rule
  return `since:${'date' in adopt ? adopt.date : durationText(adopt.seconds)}`
}

/** Runs that ended before this instant are left alone at the first scan; null: all are registered; `seen`: none is. */
export function adoptedBefore(
  adopt: Adopt,
  options: { timeZone: string | null; now: Date },
): string | null | 'all' {
  if (adopt.rule === 'register') return null
  if (adopt.rule === 'seen') return 'all'
  return 'date' in adopt
    ? toInstant(adopt.date, options.timeZone ?? 'UTC')
    : new Date(options.now.getTime() - adopt.seconds * 1000).toISOString()
}

export const Listen = text('config.listen-unusable', (value) =>
  listenAddress(value) === null ? `"${value}" is not an address and a port` : null,
)

/** Host and port of `127.0.0.1:8734`, `[::1]:8734` or `localhost:0`; null for anything else. */
export function listenAddress(value: string): { host: string; port: number; loopback: boolean } | null {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value)
  const host = found?.[1] ?? found?.[2]
  const port = Number(found?.[3])
  if (host === undefined || port > 65_535) return null
  if (host !== 'localhost' && isIP(host) === 0) return null
  return { host, port, loopback: isLoopback(host) }
}

/** Is this name, or address, the machine itself? */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(hostname)

/** A template such as `{experimentName}-{flowcellId}` over the given fields. */
export const template = (fields: readonly string[], explain: (unknown: string) => string) =>
  text('config.field-unknown', (value) => {
    const unknown = [...value.matchAll(/\{([^{}]*)\}/g)]
      .map((one) => one[1] ?? '')
      .find((one) => !fields.includes(one))
    if (unknown !== undefined) return explain(unknown)
    return /[{}]/.test(value.replaceAll(/\{[^{}]*\}/g, '')) ? 'a brace is not closed' : null
  })
