/** A redis-server of the test's own on a loopback port and a socket, to be killed, emptied, starved and cut. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export type RedisServer = AsyncDisposable & {
  url: string
  /** Where its socket and its append-only file lie. */
  folder: string
  start(): Promise<void>
  /** Ends it and waits; with SIGKILL as a crash would. */
  end(signal?: NodeJS.Signals): Promise<void>
  /** Sends one command over a connection of its own. */
  command(name: string, ...values: string[]): Promise<unknown>
  /** Cuts so much off the end of its append-only file, while it does not run. */
  cut(share: number): Promise<void>
}

export async function openRedisServer({ password }: { password?: string } = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'runherald-redis-'))
  const port = await freePort()
  let child: ChildProcess | null = null

  const server: RedisServer = {
    ...{ url: `redis://127.0.0.1:${port}`, folder },
    async start() {
      const settings = {
        port,
        bind: '127.0.0.1',
        unixsocket: join(folder, 'socket'),
        dir: folder,
        requirepass: password ?? '',
        appendonly: 'yes',
        save: '',
        'maxmemory-policy': 'noeviction',
        'enable-debug-command': 'yes',
        loglevel: 'notice',
      }
      const started = spawn(
        'redis-server',
        Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]),
        { stdio: ['ignore', 'pipe', 'ignore'] },
      )
      child = started
      await new Promise<void>((ready, failed) => {
        started.once('exit', (code) => failed(new Error(`redis-server ended with ${code}`)))
        started.stdout.on('data', (text) => String(text).includes('Ready to accept') && ready())
      })
    },
    async end(signal = 'SIGTERM') {
      const ending = child
      child = null
      if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill(signal)
      await ended
    },
    async command(name, ...values) {
      const redis = new Redis(server.url, { ...(password && { password }), maxRetriesPerRequest: 1 })
      try {
        return await redis.call(name, ...values)
      } finally {
        redis.disconnect()
      }
    },
    async cut(share) {
      const within = join(folder, 'appendonlydir')
      for (const name of await readdir(within)) {
        if (!name.endsWith('.incr.aof')) continue
        const { size } = await stat(join(within, name))
        const file = await open(join(within, name), 'r+')
        await file.truncate(Math.floor(size * (1 - share)))
        await file.close()
      }
    },
    async [Symbol.asyncDispose]() {
      await server.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** A port that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
