/** `run`: the daemon with its status page until it is told to stop; without a configuration, the demonstration. */
import pino from 'pino'
import { type Config, listenAddress, readSecret } from '../config.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { createLogHerald } from '../log.ts'
import { viewOf } from '../ops/daemon-view.ts'
import { openWindow, type Window } from '../ops/server.ts'
import { tellServiceManager } from '../ops/service-manager.ts'
import type { View } from '../ops/view.ts'
import { demoLog } from './demo/narrator.ts'
import { startDemo } from './demo.ts'
import { dryRun } from './dry-run.ts'
import { journalFile } from './journal.ts'
import { type ConfigOptions, loaded } from './settings.ts'
import { EXIT, Stop, type Terminal } from './terminal.ts'
import { version } from './version.ts'

export type RunOptions = ConfigOptions & {
  watchOnly?: boolean
  workOnly?: boolean
  dryRun?: boolean
  json?: boolean
}

export async function run(terminal: Terminal, options: RunOptions): Promise<number> {
  if (options.dryRun) return dryRun(terminal, options)
  const began = performance.now()
  if (options.watchOnly && options.workOnly)
    throw new Stop(EXIT.usage, 'give one of --watch-only and --work-only, or neither for both')
  const { config: given, origins } = loaded(terminal, options, { secrets: true })
  const stopped = terminal.stopped()
  const demo = given.embedded ? await startDemo(given, terminal) : null
  const config = demo?.config ?? given
  // People follow the demonstration by its own lines; its log goes beside, unless they asked for it.
  const quiet = demo !== null && !origins.has('log.format') && !origins.has('log.level')
  const herald = await createLogHerald(config.log, {
    env: terminal.env,
    terminal: terminal.interactive && !quiet,
    colour: terminal.colour,
    ...(quiet ? { to: pino.destination({ dest: demoLog(config.state), sync: true }) } : {}),
  })
  const starting = startDaemon(config, herald, { watch: !options.workOnly, work: !options.watchOnly })
  // Told to stop before it runs: nothing was sent yet, and whatever is open dies with the process.
  const started = await Promise.race([starting, stopped.then(() => null)])
  if (started === null) return EXIT.fine
  if (!started.ok) {
    await demo?.close()
    throw new Stop(started.error.exit, started.error.sentence)
  }
  const daemon = started.value
  const view = viewOf(config, daemon, { herald, version, journalFile: journalFile(config) })
  const window = await openPage(config, daemon, view)
  const serviceManager = tellServiceManager(terminal.env, view.health)
  herald.emit('http.listening', { url: window.url })
  herald.emit('daemon.started', {
    version,
    state: config.state,
    roots: config.watch.length,
    registries: config.registries.length,
    tookMs: Math.round(performance.now() - began),
  })
  await serviceManager.ready()
  const examples = demo?.begin({ url: window.url, journal: daemon.journal, herald })
  const signal = await stopped
  const stopping = performance.now()
  herald.emit('daemon.stopping', { signal })
  await serviceManager.stopping()
  await demo?.close()
  await examples
  await window.close()
  await daemon.close()
  herald.emit('daemon.stopped', { tookMs: Math.round(performance.now() - stopping) })
  return EXIT.fine
}

async function openPage(config: Config, daemon: Daemon, view: View): Promise<Window> {
  const address = listenAddress(config.http.listen)
  if (address === null) throw new Error(`${config.http.listen} was checked before`)
  const token = config.http.tokenFile === null ? null : await readSecret(config.http.tokenFile)
  return openWindow(view, { ...address, token, fallBack: config.embedded }).catch(
    async (thrown: NodeJS.ErrnoException) => {
      await daemon.close()
      if (thrown.code === 'EADDRINUSE')
        throw new Stop(
          EXIT.away,
          `${config.http.listen} is taken by another program; set another http.listen`,
        )
      throw thrown
    },
  )
}
