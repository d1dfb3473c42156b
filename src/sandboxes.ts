/** Which registries are sandboxes: only there may runs go that are no real runs. */
import { request } from 'undici'
import { SANDBOX_PLACEHOLDER } from './config/embedded.ts'
import { isLoopback } from './config.ts'

/** Names of those that say so themselves, and of the demonstration's. Only addresses of this machine are asked. */
export async function findSandboxes(registries: Array<{ name: string; url: string }>): Promise<Set<string>> {
  const answers = await Promise.all(
    registries.map(async ({ name, url }) => ((await isSandbox(url)) ? [name] : [])),
  )
  return new Set(answers.flat())
}

async function isSandbox(url: string): Promise<boolean> {
  if (url.startsWith(`${SANDBOX_PLACEHOLDER}/`)) return true
  const { origin, hostname } = new URL(url)
  if (!isLoopback(hostname)) return false
  try {
    const { statusCode, body } = await request(`${origin}/__sandbox/state`, {
      headersTimeout: 2000,
      bodyTimeout: 2000,
    })
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}
