/** The registries: do they answer, and do their clocks agree with ours? Nothing is sent that could register anything. */
import { Agent, request } from 'undici'
import { SANDBOX_PLACEHOLDER } from '../../config/embedded.ts'
import type { Config, RegistryConfig } from '../../config.ts'
import { loggedError } from '../../events.ts'
import { type Check, fine, warning, wrong } from './check.ts'

const PATIENCE_MS = 5000
const MOST_SKEW_SECONDS = 60

export async function checkRegistries({ registries }: Config): Promise<Check[]> {
  const agent = new Agent({
    connect: { timeout: PATIENCE_MS },
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  })
  try {
    return await Promise.all(registries.map((one) => checkRegistry(one, agent)))
  } finally {
    await agent.close()
  }
}

/** Any complete answer shows that the way there is open; what it says is the registry's matter. */
async function checkRegistry({ name, kind, url }: RegistryConfig, agent: Agent): Promise<Check> {
  const what = `Registry ${name}`
  if (url.startsWith(`${SANDBOX_PLACEHOLDER}/`))
    return fine('registry', what, `${kind}, emulated while the demonstration runs`)
  try {
    const { headers, body } = await request(`${url}/`, { method: 'GET', dispatcher: agent })
    await body.dump()
    const theirs = typeof headers['date'] === 'string' ? Date.parse(headers['date']) : Number.NaN
    const skew = Math.round((Date.now() - theirs) / 1000)
    if (Math.abs(skew) > MOST_SKEW_SECONDS)
      return warning(
        'registry',
        what,
        `${url} answers, and its clock differs from ours by ${skew} s`,
        'Let this machine keep its time by NTP: a time in the future is refused.',
      )
    return fine('registry', what, `${url} answers (${kind})`)
  } catch (thrown) {
    const { code, message } = loggedError(thrown)
    return wrong(
      'registry',
      what,
      `${url} cannot be reached: ${code ?? message}`,
      'Check the address, the network and any proxy. Nothing is lost meanwhile: registrations wait.',
    )
  }
}
