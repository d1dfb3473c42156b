/** The redis-server that the daemon starts for itself: where it listens, what it keeps, and how it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat, symlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startEmbeddedRedis } from '../../src/deliver/embedded-redis.ts'
import { createHerald } from '../../src/events.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'

const silent = { emit: createHerald(() => {}).emit }

async function started(folder: string, { emit } = silent) {
  const redis = await startEmbeddedRedis(folder, { emit })
  if (!redis.ok) throw new Error(`${redis.error.why}: ${redis.error.detail}`)
  return { ...redis.value, [Symbol.asyncDispose]: redis.value.close }
}

const MODULE = new URL('../../src/deliver/embedded-redis.ts', import.meta.url).href

/** A process of its own that starts one in a folder: itself, and what it got. */
async function startedBy(folder: string, env = process.env) {
  const script = `
    const { startEmbeddedRedis } = await import(${JSON.stringify(MODULE)})
    const started = await startEmbeddedRedis(process.argv[1], { emit() {} })
    console.log(JSON.stringify(started))
    if (started.ok) setInterval(() => {}, 1000)`
  const daemon = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    ...{ env, stdio: ['ignore', 'pipe', 'inherit'] },
  })
  const [told] = await once(daemon.stdout, 'data')
  return { daemon, told: JSON.parse(String(told)) }
}

test('it answers on a socket that nobody else may use, keeps a file, and ends when told', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'redis')
  const redis = await started(path)
  const client = new Redis({ path: redis.socket })
  await client.set('key', 'value')
  expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  client.disconnect()
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect((await stat(redis.socket)).mode & 0o777).toBe(0o700)
  await redis.close()
  expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH')
  const again = await started(path)
  const reader = new Redis({ path: again.socket })
  expect(await reader.get('key')).toBe('value')
  reader.disconnect()
  await again.close()
})

test('a second one on the same folder is refused', async () => {
  await using folder = await temporaryFolder()
  await using first = await started(folder.path)
  expect(await startEmbeddedRedis(folder.path, silent)).toMatchObject({ ok: false, error: { why: 'locked' } })
  expect(() => process.kill(first.pid, 0)).not.toThrow()
})

test('a folder too deep for a socket gets its socket elsewhere, which goes with it', async () => {
  await using folder = await temporaryFolder()
  const deep = join(folder.path, 'x'.repeat(120))
  await mkdir(deep)
  const redis = await started(deep)
  expect(Buffer.byteLength(redis.socket)).toBeLessThanOrEqual(107)
  await redis.close()
  await expect(stat(join(redis.socket, '..'))).rejects.toThrow('ENOENT')
  expect(await readdir(deep)).toContain('appendonlydir')
})

test('killed, it is started again on the same socket', async () => {
  await using folder = await temporaryFolder()
  const herald = createHerald(() => {})
  const restarted = new Promise<void>((resolve) => {
    let count = 0
    herald.subscribe(({ event }) => {
      count += event === 'redis.started' ? 1 : 0
      if (count === 2) resolve()
    })
  })
  await using redis = await started(folder.path, herald)
  const first = redis.pid
  process.kill(first, 'SIGKILL')
  await restarted
  const socket = connect(redis.socket)
  await once(socket, 'connect')
  socket.destroy()
})

test('it ends with its daemon even when that is killed', async () => {
  await using folder = await temporaryFolder()
  const { daemon, told } = await startedBy(folder.path)
  daemon.kill('SIGKILL')
  await using next = await started(folder.path)
  expect(next.pid).not.toBe(told.value.pid)
})

test('where redis-server is not installed, the fault names the command that installs it', async () => {
  await using folder = await temporaryFolder()
  const tools = join(folder.path, 'tools')
  await mkdir(tools)
  for (const tool of ['flock', 'setpriv']) await symlink(`/usr/bin/${tool}`, join(tools, tool))
  const { told } = await startedBy(join(folder.path, 'redis'), { PATH: tools })
  expect(told).toMatchObject({
    ok: false,
    error: { why: 'not-installed', detail: expect.stringContaining('apt-get install redis-server') },
  })
})
