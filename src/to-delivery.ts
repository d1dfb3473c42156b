/** A registry as delivery sees it: the kind's pure functions with this registry's settings bound, and its secrets. */
import { join } from 'node:path'
import { type RegistryConfig, readSecret, secretIn } from './config.ts'
import type { Destination } from './deliver/destination.ts'
import type { Wire } from './deliver/exchange.ts'
import { withOAuth } from './deliver/oauth.ts'
import { readTogether } from './deliver/secrets.ts'
import type { Destination as PlannedFor } from './planning/destination.ts'

export function toDelivery(
  entry: RegistryConfig,
  planned: PlannedFor | undefined,
  { wire, state }: { wire: Wire; state: string },
): Destination {
  if (planned === undefined) throw new Error(`${entry.name} was not planned for`)
  const { registry, settings } = planned
  const { name, kind, url, limits, auth } = entry
  const token = auth.tokenFile === null ? null : secretIn(auth.tokenFile)
  const destination: Destination = {
    name,
    kind,
    url,
    limits,
    settings,
    judge: registry.judge,
    probe: registry.probe,
    lookUp: registry.lookUp,
    secrets: readTogether(async () => {
      if (token === null) throw new Error(`${name} has no token file`)
      return token()
    }),
  }
  if (auth.oauth === null) return destination
  const { clientIdFile, clientSecretFile, refreshTokenFile } = auth.oauth
  return withOAuth(destination, {
    // Django's OAuth Toolkit, of which Majora is made, gives tokens out here.
    tokenUrl: `${url}/o/token/`,
    files: { clientId: clientIdFile, clientSecret: clientSecretFile, refreshToken: refreshTokenFile },
    read: readSecret,
    keptIn: join(state, 'oauth', `${name}.json`),
    post: (tokenUrl, form) => wire.post(tokenUrl, form, limits.timeoutSeconds),
    now: () => new Date(),
  })
}
