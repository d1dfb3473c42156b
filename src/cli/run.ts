/** `run`: the daemon with its status page until it is told to stop; without a configuration, the demonstration. */
import pino from 'pino'
import { demoLog } from '../config/embedded.ts'
import { type Config, loadConfig } from '../config.ts'
import type { Herald } from '../events.ts'
import { createLogHerald } from '../log.ts'
import { tellServiceManager } from '../ops/service-manager.ts'
import { uncheckedCertificates } from './certificates.ts'
import { begin, type Life } from './run/life.ts'
import { type Renewal, renewed } from './run/reload.ts'
import { type CommandOptions, loaded, sourcesOf } from './settings.ts'
import { EXIT, Stop, stopWith, type Terminal } from './terminal.ts'
import { version } from './version.ts'

type RunOptions = CommandOptions & {
  watchOnly?: boolean
  workOnly?: boolean
  dryRun?: boolean
}

export async function run(terminal: Terminal, options: RunOptions): Promise<number> {
  if (options.dryRun) return (await import('./dry-run.ts')).dryRun(terminal, options)
  if (options.json)
    throw new Stop(EXIT.usage, '--json goes with --dry-run; of a run it is the log that tells')
  return live(terminal, options)
}

async function live(terminal: Terminal, options: RunOptions): Promise<number> {
  const began = performance.now()
  const { config: given, origins } = loaded(terminal, options, { secrets: true })
  // The demonstration's registries are on loopback, without certificates.
  const unchecked = given.embedded ? null : uncheckedCertificates(terminal.env)
  if (unchecked !== null) throw new Stop(EXIT.config, `${unchecked.found}. ${unchecked.fix}`)
  const stopped = terminal.stopped()
  // Where a terminal is closed, its SIGHUP says that nobody looks any more; a service is told to read its file anew.
  const isService = !given.embedded && !terminal.interactive
  const demo = given.embedded ? await (await import('./demo.ts')).startDemo(given, terminal) : null
  const config = demo?.config ?? given
  // People follow the demonstration by its own lines; its log goes beside, unless they asked for it.
  const quiet = demo !== null && !origins.has('log.format') && !origins.has('log.level')
  const renewal = renewalOf(terminal, options, quiet)
  let hungUp = isService ? terminal.hungUp() : null
  const starting = renewal.begin(config, await renewal.heraldFor(config))
  // Told to stop before it runs: nothing was sent yet, and whatever is open dies with the process.
  const started = await Promise.race([starting, stopped.then(() => null)])
  if (started === null) return EXIT.fine
  if (!started.ok) {
    await demo?.close()
    throw stopWith(started.error)
  }
  let life = started.value
  const serviceManager = tellServiceManager(terminal.env, () => life.view.health())
  tellStarted(life, began)
  await serviceManager.ready()
  const examples = demo?.begin(life)
  let signal = await Promise.race([stopped, hungUp ?? stopped, failure(life)])
  while (hungUp !== null && signal === 'SIGHUP') {
    hungUp = terminal.hungUp()
    await serviceManager.reloading()
    life = await renewed(life, renewal)
    await serviceManager.ready()
    signal = await Promise.race([stopped, hungUp, failure(life)])
  }
  const stopping = performance.now()
  if (typeof signal === 'string') life.herald.emit('daemon.stopping', { signal })
  await serviceManager.stopping()
  if (typeof signal !== 'string') {
    // What the disk no longer takes cannot be ended in order either.
    await life.close().catch(() => {})
    throw signal
  }
  await demo?.close()
  await examples
  await life.close()
  life.herald.emit('daemon.stopped', { tookMs: Math.round(performance.now() - stopping) })
  return EXIT.fine
}

const failure = ({ failed }: Life): Promise<Stop> =>
  failed.then((sentence) => new Stop(EXIT.storage, sentence))

function renewalOf(terminal: Terminal, options: RunOptions, quiet: boolean): Renewal {
  const parts = { watch: !options.workOnly, work: !options.watchOnly }
  return {
    read: () => loadConfig({ ...sourcesOf(terminal, options), secrets: true }),
    heraldFor: (config) => heraldFor(config, terminal, quiet),
    begin: (config, herald) => begin(config, herald, parts),
  }
}

const tellStarted = ({ herald, config }: Life, began: number): void =>
  herald.emit('daemon.started', {
    version,
    state: config.state,
    roots: config.watch.length,
    registries: config.registries.length,
    tookMs: Math.round(performance.now() - began),
  })

const heraldFor = ({ log, state }: Config, terminal: Terminal, quiet: boolean): Promise<Herald> =>
  createLogHerald(log, {
    env: terminal.env,
    terminal: terminal.interactive && !quiet,
    colour: terminal.colour,
    ...(quiet ? { to: pino.destination({ dest: demoLog(state), sync: true }) } : {}),
  })
