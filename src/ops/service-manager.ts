/** Tells systemd how the daemon is: ready, alive while it really is, stopping. Says nothing where nobody listens. */
import { execFile } from 'node:child_process'
import { type Health, isStale, readinessOf } from './health.ts'

type ServiceManager = {
  /** Everything has started. From now on the watchdog is kept quiet, as long as there is reason to. */
  ready(): Promise<void>
  /** The configuration is being read anew; `ready` says that this is over. */
  reloading(): Promise<void>
  stopping(): Promise<void>
}

const nothing = async () => {}
const SILENT: ServiceManager = { ready: nothing, reloading: nothing, stopping: nothing }

/** A loop that comes this late to its own timer hardly does anything else in time. */
const LATE_MS = 5_000
const TELLING_MS = 5_000

/**
 * `systemd-notify` is run for each message, since Node.js has no datagram sockets on paths (the unit needs
 * `NotifyAccess=all`). The watchdog is left to bite when the loop is late or the scans have stopped; a root or a Redis
 * that is away is no reason to start anew.
 */
export function tellServiceManager(env: NodeJS.ProcessEnv, health: () => Promise<Health>): ServiceManager {
  if (env['NOTIFY_SOCKET'] === undefined) return SILENT
  const watchdogMs = Number(env['WATCHDOG_USEC'] ?? 0) / 1000
  let timer: NodeJS.Timeout | undefined

  const tell = (...messages: string[]): Promise<void> =>
    new Promise((told) => {
      execFile('systemd-notify', messages, { env, timeout: TELLING_MS }, () => told())
    })

  function keepQuiet(): void {
    const everyMs = watchdogMs / 3
    const due = performance.now() + everyMs
    timer = setTimeout(async () => {
      const isLate = performance.now() - due > LATE_MS
      const now = new Date()
      const found = await health()
      if (!isLate && !found.roots.some((one) => isStale(one, now)))
        await tell('WATCHDOG=1', `--status=${statusOf(found, now)}`)
      if (timer !== undefined) keepQuiet()
    }, everyMs)
  }

  return {
    async ready() {
      await tell('--ready', `--status=${statusOf(await health(), new Date())}`)
      if (watchdogMs > 0 && timer === undefined) keepQuiet()
    },
    // The time tells a manager that started the reload which of its own this is (Type=notify-reload).
    reloading: () =>
      tell(
        'RELOADING=1',
        `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`,
        '--status=Reading the configuration anew',
      ),
    async stopping() {
      clearTimeout(timer)
      timer = undefined
      await tell('STOPPING=1', '--status=Stopping; what is on the wire still ends')
    },
  }
}

function statusOf(health: Health, now: Date): string {
  const { ready, reasons } = readinessOf(health, now)
  return ready ? 'Watching' : reasons.map((one) => one.detail).join('; ')
}
