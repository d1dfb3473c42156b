/**
 * The registries: do they answer, do they take our credentials, do their clocks agree with ours, and is any paused?
 * Asked by the kind's own probe, which commits nothing.
 */
import { connect } from 'node:tls'
import { SANDBOX_PLACEHOLDER } from '../../config/embedded.ts'
import { type Config, isLoopback, type RegistryConfig } from '../../config.ts'
import { createWire, type Exchanged, type Wire } from '../../deliver/exchange.ts'
import type { Request } from '../../handovers.ts'
import { registryWords } from '../../ops/words.ts'
import { destinationsOf } from '../../planning.ts'
import type { RegistryState } from '../../record/registration.ts'
import { toDelivery } from '../../to-delivery.ts'
import { shortTime } from '../words.ts'
import { type Check, checksOf } from './check.ts'

const PATIENCE_SECONDS = 8
const MOST_SKEW_SECONDS = 60
const DAY_MS = 86_400_000
const CERTIFICATE_DAYS = 14

/** `states` is what the journal says of them; empty where there is none. */
export async function checkRegistries(config: Config, states: RegistryState[]): Promise<Check[]> {
  if (config.registries.length === 0)
    return [
      checksOf('registry', 'Registries').warning(
        'none',
        'Name at least one under `registries`: until then nothing is sent anywhere.',
      ),
    ]
  const wire = createWire()
  try {
    const each = await Promise.all(config.registries.map((_, index) => checkRegistry(config, index, wire)))
    const names = config.registries.map((one) => one.name)
    return [...each.flat(), ...states.filter((one) => names.includes(one.name)).flatMap(checkPaused)]
  } finally {
    await wire.close()
  }
}

async function checkRegistry(config: Config, index: number, wire: Wire): Promise<Check[]> {
  const entry = config.registries[index]
  if (entry === undefined) return []
  const { name, kind, url } = entry
  if (url.startsWith(`${SANDBOX_PLACEHOLDER}/`))
    return [checksOf('registry', `Registry ${name}`).fine(`${kind}, emulated while the demonstration runs`)]
  const planned = destinationsOf(config, new Set())[index]
  const to = toDelivery(entry, planned, { wire, state: config.state })
  const patient = { ...to, limits: { ...to.limits, timeoutSeconds: PATIENCE_SECONDS } }
  // A refresh token serves once: asking for the daemon's next one here would shut the daemon out.
  const isOauth = entry.auth.oauth !== null
  const request: Request = isOauth
    ? { method: 'GET', path: '/', body: null, secrets: [] }
    : to.probe.request(to.settings)
  const exchanged = await wire.exchange(patient, request, { id: 'doctor', fresh: true, now: new Date() })
  const reached = checkReached(entry, exchanged)
  if (exchanged.type !== 'answer') return [reached, ...checkPlainText(entry)]
  const probe = isOauth ? null : to.probe.judge(exchanged.answer)
  return [
    reached,
    ...(probe === null ? [] : [checkCredentials(entry, probe, exchanged.mask)]),
    ...checkSkew(entry, exchanged.answer.headers['date']),
    ...checkPlainText(entry),
    ...(await checkCertificate(entry)),
  ]
}

function checkReached({ name, kind, url }: RegistryConfig, exchanged: Exchanged): Check {
  const { fine, wrong, away } = checksOf('registry', `Registry ${name}`)
  switch (exchanged.type) {
    case 'answer':
      return fine(`${url} answers (${kind})`)
    case 'no-secret':
      return wrong(
        exchanged.detail,
        'Write the token into the file named in `auth`, and let this user read it.',
      )
    case 'not-sent':
    case 'lost':
      return away(`${url} cannot be reached: ${exchanged.detail}`, wayFix(exchanged.detail))
  }
}

/** What to look at, by what the network said. */
function wayFix(detail: string): string {
  if (/ENOTFOUND|EAI_AGAIN/.test(detail))
    return 'Its name is not known here: check the spelling of `url`, and the DNS servers of this machine.'
  if (detail.includes('ECONNREFUSED'))
    return 'Nothing listens at that address and port: check `url`, or ask whether the registry runs.'
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(detail))
    return 'Its certificate is not trusted here. For one of your own authority start runherald with NODE_EXTRA_CA_CERTS=FILE; checking cannot be switched off.'
  return 'Check the address, the network, the firewall and any proxy (HTTPS_PROXY). Nothing is lost meanwhile: registrations wait.'
}

function checkCredentials(
  { name, auth }: RegistryConfig,
  probe: { is: 'open' } | { is: 'closed'; reason: string; detail: string },
  mask: (text: string) => string,
): Check {
  const { fine, warning, wrong } = checksOf('credentials', `Account at ${name}`)
  if (probe.is === 'open') return fine(auth.username === null ? 'taken' : `taken, as ${auth.username}`)
  const found = mask(probe.detail)
  if (probe.reason === 'credentials')
    return wrong(found, `Renew ${auth.tokenFile ?? 'the token file'}; the daemon reads it anew by itself.`)
  return probe.reason === 'answers-changed'
    ? wrong(found, 'Check `url` and `kind`: something else answers there.')
    : warning(found, 'The registry has trouble of its own; registrations wait until it is over.')
}

function checkSkew({ name }: RegistryConfig, date: string | undefined): Check[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return []
  const { fine, warning } = checksOf('clock', `Clock of ${name}`)
  const skew = Math.round((Date.now() - theirs) / 1000)
  return [
    Math.abs(skew) > MOST_SKEW_SECONDS
      ? warning(
          `it differs from ours by ${skew} s`,
          'Let this machine keep its time by NTP (timedatectl set-ntp true): a time in the future is refused.',
        )
      : fine('agrees with ours'),
  ]
}

function checkPlainText({ name, url }: RegistryConfig): Check[] {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname)
    ? []
    : [
        checksOf('tls', `Registry ${name}`).warning(
          'its url begins with http: so everybody on the way can read the token',
          'Write https: into `url`.',
        ),
      ]
}

/** A certificate that will run out stops every delivery on that day. */
async function checkCertificate({ name, url }: RegistryConfig): Promise<Check[]> {
  const { protocol, hostname, port } = new URL(url)
  if (protocol !== 'https:') return []
  const until = await certificateEnd(hostname, Number(port || 443))
  if (until === null) return []
  const { fine, warning } = checksOf('certificate', `Certificate of ${name}`)
  const days = Math.floor((until - Date.now()) / DAY_MS)
  return [
    days < CERTIFICATE_DAYS
      ? warning(`it runs out in ${days} days`, 'Tell the people who run the registry.')
      : fine(`good for ${days} days`),
  ]
}

/** Null where it cannot be asked for straight, as behind a proxy. */
const certificateEnd = (host: string, port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, servername: host, timeout: PATIENCE_SECONDS * 1000 })
    const tell = (end: number | null) => {
      socket.destroy()
      resolve(end)
    }
    socket.once('secureConnect', () => tell(Date.parse(socket.getPeerCertificate().valid_to)))
    socket.once('timeout', () => tell(null))
    socket.once('error', () => tell(null))
  })

function checkPaused(registry: RegistryState): Check[] {
  if (registry.state === 'open') return []
  const { warning } = checksOf('paused', `Registry ${registry.name}`)
  const fix = {
    operator: `When it may go on: runherald resume ${registry.name}`,
    credentials: 'Renew its token file; the daemon asks again by itself within five minutes.',
    away: 'Nothing: the daemon asks again by itself.',
    'answers-changed': 'Check `url` and `kind`; the daemon asks again by itself.',
  }
  return [
    warning(
      `${registryWords(registry)}, since ${shortTime(registry.since)}`,
      fix[registry.reason ?? 'operator'],
    ),
  ]
}
