/** The daemon as a process whose time, memory and system calls are measured, with folders to watch and a receiver. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stringify } from 'yaml'

const project = new URL('../..', import.meta.url).pathname
export const node = process.execPath

export type Line = { event: string; ts: string; [field: string]: unknown }

/** A process of ours: what it has used so far, and what it says, one JSON record a line. */
export class Measured implements AsyncDisposable {
  readonly child: ChildProcess
  readonly lines: Line[] = []
  readonly counts = new Map<string, number>()
  #wake: Array<() => void> = []
  #stderr = ''

  constructor(file: string, args: string[]) {
    this.child = spawn(node, [join(project, file), ...args], {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stderr?.on('data', (text) => {
      this.#stderr += text
    })
    const { stdout } = this.child
    if (stdout === null) throw new Error('no standard output')
    createInterface({ input: stdout }).on('line', (text) => this.#said(text))
    this.child.on('exit', () => this.#followed())
  }

  #said(text: string): void {
    const line: Line = text.startsWith('{') ? JSON.parse(text) : { event: 'text', ts: '', text }
    this.lines.push(line)
    this.counts.set(line.event, (this.counts.get(line.event) ?? 0) + 1)
    this.#followed()
  }

  #followed(): void {
    const all = this.#wake
    this.#wake = []
    for (const one of all) one()
  }

  count = (event: string): number => this.counts.get(event) ?? 0

  /** The last line of its kind, once there have been so many. */
  async until(event: string, count = 1): Promise<Line> {
    while (this.count(event) < count) {
      if (this.child.exitCode !== null)
        throw new Error(`it ended with ${this.child.exitCode}: ${this.#stderr}`)
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
    const line = this.lines.findLast((one) => one.event === event)
    if (line === undefined) throw new Error(`${event} is counted and not there`)
    return line
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('it was not started')
    return this.child.pid
  }

  /** Seconds of processor time of all its threads. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  memoryMb(which: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  }

  inotifyWatches(): number {
    return readdirSync(`/proc/${this.pid}/fdinfo`)
      .map((fd) => {
        try {
          return readFileSync(`/proc/${this.pid}/fdinfo/${fd}`, 'utf8').match(/^inotify wd:/gm)?.length ?? 0
        } catch {
          return 0
        }
      })
      .reduce((sum, one) => sum + one, 0)
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill(signal)
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }
}

/** System calls of a process and its threads over some seconds, by strace; null where that is not permitted. */
export async function systemCalls(pid: number, seconds: number): Promise<number | null> {
  const folder = mkdtempSync(join(tmpdir(), 'runherald-strace-'))
  const file = join(folder, 'counts')
  const strace = spawn('strace', ['-c', '-f', '-o', file, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const attached = new Promise<boolean>((resolve) => {
    strace.stderr.on('data', (text) => String(text).includes('attached') && resolve(true))
    strace.on('exit', () => resolve(false))
    strace.on('error', () => resolve(false))
  })
  if (!(await attached)) {
    rmSync(folder, { recursive: true })
    return null
  }
  await wait(seconds)
  const ended = new Promise((resolve) => strace.once('exit', resolve))
  strace.kill('SIGINT')
  await ended
  const total = /^\s*100\.00\s.*?(\d+)(?:\s+\d+)?\s+total$/m.exec(readFileSync(file, 'utf8'))
  rmSync(folder, { recursive: true })
  return total === null ? null : Number(total[1])
}

export const wait = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000))

/** A folder of its own for one benchmark, with a configuration in it. */
export class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'runherald-bench-'))
  readonly runs = join(this.folder, 'runs')
  readonly sheets = join(this.folder, 'sheets')
  readonly state = join(this.folder, 'state')
  readonly config = join(this.folder, 'runherald.yaml')

  constructor() {
    for (const folder of [this.runs, this.sheets, this.state]) mkdirSync(folder)
    writeFileSync(join(this.folder, 'token'), 'sandbox-token\n', { mode: 0o600 })
  }

  configure(settings: {
    runs?: Record<string, unknown>
    sheets?: Record<string, unknown>
    url: string
    registry?: Record<string, unknown>
    log?: string
  }): void {
    const { runs, sheets, url, registry, log = 'info' } = settings
    writeFileSync(
      this.config,
      stringify({
        state: this.state,
        watch: [
          ...(runs === undefined ? [] : [{ runs: this.runs, ...runs }]),
          ...(sheets === undefined ? [] : [{ sheets: this.sheets, ...sheets }]),
        ],
        registries: [
          {
            name: 'receiver',
            kind: 'webhook',
            url,
            auth: { tokenFile: join(this.folder, 'token') },
            map: { libraryName: '{runId}' },
            limits: { concurrency: 16, perSecond: 100_000, timeoutSeconds: 60 },
            ...registry,
          },
        ],
        http: { listen: '127.0.0.1:0' },
        log: { level: log, format: 'json' },
      }),
    )
  }

  daemon(...flags: string[]): Measured {
    return new Measured('src/launcher.js', ['run', '--config', this.config, ...flags])
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A receiver in a process of its own that answers after so many milliseconds. */
export async function openReceiver(delayMs: number): Promise<Measured & { url: string }> {
  const receiver = new Measured('test/bench/receiver.ts', [String(delayMs)])
  const { url } = await receiver.until('listening')
  return Object.assign(receiver, { url: String(url) })
}

/** What has arrived at a receiver, in the order in which it came; `at` is milliseconds of the epoch. */
export const arrivalsAt = async (url: string): Promise<Array<{ at: number; body: string }>> =>
  (await (await fetch(url)).json()) as Array<{ at: number; body: string }>

/** The sandbox in a process of its own, with the url of its webhook. */
export async function openSandbox(): Promise<Measured & { url: string }> {
  const sandbox = new Measured('src/main.ts', ['sandbox'])
  const { text } = await sandbox.until('text')
  return Object.assign(sandbox, { url: `${text}/webhook` })
}

// ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────

export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** `12.3 ms [11.0..15.2]` */
export function spread(values: readonly number[], unit: string, digits = 1): string {
  const [low, middle, high] = [quantile(values, 0), median(values), quantile(values, 1)].map((one) =>
    one.toFixed(digits),
  )
  return `${middle} ${unit} [${low}..${high}]`
}
