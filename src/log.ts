/** Where happenings become lines: one record a line, in the format that the reader at the other end wants. */
import { writeSync } from 'node:fs'
import pino, { type DestinationStream } from 'pino'
import type { Config } from './config.ts'
import { createHerald, type Herald, isFolded } from './events.ts'

type Format = Exclude<Config['log']['format'], 'auto'> | 'journald'

/** Takes whole lines. */
type LineSink = { write(line: string): void }

/**
 * The herald whose lines go to `to` (standard output). With `auto`: people's lines on a terminal, JSON with a
 * journald priority under systemd, else JSON.
 */
export async function createLogHerald(
  log: Config['log'],
  {
    env,
    terminal,
    colour,
    to,
  }: { env: NodeJS.ProcessEnv; terminal: boolean; colour: boolean; to?: LineSink },
): Promise<Herald> {
  const sink = to ?? standardOutput()
  const format = log.format === 'auto' ? automatic(env, terminal) : log.format
  const stream = await formatted(format, sink, colour)
  const options = {
    level: log.level,
    base: null,
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (level: string) => ({ level }) },
  }
  const logger = pino(options, stream)
  return createHerald(folding((level, fields, msg) => logger[level](fields, msg)))
}

const STANDARD_OUTPUT = 1
const AGAIN_MS = 20
/** So much waits for a slow reader before the program waits with it. */
const MOST_WAITING = 4 * 1024 * 1024
/** At the end, a reader that takes nothing for this long is not waited for. */
const STUCK_MS = 1_000

/**
 * Lines are written before anything is waited for, so that the last one before an end by force is there; those that are
 * told in one go, together. What a slow reader does not take waits, and holds up nothing else; where nobody reads any
 * more, lines go nowhere.
 */
function standardOutput(): LineSink {
  let lines = ''
  let rest = Buffer.alloc(0)
  let timer: NodeJS.Timeout | null = null
  let isDue = false
  let isGone = false
  const waiting = () => rest.length + lines.length

  function write(): void {
    isDue = false
    if (timer !== null) clearTimeout(timer)
    timer = null
    try {
      while (waiting() > 0) {
        if (rest.length === 0) {
          rest = Buffer.from(lines)
          lines = ''
        }
        rest = rest.subarray(writeSync(STANDARD_OUTPUT, rest))
      }
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException
      if (code === 'EAGAIN') timer = setTimeout(write, AGAIN_MS)
      else if (code !== 'EPIPE') throw thrown
      else isGone = true
    }
  }

  function writeUntil(most: number, stuckMs: number): void {
    let taken = performance.now()
    while (!isGone && waiting() > most && performance.now() < taken + stuckMs) {
      const before = waiting()
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS)
      write()
      if (waiting() < before) taken = performance.now()
    }
  }

  process.on('exit', () => {
    write()
    writeUntil(0, STUCK_MS)
  })
  return {
    write(line) {
      if (isGone) return
      lines += line
      if (timer === null && !isDue) queueMicrotask(write)
      isDue = true
      writeUntil(MOST_WAITING, Number.POSITIVE_INFINITY)
    },
  }
}

const FOLDED_MS = 10 * 60_000

type Log = Parameters<typeof createHerald>[0]

/** What may repeat itself is told at once the first time, then every ten minutes with how many times it came. */
function folding(log: Log): Log {
  const folds = new Map<string, { times: number; end(): void }>()
  return (level, fields, msg) => {
    if ('event' in fields && fields.event === 'daemon.stopping') for (const fold of folds.values()) fold.end()
    if (!isFolded(fields)) return log(level, fields, msg)
    const key = JSON.stringify(fields)
    const known = folds.get(key)
    if (known !== undefined) {
      known.times++
      return
    }
    log(level, fields, msg)
    const timer = setTimeout(() => fold.end(), FOLDED_MS).unref()
    const fold = {
      times: 0,
      end() {
        clearTimeout(timer)
        folds.delete(key)
        if (fold.times > 0) log(level, { ...fields, times: fold.times }, msg)
      },
    }
    folds.set(key, fold)
  }
}

function automatic(env: NodeJS.ProcessEnv, terminal: boolean): Format {
  if (terminal) return 'pretty'
  // systemd sets it when standard output goes to the journal; what is started from there inherits it, a terminal too.
  return env['JOURNAL_STREAM'] === undefined ? 'json' : 'journald'
}

async function formatted(format: Format, sink: LineSink, colour: boolean): Promise<DestinationStream> {
  if (format === 'json') return sink
  if (format === 'logfmt') return { write: (line) => sink.write(logfmt(line)) }
  if (format === 'journald') return withPriority(sink)
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({
    colorize: colour,
    timestampKey: 'ts',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    ignore: 'event',
  })
  return { write: (line) => sink.write(pretty(line) ?? line) }
}

const PRIORITY = new Map<unknown, number>([
  ['debug', 7],
  ['info', 6],
  ['warn', 4],
  ['error', 3],
])

/** The priority as sd-daemon(3) has it, before each line; line feeds in values are escaped in JSON, so none is forged. */
const withPriority = (sink: LineSink): DestinationStream => ({
  write(line) {
    const { level } = JSON.parse(line) as { level: string }
    sink.write(`<${PRIORITY.get(level) ?? 6}>${line}`)
  },
})

/** `ts=… level=info event=run.found msg="A run folder was found" run=…` */
function logfmt(line: string): string {
  const { ts, level, event, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const pairs = Object.entries({ ts, level, event, msg, ...fields })
  return `${pairs.map(([key, value]) => `${key}=${quoted(value)}`).join(' ')}\n`
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}
