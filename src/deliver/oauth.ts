/**
 * OAuth2 access tokens from a refresh token that works once: renewed when they end, by one request at a time.
 *
 * Every renewal ends the refresh token it was made with. So the new pair is on disk before it is used, and what is
 * kept goes before the operator's file until that file holds another token than the one the kept ones came from.
 */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Probe, Verdict } from '../handovers.ts'
import type { PauseReason } from '../record/registration.ts'
import type { Destination } from './destination.ts'
import type { Exchanged } from './exchange.ts'
import { type KeptTokens, readKept, writeKept } from './kept-tokens.ts'
import { SecretFault } from './secrets.ts'

type OAuthOptions = {
  registry: string
  /** Where tokens are given out. */
  tokenUrl: string
  /** Paths, as a person is told of them; `read` gives the secret in one. */
  files: { clientId: string; clientSecret: string; refreshToken: string }
  read(path: string): Promise<string>
  /** Where the newest pair is kept, readable by its owner alone. */
  keptIn: string
  post(url: string, form: Record<string, string>): Promise<Exchanged>
  now(): Date
}

export type OAuth = {
  /** A token that the registry should take now. Rejects with a {@link SecretFault}. */
  bearer(): Promise<string>
  /** The registry refused the one it was shown: the next is a new one. */
  doubt(): void
}

const TokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive().default(300),
})
const TokenError = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) })

/**
 * The registry with its bearer token from here. One that the registry refuses may have been ended before its time, so
 * that the next is a new one.
 */
export function withOAuth(to: Destination, options: Omit<OAuthOptions, 'registry'>): Destination {
  const oauth = createOAuth({ registry: to.name, ...options })
  const seen = <T extends Verdict | Probe>(judged: T): T => {
    if ('reason' in judged && judged.reason === 'credentials') oauth.doubt()
    return judged
  }
  return {
    ...to,
    judge: (sent, answer, history) => seen(to.judge(sent, answer, history)),
    probe: { request: to.probe.request, judge: (answer) => seen(to.probe.judge(answer)) },
    secrets: () => oauth.bearer(),
  }
}

/** A token that ends on its way is none. */
const MARGIN_SECONDS = 60

export function createOAuth(options: OAuthOptions): OAuth {
  const { now } = options
  let kept: KeptTokens | null = null
  let isSaved = true
  let isDoubted = false
  let asking: Promise<string> | null = null

  async function current(): Promise<string> {
    const given = await options.read(options.files.refreshToken)
    const origin = createHash('sha256').update(given).digest('hex')
    kept ??= await readKept(options.keptIn)
    if (kept?.origin !== origin)
      kept = { origin, refreshToken: given, accessToken: null, endsAt: now().toISOString() }
    if (!isSaved) await save(kept)
    const { accessToken, endsAt } = kept
    const lasts = Date.parse(endsAt) - now().getTime() > MARGIN_SECONDS * 1000
    return accessToken !== null && lasts && !isDoubted ? accessToken : renew(kept)
  }

  async function renew(pair: KeptTokens): Promise<string> {
    const next = await nextPair(pair, options)
    kept = next
    isSaved = false
    await save(next)
    isDoubted = false
    return next.accessToken
  }

  async function save(pair: KeptTokens): Promise<void> {
    try {
      await writeKept(options.keptIn, pair)
      isSaved = true
    } catch (thrown) {
      const why = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
      throw new SecretFault('away', `new tokens came and cannot be kept in ${options.keptIn}: ${why}`)
    }
  }

  return {
    bearer() {
      asking ??= current().finally(() => {
        asking = null
      })
      return asking
    },
    doubt() {
      isDoubted = true
    },
  }
}

/** Ends the refresh token of this pair. */
async function nextPair(
  { origin, refreshToken }: KeptTokens,
  options: OAuthOptions,
): Promise<KeptTokens & { accessToken: string }> {
  const { files, read, now } = options
  const exchanged = await options.post(options.tokenUrl, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: await read(files.clientId),
    client_secret: await read(files.clientSecret),
  })
  const given = granted(exchanged, options)
  return {
    origin,
    refreshToken: given.refresh_token ?? refreshToken,
    accessToken: given.access_token,
    endsAt: new Date(now().getTime() + given.expires_in * 1000).toISOString(),
  }
}

function granted(
  exchanged: Exchanged,
  { registry, tokenUrl, files }: OAuthOptions,
): z.infer<typeof TokenAnswer> {
  const fault = (pause: PauseReason, detail: string) => new SecretFault(pause, detail)
  if (exchanged.type !== 'answer') throw fault('away', `${tokenUrl}: ${exchanged.detail}`)
  const { status, body } = exchanged.answer
  const given = TokenAnswer.safeParse(status === 200 ? parsed(body) : undefined)
  if (given.success) return given.data
  const refusal = TokenError.safeParse(status === 400 || status === 401 ? parsed(body) : undefined)
  if (refusal.success) throw fault('credentials', refusalSentence(refusal.data.error, registry, files))
  const elsewhere = (status >= 300 && status < 400) || status === 404 || status === 405
  throw fault(elsewhere ? 'answers-changed' : 'away', `${tokenUrl} answered ${status}, and gave no token`)
}

function refusalSentence(error: string, registry: string, files: OAuthOptions['files']): string {
  switch (error) {
    case 'invalid_grant':
      return (
        `the refresh token of ${registry} has been used, has expired or was revoked: somebody with an account there ` +
        `must log in and consent once more, and the new refresh token be written to ${files.refreshToken}`
      )
    case 'invalid_client':
      return `the client id or secret of ${registry} is not accepted: check ${files.clientId} and ${files.clientSecret}`
    default:
      return `${registry} gives no token for the refresh token in ${files.refreshToken}: ${error}`
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
