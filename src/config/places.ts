/** The folders and secret files that a configuration names: made absolute, and secrets read. */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from './schema.ts'
import { isBlock } from './sources.ts'

/** What relative paths are relative to: the file's own folder; for what a variable or flag sets, the current one. */
export type Places = { base: string; cwd: string; env: NodeJS.ProcessEnv; overridden: ReadonlySet<string> }

/**
 * Where the secret lies that is named at a key. A bare name is looked for among systemd's credentials first
 * (`LoadCredential=`), since their folder changes with every start.
 */
export function secretPath(name: string, key: string, { base, cwd, env, overridden }: Places): string {
  const credentials = env['CREDENTIALS_DIRECTORY']
  if (credentials !== undefined && !name.includes('/') && existsSync(join(credentials, name)))
    return join(credentials, name)
  return resolve(overridden.has(key) ? cwd : base, name)
}

/** The secret in a file, without its one trailing newline. Throws when it cannot be read. */
export async function readSecret(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
}

/** A file written so lately may be written once more at what its file system takes for the same time. */
const COARSEST_CLOCK_MS = 2_000

/** The secret that is in a file at each call: read again when the file is another, or was written since. */
export function secretIn(path: string): () => Promise<string> {
  let kept: { is: string; secret: string } | null = null
  return async () => {
    const { ino, size, ctimeMs } = await stat(path)
    const is = `${ino} ${size} ${ctimeMs}`
    if (kept?.is === is) return kept.secret
    const secret = await readSecret(path)
    kept = ctimeMs < Date.now() - COARSEST_CLOCK_MS ? { is, secret } : null
    return secret
  }
}

export function resolveFolders(config: Config, places: Places): Config {
  const { base, cwd, overridden } = places
  return {
    ...config,
    state: resolve(overridden.has('state') ? cwd : base, config.state),
    redis: withSecretPaths(config.redis, 'redis', places),
    http: withSecretPaths(config.http, 'http', places),
    notify: withSecretPaths(config.notify, 'notify', places),
    watch: config.watch.map((root) =>
      'runs' in root
        ? { ...root, runs: resolve(base, root.runs) }
        : { ...root, sheets: resolve(base, root.sheets) },
    ),
    registries: config.registries.map((one) => ({
      ...one,
      auth: withSecretPaths(one.auth, 'registries', places),
    })),
  }
}

/** The same block with the whole path behind every key that ends in `File`. */
function withSecretPaths<Block>(block: Block, key: string, places: Places): Block {
  if (!isBlock(block)) return block
  const entries = Object.entries(block).map(([name, value]) => {
    const at = `${key}.${name}`
    const isSecret = name.endsWith('File') && typeof value === 'string'
    return [name, isSecret ? secretPath(value, at, places) : withSecretPaths(value, at, places)]
  })
  return Object.fromEntries(entries)
}
