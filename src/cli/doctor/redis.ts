/** Redis, which carries the jobs: our own server's program, or the operator's server as it is set up. */
import { execFileSync } from 'node:child_process'
import { Redis } from 'ioredis'
import { type Config, isLoopback, readSecret } from '../../config.ts'
import { loggedError } from '../../events.ts'
import { type Check, type Checks, checksOf } from './check.ts'

const PATIENCE_MS = 3000
/** BullMQ's own least. */
const LEAST_VERSION = [6, 2] as const

export async function checkRedis({ redis }: Config): Promise<Check[]> {
  return redis === null ? checkEmbedded() : checkConfigured(redis)
}

/** What our own server is started with, all of it by Debian's redis-server and util-linux. */
function checkEmbedded(): Check[] {
  const checks = checksOf('redis', 'Redis')
  const missing = ['flock', 'setpriv'].filter((program) => versionOf(program) === null)
  const said = versionOf('redis-server')
  if (said === null)
    return [
      checks.wrong(
        'redis-server is not installed',
        'apt-get install -y --no-install-recommends redis-server',
      ),
    ]
  if (missing.length > 0)
    return [checks.wrong(`${missing.join(' and ')} missing`, 'apt-get install -y util-linux')]
  const version = /v=(\S+)/.exec(said)?.[1] ?? 'unknown'
  return [old(version, checks) ?? checks.fine(`embedded, version ${version}`)]
}

function versionOf(program: string): string | null {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return null
  }
}

function old(version: string, { wrong }: Checks): Check | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])
  return isOld ? wrong(`version ${version}`, `Use Redis ${LEAST_VERSION.join('.')} or newer.`) : null
}

async function checkConfigured({ url, passwordFile }: NonNullable<Config['redis']>): Promise<Check[]> {
  const checks = checksOf('redis', 'Redis')
  const redis = new Redis(url, {
    ...(passwordFile !== null && { password: await readSecret(passwordFile) }),
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let cause: unknown = null
  redis.on('error', (thrown) => {
    cause = thrown
  })
  try {
    await redis.connect()
    const info = await redis.info()
    return [...judged(url, info, checks), ...checkExposure(url, passwordFile)]
  } catch (thrown) {
    const { message } = loggedError(cause ?? thrown)
    return /NOAUTH|WRONGPASS|NOPERM|invalid password/i.test(message)
      ? [checks.wrong(`${url} does not let us in: ${message}`, 'Correct the password in redis.passwordFile.')]
      : [
          checks.away(
            `${url} does not answer: ${message}`,
            'Start it, or correct redis.url. Watching goes on meanwhile, and deliveries wait.',
          ),
        ]
  } finally {
    redis.disconnect()
  }
}

function judged(url: string, info: string, checks: Checks): Check[] {
  const value = (key: string) => new RegExp(`^${key}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown'
  const version = value('redis_version')
  const policy = value('maxmemory_policy')
  const found = `${url}, version ${version}`
  const faults = [
    old(version, checks),
    policy === 'noeviction'
      ? null
      : checks.wrong(
          `${found}, maxmemory-policy ${policy}`,
          'Set maxmemory-policy noeviction: any other throws jobs away, and each is then late by up to a minute.',
        ),
    value('role') === 'master'
      ? null
      : checks.wrong(`${found}, a replica, which takes no jobs`, 'Name the primary in redis.url.'),
  ].filter((one) => one !== null)
  // The journal makes lost jobs again, so that a Redis without a file of its own only costs time.
  const kept =
    value('aof_enabled') === '1'
      ? 'jobs kept in its append-only file'
      : 'jobs in memory only, made again from the journal'
  return faults.length > 0 ? faults : [checks.fine(`${found}, ${kept}`)]
}

/** Whoever can reach it can read which runs there are, and hold up deliveries. */
function checkExposure(url: string, passwordFile: string | null): Check[] {
  const { protocol, hostname, password } = new URL(url)
  if (hostname === '' || isLoopback(hostname)) return []
  const { wrong, warning } = checksOf('redis-guard', 'Redis')
  if (passwordFile === null && password === '')
    return [
      wrong(
        `${hostname} is another machine, and its Redis asks for no password`,
        'Set a password there (requirepass or an ACL user), and name its file in redis.passwordFile.',
      ),
    ]
  return protocol === 'rediss:'
    ? []
    : [warning(`what is sent to ${hostname} can be read on the way`, 'Use rediss: with a TLS port of Redis.')]
}
