/** The folders and secret files that a configuration names: made absolute, and secrets read. */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Auth, Config } from './schema.ts'

/** What relative paths are relative to: the file's own folder; for what a variable or flag sets, the current one. */
export type Places = { base: string; cwd: string; env: NodeJS.ProcessEnv; overridden: ReadonlySet<string> }

/**
 * Where a secret lies. A bare name is looked for among systemd's credentials first (`LoadCredential=`),
 * since their folder changes with every start.
 */
export function secretPath(name: string, base: string, env: NodeJS.ProcessEnv): string {
  const credentials = env['CREDENTIALS_DIRECTORY']
  if (credentials !== undefined && !name.includes('/') && existsSync(join(credentials, name)))
    return join(credentials, name)
  return resolve(base, name)
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

export function resolveFolders(config: Config, { base, cwd, env, overridden }: Places): Config {
  const from = (key: string) => (overridden.has(key) ? cwd : base)
  const secret = (name: string | null, key: string) => name && secretPath(name, from(key), env)
  return {
    ...config,
    state: resolve(from('state'), config.state),
    redis: config.redis && {
      ...config.redis,
      passwordFile: secret(config.redis.passwordFile, 'redis.passwordFile'),
    },
    http: { ...config.http, tokenFile: secret(config.http.tokenFile, 'http.tokenFile') },
    notify: config.notify && resolveNotify(config.notify, base, env),
    watch: config.watch.map((root) =>
      'runs' in root
        ? { ...root, runs: resolve(base, root.runs) }
        : { ...root, sheets: resolve(base, root.sheets) },
    ),
    registries: config.registries.map((registry) => ({
      ...registry,
      auth: resolveAuth(registry.auth, base, env),
    })),
  }
}

function resolveNotify(
  notify: NonNullable<Config['notify']>,
  base: string,
  env: NodeJS.ProcessEnv,
): Config['notify'] {
  const { mail, webhook } = notify
  const auth = mail?.auth
  return {
    ...notify,
    mail: mail && {
      ...mail,
      auth: auth ? { ...auth, passwordFile: secretPath(auth.passwordFile, base, env) } : null,
    },
    webhook: webhook && { ...webhook, tokenFile: secretPath(webhook.tokenFile, base, env) },
  }
}

function resolveAuth(auth: Auth, base: string, env: NodeJS.ProcessEnv): Auth {
  return {
    ...auth,
    tokenFile: auth.tokenFile && secretPath(auth.tokenFile, base, env),
    oauth: auth.oauth && {
      ...auth.oauth,
      clientIdFile: secretPath(auth.oauth.clientIdFile, base, env),
      clientSecretFile: secretPath(auth.oauth.clientSecretFile, base, env),
      refreshTokenFile: secretPath(auth.oauth.refreshTokenFile, base, env),
    },
  }
}
