/** The state folder, the journal and Redis. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Redis } from 'ioredis'
import { type Config, readSecret } from '../../config.ts'
import { decideAt } from '../../deliver/decide.ts'
import { loggedError } from '../../events.ts'
import { openJournal } from '../../journal/open.ts'
import { journalFile, stopFor } from '../journal.ts'
import { type Check, fine, warning, wrong } from './check.ts'
import { fileSystemOf, isNetwork } from './file-system.ts'

const LEAST_FREE_BYTES = 1024 ** 3

export function checkState({ state }: Config): Check[] {
  const there = nearestFolder(state)
  try {
    accessSync(there, constants.W_OK)
  } catch {
    return [
      wrong(
        'state',
        'State folder',
        `${state} cannot be written by this user`,
        `Let this user own it: chown USER ${state}`,
      ),
    ]
  }
  const kind = fileSystemOf(there)
  const place = isNetwork(kind)
    ? wrong(
        'state',
        'State folder',
        `${state} lies on a network file system (${kind})`,
        'Put `state` on a local disk: a journal on a share can be damaged.',
      )
    : fine('state', 'State folder', `${state}${kind === null ? '' : ` (${kind})`}`)
  const { bavail, bsize } = statfsSync(there)
  const free = bavail * bsize
  const gigabytes = `${(free / 1024 ** 3).toFixed(1)} GiB free`
  return [
    place,
    free < LEAST_FREE_BYTES
      ? warning(
          'disk',
          'Disk',
          gigabytes,
          'Make room: without it nothing can be noted down, and so nothing is sent.',
        )
      : fine('disk', 'Disk', gigabytes),
  ]
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path))
}

export async function checkJournal(config: Config): Promise<Check> {
  const file = journalFile(config)
  const opened = await openJournal(file, { decide: decideAt(config.timeScale), readOnly: true })
  if (!opened.ok) {
    if (opened.error.why === 'absent') return fine('journal', 'Journal', 'none yet; the first start makes it')
    return wrong(
      'journal',
      'Journal',
      stopFor(opened.error).message,
      'Stop the daemon, then: runherald restore FILE',
    )
  }
  const rows = (await opened.value.registrations()).length
  await opened.value.close()
  return fine('journal', 'Journal', `${file}, ${rows} registrations`)
}

export function checkRedis({ redis }: Config): Promise<Check> {
  return redis === null ? Promise.resolve(embeddedRedis()) : ownRedis(redis)
}

function embeddedRedis(): Check {
  try {
    const said = execFileSync('redis-server', ['--version'], { encoding: 'utf8' })
    return fine('redis', 'Redis', `embedded, version ${/v=(\S+)/.exec(said)?.[1] ?? 'unknown'}`)
  } catch {
    return wrong(
      'redis',
      'Redis',
      'redis-server is not installed',
      'apt-get install -y --no-install-recommends redis-server',
    )
  }
}

/** A Redis of the operator's must be there, and must not throw jobs away when its memory is full. */
async function ownRedis({ url, passwordFile }: NonNullable<Config['redis']>): Promise<Check> {
  const password = passwordFile === null ? {} : { password: await readSecret(passwordFile) }
  const redis = new Redis(url, {
    ...password,
    lazyConnect: true,
    connectTimeout: 3000,
    commandTimeout: 3000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    const info = await redis.info()
    const value = (key: string) => new RegExp(`^${key}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown'
    const found = `${url}, version ${value('redis_version')}`
    return value('maxmemory_policy') === 'noeviction'
      ? fine('redis', 'Redis', found)
      : wrong(
          'redis',
          'Redis',
          `${found}, maxmemory-policy ${value('maxmemory_policy')}`,
          'Set maxmemory-policy noeviction: any other throws jobs away.',
        )
  } catch (thrown) {
    return wrong(
      'redis',
      'Redis',
      `${url} does not answer: ${loggedError(thrown).message}`,
      'Start it, or correct redis.url.',
    )
  } finally {
    redis.disconnect()
  }
}
