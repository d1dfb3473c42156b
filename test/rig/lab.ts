/** A laboratory in a temporary folder: watched roots, a sandbox registry, and the real daemon as a child process. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import {
  type Commit,
  type FaultScript,
  type Sandbox,
  type SandboxKind,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/index.ts'
import { type NovaSeqRun, sheetFor, writeRun } from './runs.ts'
import { createWaiting } from './waiting.ts'

const project = new URL('../..', import.meta.url).pathname
/** Each command is a process of its own; compiled once, they start twice as fast. */
const compiled = join(project, 'node_modules/.cache/runherald-compiled')
const node = process.execPath

/** One log line of the daemon. */
type Line = { event: string; [field: string]: unknown }

export type Row = {
  id: string
  registry: string
  subject: { type: string; name: string; library: string | null; path: string | null }
  revision: number
  state: string
  reason: string | null
  attempts: number
  remoteIds: Record<string, string>
}

/** What lies beside a dropped sheet. */
export type Report = {
  sha256: string | null
  state: string
  sent: boolean
  registrations: Row[]
  problems: Array<{
    code: string
    rows: number[]
    column: { name: string } | null
    found: string
    fix: string
  }>
}

/** As an operator writes it; where `auth` is left out, its sandbox lets it in. */
type RegistrySettings = Record<string, unknown>

type Settings = {
  registries?: RegistrySettings[]
  runs?: Record<string, unknown>
  sheets?: Record<string, unknown>
  config?: Record<string, unknown>
  faults?: FaultScript
  sandbox?: SandboxOptions
  timeScale?: number
}

/** Are there so many registrations, and is each of them registered? */
export const registered =
  (count: number) =>
  (rows: Row[]): boolean =>
    rows.length === count && rows.every((row) => row.state === 'registered')

/** A registry of a kind at a sandbox, at full speed; called as its kind unless `more` says otherwise. */
export const registryAt = (sandbox: Sandbox, kind: SandboxKind, more: RegistrySettings = {}) => ({
  ...{ name: kind, kind, url: sandbox.urlOf(kind), graceSeconds: 0 },
  limits: { concurrency: 1, perSecond: 500, timeoutSeconds: 5 },
  ...more,
})

/** The registry most tests use: Majora as documented on 2020-03-25. */
export const climb = (sandbox: Sandbox, more: RegistrySettings = {}) =>
  registryAt(sandbox, 'majora-2020-03-25', { name: 'climb', ...more })

/** What a sandbox has really committed at one kind, as its own log tells. */
export const commitsOf = (sandbox: Sandbox, kind: SandboxKind, type: Commit['type']): Commit[] =>
  sandbox
    .log()
    .flatMap((one) => (one.entry === 'commit' && one.kind === kind && one.type === type ? [one] : []))

/** `registries` are given what their settings need: where the lab and its sandbox are. Without any there is `climb`. */
export async function openLab(
  settings: Settings = {},
  registries?: (lab: Lab) => RegistrySettings[],
): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'runherald-'))
  const sandbox = await startSandbox({
    ...settings.sandbox,
    ...(settings.faults !== undefined && { faults: settings.faults }),
  })
  const lab = new Lab(folder, sandbox, settings)
  await Promise.all([mkdir(lab.runs), mkdir(lab.sheets), mkdir(lab.state)])
  await writeFile(join(folder, 'token'), 'sandbox-token\n', { mode: 0o600 })
  await lab.configure(registries && { registries: registries(lab) })
  return lab
}

/** Owns everything it starts; `await using` ends it all and removes the folder. */
export class Lab implements AsyncDisposable {
  readonly runs: string
  readonly sheets: string
  readonly state: string
  readonly config: string
  readonly lines: Line[] = []
  #daemon: ChildProcess | null = null
  /** Set when the daemon has ended and all it said has been read: lines outlive a process in the pipe. */
  #ended: { code: number | null; signal: string | null } | null = null
  /** How many lines there were before this daemon's own. */
  #spawnedAt = 0
  /** How often there was something new. */
  #told = 0
  #waiting = createWaiting()
  #stderr = ''
  readonly folder: string
  readonly sandbox: Sandbox
  readonly settings: Settings

  constructor(folder: string, sandbox: Sandbox, settings: Settings) {
    this.folder = folder
    this.sandbox = sandbox
    this.settings = settings
    this.runs = join(folder, 'runs')
    this.sheets = join(folder, 'sheets')
    this.state = join(folder, 'state')
    this.config = join(folder, 'runherald.yaml')
  }

  /** Writes the configuration, with settings that take the place of earlier ones. */
  async configure(changed: Settings = {}): Promise<void> {
    Object.assign(this.settings, changed)
    const tokenFile = join(this.folder, 'token')
    const authOf = (kind: unknown) =>
      String(kind).startsWith('majora') ? { username: 'sandbox', tokenFile } : { tokenFile }
    const registries: RegistrySettings[] = this.settings.registries ?? [climb(this.sandbox)]
    await writeFile(
      this.config,
      stringify(
        {
          state: this.state,
          watch: [
            { runs: this.runs, settleSeconds: 0.2, sweepSeconds: 1, ...this.settings.runs },
            {
              sheets: this.sheets,
              settleSeconds: 0.2,
              sweepSeconds: 1,
              finished: 'keep',
              ...this.settings.sheets,
            },
          ],
          registries: registries.map((one) => ({ ...one, auth: one['auth'] ?? authOf(one['kind']) })),
          queue: { sweepSeconds: 60, lockSeconds: 120, stalledSeconds: 60 },
          http: { listen: '127.0.0.1:0' },
          log: { level: 'debug', format: 'json' },
          ...this.settings.config,
        },
        { aliasDuplicateObjects: false },
      ),
    )
  }

  /** Starts the daemon and waits until it says that it runs. */
  async start(): Promise<ChildProcess> {
    const from = this.lines.length
    const daemon = this.spawn()
    await this.event('daemon.started', () => true, from)
    return daemon
  }

  /** `through`: a program and its arguments, under which it is to run as the same process. */
  spawn(through: readonly string[] = [], flags: readonly string[] = []): ChildProcess {
    const env = {
      ...process.env,
      RUNHERALD_TIME_SCALE: String(this.settings.timeScale ?? 60),
      NO_COLOR: '1',
      NODE_COMPILE_CACHE: compiled,
    }
    const command = [...through, node, join(project, 'src/main.ts'), 'run', '--config', this.config, ...flags]
    const child = spawn(command[0] ?? node, command.slice(1), {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#daemon = child
    this.#ended = null
    this.#spawnedAt = this.lines.length
    child.stderr.on('data', (text) => {
      this.#stderr += text
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        this.lines.push(JSON.parse(line) as Line)
      } catch {
        this.lines.push({ event: 'not-json', line })
      }
      this.#tell()
    })
    child.on('close', (code, signal) => {
      if (this.#daemon === child) this.#ended = { code, signal }
      this.#tell()
    })
    return child
  }

  #tell(): void {
    this.#told += 1
    this.#waiting.changed()
  }

  /** Waits until a log line fits; lines before `from` do not count. */
  async event(name: string, fits: (line: Line) => boolean = () => true, from = 0): Promise<Line> {
    return this.until(
      () => this.lines.slice(from).find((line) => line.event === name && fits(line)),
      `event ${name}`,
    )
  }

  /** Waits until the registrations are as wanted; looks again whenever the daemon says anything. */
  async registrations(wanted: (rows: Row[]) => boolean): Promise<Row[]> {
    let rows: Row[] = []
    await this.until(async () => {
      // A daemon that has no window, or a guarded one, or none yet: then the command says the same, at more cost.
      rows = await this.rows().catch(() => this.ls())
      return wanted(rows) || undefined
    }, 'the registrations wanted').catch((thrown: unknown) => {
      throw new Error(`${String(thrown)}\nregistrations: ${JSON.stringify(rows, null, 1)}`)
    })
    return rows
  }

  /** Of the running daemon's own window. Throws while there is none. */
  get url(): string {
    // The port of a daemon that has ended may be another lab's by now.
    const its = this.#ended === null ? this.lines.slice(this.#spawnedAt) : []
    const listening = its.findLast((line) => line.event === 'http.listening')
    if (listening === undefined) throw new Error('no daemon is listening')
    return String(listening['url'])
  }

  /** What the running daemon's own window says of all registrations. */
  async rows(): Promise<Row[]> {
    const answer = await fetch(`${this.url}/api/registrations`)
    if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`)
    return ((await answer.json()) as { registrations: Row[] }).registrations
  }

  /** Acts through the running daemon's API, with a body that says nothing more. */
  post = (path: string): Promise<Response> =>
    fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })

  /** Resolves with the first value that is not undefined, asked for at once and after every log line. */
  async until<T>(
    ask: () => T | undefined | Promise<T | undefined>,
    what: string,
    withinMs = 90_000,
  ): Promise<T> {
    const late = Promise.withResolvers<never>()
    // Time that this process lived through: one that is stopped meanwhile is not late.
    let livedMs = 0
    const clock = setInterval(() => {
      livedMs += 1000
      if (livedMs >= withinMs) late.reject(new Error(`no sign of ${what}; ${this.#lastWords()}`))
    }, 1000)
    try {
      for (;;) {
        // As it was before asking: what was said until then has been looked at.
        const [told, ended] = [this.#told, this.#ended]
        const value = await Promise.race([ask(), late.promise])
        if (value !== undefined) return value
        if (ended !== null) {
          const { code, signal } = ended
          throw new Error(`the daemon ended with ${code ?? signal} before ${what}: ${this.#stderr}`)
        }
        await Promise.race([this.#waiting.until(() => this.#told > told), late.promise])
      }
    } finally {
      clearInterval(clock)
    }
  }

  #lastWords(): string {
    const lines = this.lines.slice(-25).map((line) => JSON.stringify(line))
    return `the last lines were\n${lines.join('\n')}\n${this.#stderr}`
  }

  async ls(): Promise<Row[]> {
    const { stdout } = await this.cli('ls', '--json')
    return (JSON.parse(stdout) as { registrations: Row[] }).registrations
  }

  /** Runs a command of the program; never rejects on an exit code. */
  async cli(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
    const [command = '', ...rest] = args
    try {
      const done = await promisify(execFile)(
        node,
        [join(project, 'src/main.ts'), command, '--config', this.config, ...rest],
        {
          env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: compiled },
          maxBuffer: 64 * 1024 * 1024,
        },
      )
      return { ...done, code: 0 }
    } catch (thrown) {
      const { stdout, stderr, code } = thrown as { stdout: string; stderr: string; code: number }
      if (typeof code !== 'number') throw thrown
      return { stdout, stderr, code }
    }
  }

  /** Waits until the report beside a sheet is as wanted; it follows the daemon's news by a moment. */
  async report(sheet: string, wanted: (report: Report) => boolean): Promise<Report> {
    const path = join(this.sheets, '_status', `${sheet}.json`)
    return this.until(async () => {
      const text = await readFile(path, 'utf8').catch(() => null)
      const report: Report | null = text === null ? null : JSON.parse(text)
      return report !== null && wanted(report) ? report : undefined
    }, `the report on ${sheet}`)
  }

  /** Waits until the page beside a sheet has these words. */
  async said(sheet: string, words: string): Promise<void> {
    await this.until(async () => {
      const page = await this.read(`sheets/_status/${sheet}.html`).catch(() => '')
      return page.includes(words) || undefined
    }, `"${words}" beside ${sheet}`)
  }

  drop = (name: string, text: string): Promise<void> => writeFile(join(this.sheets, name), text)

  /** A finished run, and its sheet with one library of two biosamples. */
  async bring(run: NovaSeqRun, library: string): Promise<void> {
    await writeRun(this.runs, run)
    await this.drop(`${library}.csv`, sheetFor(run, library))
  }

  commits = (kind: SandboxKind, type: Commit['type']): Commit[] => commitsOf(this.sandbox, kind, type)

  /** Requests that reached a path of a kind, as the sandbox's own log keeps them. */
  requests = (kind: SandboxKind, path: string) =>
    this.sandbox
      .log()
      .flatMap((one) => (one.entry === 'request' && one.kind === kind && one.path === path ? [one] : []))

  /** Ends the daemon with a signal and waits for it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const daemon = this.#daemon
    if (daemon === null || this.#ended !== null) return this.#ended?.code ?? null
    const ended = new Promise<number | null>((resolve) => daemon.once('close', (code) => resolve(code)))
    daemon.kill(signal)
    return ended
  }

  /** Takes away everything Redis kept, while no daemon runs. */
  async emptyRedis(): Promise<void> {
    await rm(join(this.state, 'redis'), { recursive: true, force: true })
  }

  async read(path: string): Promise<string> {
    return readFile(join(this.folder, path), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
    await this.sandbox.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}
