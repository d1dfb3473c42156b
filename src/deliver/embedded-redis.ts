/**
 * Our own redis-server: a child on a private unix socket that ends with us, however we end.
 *
 * It runs behind `flock`, since a second server on one folder would share and ruin its files, and behind `setpriv`,
 * since a child whose parent was killed would live on. It only carries jobs that the journal can make again, so its
 * file is synced every second and no more.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Emit } from '../events.ts'
import { err, ok, type Result } from '../result.ts'

export type EmbeddedRedis = { socket: string; pid: number; close(): Promise<void> }
/** `locked`: another daemon's server runs on this folder. */
type RedisFault = { why: 'not-installed' | 'locked' | 'failed'; detail: string }

/** `sun_path` of Linux holds 108 bytes, the last of them zero. */
const LONGEST_SOCKET_BYTES = 107
const LOCKED = 75
const LOCK_SECONDS = 5
const READY_MS = 10_000
const STOP_MS = 5000
const LONGEST_BACK_OFF_MS = 30_000

/** Starts it in `folder` (made when missing) and keeps it running until `close`. */
export async function startEmbeddedRedis(
  folder: string,
  { emit }: { emit: Emit },
): Promise<Result<EmbeddedRedis, RedisFault>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const { socket, release } = await socketIn(folder)
  const server = supervise(folder, socket, emit)
  const first = await server.started
  if (!first.ok) {
    await release()
    return first
  }
  emit('redis.started', { socket, pid: server.pid() })
  return ok({
    socket,
    get pid() {
      return server.pid()
    },
    close: async () => {
      await server.close()
      await release()
    },
  })
}

/** A state folder may lie too deep for a socket's name; a private temporary folder then holds the socket alone. */
async function socketIn(folder: string): Promise<{ socket: string; release(): Promise<void> }> {
  const socket = join(folder, 'redis.sock')
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET_BYTES) return { socket, release: async () => {} }
  const short = await mkdtemp(join(tmpdir(), 'runherald-'))
  return { socket: join(short, 'redis.sock'), release: () => rm(short, { recursive: true, force: true }) }
}

type Supervised = {
  started: Promise<Result<null, RedisFault>>
  pid(): number
  close(): Promise<void>
}

/** Starts it again whenever it ends by itself, a little later each time. */
function supervise(folder: string, socket: string, emit: Emit): Supervised {
  let child: ChildProcess | null = null
  let isClosing = false
  let failures = 0
  let restart: NodeJS.Timeout | null = null

  async function start(): Promise<Result<null, RedisFault>> {
    const launched = launch(folder, socket)
    child = launched.child
    const fault = await Promise.race([launched.ended, answers(socket, launched)])
    if (fault !== null) {
      launched.child.kill('SIGKILL')
      return err(fault)
    }
    failures = 0
    launched.ended.then(again)
    return ok(null)
  }

  function again({ detail }: RedisFault): void {
    if (isClosing) return
    emit('redis.stopped', { detail })
    const waitMs = Math.min(LONGEST_BACK_OFF_MS, 100 * 2 ** failures)
    failures += 1
    restart = setTimeout(async () => {
      const started = await start()
      if (isClosing) return
      if (started.ok) emit('redis.started', { socket, pid: child?.pid ?? 0 })
      else again(started.error)
    }, waitMs)
  }

  return {
    started: start(),
    pid: () => child?.pid ?? 0,
    async close() {
      isClosing = true
      if (restart !== null) clearTimeout(restart)
      const ending = child
      if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.kill('SIGTERM')
      const deadline = setTimeout(() => ending.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(deadline)
    },
  }
}

/** `ended` resolves, and never rejects, when the child is gone or could not be started. */
function launch(folder: string, socket: string): { child: ChildProcess; ended: Promise<RedisFault> } {
  const redis = [
    'redis-server',
    ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction'],
    ...['--daemonize', 'no', '--loglevel', 'warning'],
  ]
  // Without a fork of flock's own, the child is the server itself. The server of a daemon that was just killed may
  // need a moment to end.
  const lock = ['--timeout', String(LOCK_SECONDS), '--conflict-exit-code', String(LOCKED), '--no-fork']
  const child = spawn(
    'flock',
    [...lock, join(folder, 'redis.lock'), 'setpriv', '--pdeathsig', 'TERM', ...redis],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in a terminal goes to the whole process group; the daemon ends this child itself, when it is done with it.
      detached: true,
    },
  )
  let told = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      told = `${told}${chunk}`.slice(-2000)
    })
  const ended = new Promise<RedisFault>((resolve) => {
    child.once('error', (thrown) => resolve({ why: 'not-installed', detail: `flock: ${thrown.message}` }))
    child.once('exit', (code, signal) => resolve(faultOf(code, signal, told.trim())))
  })
  return { child, ended }
}

function faultOf(code: number | null, signal: string | null, told: string): RedisFault {
  if (code === LOCKED) return { why: 'locked', detail: 'another redis-server runs on this folder' }
  if (/redis-server.*No such file/.test(told))
    return {
      why: 'not-installed',
      detail: 'redis-server is not installed: run apt-get install redis-server',
    }
  return { why: 'failed', detail: `redis-server ended (${signal ?? code})${told === '' ? '' : `: ${told}`}` }
}

/** Null as soon as this very server answers; the fault when it does not in time, or ends before. */
async function answers(
  socket: string,
  { child, ended }: { child: ChildProcess; ended: Promise<RedisFault> },
): Promise<RedisFault | null> {
  let isOver = false
  ended.then(() => {
    isOver = true
  })
  const until = Date.now() + READY_MS
  while (!isOver && Date.now() < until) {
    if ((await serverAt(socket)) === child.pid) return null
    await sleep(10)
  }
  return isOver ? ended : { why: 'failed', detail: `redis-server did not answer within ${READY_MS} ms` }
}

/** Process id of whatever server answers there, null for none: it might be another daemon's. */
const serverAt = (socket: string): Promise<number | null> =>
  new Promise((resolve) => {
    const connection = connect(socket)
    let told = ''
    const tell = (pid: number | null) => {
      connection.destroy()
      resolve(pid)
    }
    connection.once('connect', () => connection.write('INFO server\r\n'))
    connection.on('data', (data) => {
      told += data.toString()
      const found = /process_id:(\d+)\r\n/.exec(told)
      if (found) tell(Number(found[1]))
      else if (told.startsWith('-')) tell(null)
    })
    connection.once('error', () => tell(null))
    connection.once('close', () => tell(null))
    connection.setTimeout(1000, () => tell(null))
  })
