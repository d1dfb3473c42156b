/** Majora 2's OAuth2: access tokens that end, refresh tokens that work once. */
import type { Answer, Exchange, OAuthClient } from './emulated-registry.ts'
import { dumps, isObject, type Json, loads } from './python-json.ts'

const lifeSeconds = 36_000

/** What a token says of itself, so that a sandbox started anew still knows those it gave out. */
type Grant = { turn: number; scope: string; endsAt: number }

type OAuth = {
  /** `POST /o/token/`. Each refresh ends the refresh token it was made with, and every access token before it. */
  token(exchange: Exchange): Answer
  /** The scopes of a living access token; null for any other. */
  scopesOf(authorization: Exchange['headers'][string], now: Date): string[] | null
}

export function openOAuth(client: OAuthClient): OAuth {
  let turn = 0

  function refresh(form: URLSearchParams, now: Date): Answer {
    const given = turnOf(form.get('refresh_token') ?? '', client.refreshToken)
    if (given === null || given < turn) return answer(400, { error: 'invalid_grant' })
    const scope = form.get('scope') ?? client.scope
    const granted = client.scope.split(' ')
    if (!scope.split(' ').every((one) => granted.includes(one)))
      return answer(400, { error: 'invalid_scope' })
    turn = given + 1
    const endsAt = Math.floor(now.getTime() / 1000) + lifeSeconds
    const grant: Grant = { turn, scope, endsAt }
    return answer(200, {
      access_token: `sandbox-access-${Buffer.from(dumps(grant)).toString('base64url')}`,
      expires_in: lifeSeconds,
      token_type: 'Bearer',
      scope,
      refresh_token: `${client.refreshToken}.${turn}`,
    })
  }

  return {
    token(exchange) {
      if (exchange.method !== 'POST') return answer(405, { error: 'invalid_request' })
      const form = new URLSearchParams(Buffer.from(exchange.body).toString('utf8'))
      if (!knows(exchange, form, client)) return answer(401, { error: 'invalid_client' })
      switch (form.get('grant_type')) {
        case 'refresh_token':
          return refresh(form, exchange.now)
        case 'client_credentials':
        case 'password':
          return answer(400, { error: 'unauthorized_client' })
        case 'authorization_code':
          return answer(400, { error: 'invalid_grant' })
        default:
          return answer(400, { error: 'unsupported_grant_type' })
      }
    },
    scopesOf(authorization, now) {
      const [, packed] = /^Bearer sandbox-access-([\w-]+)$/.exec(String(authorization ?? '')) ?? []
      const read = packed === undefined ? null : loads(Buffer.from(packed, 'base64url').toString('utf8'))
      if (read === null || !isObject(read.value)) return null
      const { turn: given, scope, endsAt } = read.value
      const alive = Number(given) >= turn && Number(endsAt) * 1000 > now.getTime()
      return alive && typeof scope === 'string' ? scope.split(' ') : null
    },
  }
}

function turnOf(token: string, first: string): number | null {
  if (token === first) return 0
  const turn = token.startsWith(`${first}.`) ? token.slice(first.length + 1) : ''
  return /^\d{1,9}$/.test(turn) ? Number(turn) : null
}

function knows(exchange: Exchange, form: URLSearchParams, client: OAuthClient): boolean {
  const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')
  if (exchange.headers['authorization'] === `Basic ${basic}`) return true
  return form.get('client_id') === client.clientId && form.get('client_secret') === client.clientSecret
}

const answer = (status: number, body: Json): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Pragma: 'no-cache' },
  body: dumps(body),
})
