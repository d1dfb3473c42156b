/** `doctor`: everything a deployment needs, looked at one by one, each with how to mend it. Changes nothing. */
import { type Loaded, loadWithOrigins } from '../config.ts'
import { type Check, checksOf } from './doctor/check.ts'
import { checkJournal, checkState } from './doctor/machinery.ts'
import { checkNotify } from './doctor/notify.ts'
import { checkDaemon, checkOwners } from './doctor/owners.ts'
import { checkRedis } from './doctor/redis.ts'
import { checkRegistries } from './doctor/registries.ts'
import { checkRoots } from './doctor/roots.ts'
import { checkNode, checkSecrets, checkZone } from './doctor/surroundings.ts'
import { type CommandOptions, faultsText, sourcesOf } from './settings.ts'
import { EXIT, type ExitCode, fitted, json, painter, plain, type Terminal, wrapped } from './terminal.ts'

/** Gives 78 for a faulty configuration, 1 where something is to be mended, 69 where only a service is away. */
export async function doctor(terminal: Terminal, options: CommandOptions): Promise<number> {
  const { env } = terminal
  const read = loadWithOrigins(sourcesOf(terminal, options))
  const checks = read.ok
    ? await examine(read.value, env)
    : [...checkNode(env), faulty(faultsText(read.error))]
  if (options.json) terminal.out(json({ checks }))
  else terminal.out(report(checks, terminal))
  return read.ok ? exitOf(checks) : EXIT.config
}

function exitOf(checks: Check[]): ExitCode {
  const wrong = checks.filter((one) => one.result === 'error')
  if (wrong.length === 0) return EXIT.fine
  return wrong.every((one) => one.away) ? EXIT.away : EXIT.finding
}

async function examine({ config, file, warnings }: Loaded, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const { fine, warning } = checksOf('config', 'Configuration')
  const { check: journal, registries } = await checkJournal(config)
  const [redis, owners, reached, notify] = await Promise.all([
    checkRedis(config),
    checkOwners(config),
    checkRegistries(config, registries),
    checkNotify(config),
  ])
  return [
    ...checkNode(env),
    fine(file ?? 'none given: the embedded defaults of the demonstration'),
    ...warnings.map((one) => warning(`${one.key}: ${one.found}`, one.fix)),
    ...checkDaemon(config),
    ...owners,
    ...checkState(config),
    journal,
    ...redis,
    ...checkRoots(config),
    ...checkSecrets(config),
    checkZone(config),
    ...reached,
    ...notify,
  ]
}

const faulty = (found: string): Check =>
  checksOf('config', 'Configuration').wrong(found, 'Correct what is named, then: runherald config check')

const MARKS = { fine: ['green', '\u2713'], warning: ['yellow', '!'], error: ['red', '\u2717'] } as const

function report(checks: Check[], terminal: Terminal): string {
  const paint = painter(terminal)
  const width = Math.max(...checks.map((one) => one.what.length))
  const lines = checks.flatMap(({ result, what, found, fix }) => {
    const [colour, mark] = MARKS[result]
    const indent = ' '.repeat(width + 4)
    const text = fitted(found, terminal.columns, indent).trimStart()
    const line = `${paint(colour, mark)} ${plain(what).padEnd(width)}  ${text}`
    return fix === null ? [line] : [line, paint('cyan', wrapped(`\u2192 ${fix}`, terminal.columns, indent))]
  })
  const wrong = checks.filter((one) => one.result === 'error').length
  const doubtful = checks.filter((one) => one.result === 'warning').length
  const verdict =
    wrong + doubtful === 0 ? 'Everything is as it should be.' : `${wrong} to mend, ${doubtful} to look at.`
  return [...lines, '', paint('bold', verdict)].join('\n')
}
