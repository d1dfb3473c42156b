/** `doctor`: everything a deployment needs, looked at one by one, each with how to mend it. Changes nothing. */
import type { Config } from '../config.ts'
import { loadWithOrigins } from '../config.ts'
import type { Check } from './doctor/check.ts'
import { checkJournal, checkRedis, checkState } from './doctor/machinery.ts'
import { checkRegistries } from './doctor/registries.ts'
import { checkRoots } from './doctor/roots.ts'
import { checkClock, checkNode, checkSecrets } from './doctor/surroundings.ts'
import { type ConfigOptions, faultsText, sourcesOf } from './settings.ts'
import { EXIT, json, painter, plain, type Terminal, wrapped } from './terminal.ts'

export async function doctor(
  terminal: Terminal,
  options: ConfigOptions & { json?: boolean },
): Promise<number> {
  const read = loadWithOrigins(sourcesOf(terminal, options))
  const checks = read.ok
    ? await examine(read.value.config, read.value.file)
    : [checkNode(), faulty(faultsText(read.error))]
  if (options.json) terminal.out(json({ checks }))
  else terminal.out(report(checks, terminal))
  if (!read.ok) return EXIT.config
  return checks.some((one) => one.result === 'error') ? EXIT.finding : EXIT.fine
}

async function examine(config: Config, file: string | null): Promise<Check[]> {
  const configuration: Check = {
    id: 'config',
    result: 'fine',
    what: 'Configuration',
    found: file ?? 'none given: the embedded defaults of the demonstration',
    fix: null,
  }
  return [
    checkNode(),
    configuration,
    ...checkState(config),
    await checkJournal(config),
    await checkRedis(config),
    ...checkRoots(config),
    ...checkSecrets(config),
    checkClock(config),
    ...(await checkRegistries(config)),
  ]
}

const faulty = (found: string): Check => ({
  id: 'config',
  result: 'error',
  what: 'Configuration',
  found,
  fix: 'Correct what is named, then: runherald config check',
})

const MARKS = { fine: ['green', '\u2713'], warning: ['yellow', '!'], error: ['red', '\u2717'] } as const

function report(checks: Check[], terminal: Terminal): string {
  const paint = painter(terminal)
  const width = Math.max(...checks.map((one) => one.what.length))
  const lines = checks.flatMap(({ result, what, found, fix }) => {
    const [colour, mark] = MARKS[result]
    const text = found.split('\n').map(plain).join('\n')
    const line = `${paint(colour, mark)} ${plain(what).padEnd(width)}  ${text}`
    return fix === null
      ? [line]
      : [line, paint('cyan', wrapped(`\u2192 ${fix}`, terminal.columns, ' '.repeat(width + 4)))]
  })
  const wrong = checks.filter((one) => one.result === 'error').length
  const doubtful = checks.filter((one) => one.result === 'warning').length
  const verdict =
    wrong + doubtful === 0 ? 'Everything is as it should be.' : `${wrong} to mend, ${doubtful} to look at.`
  return [...lines, '', paint('bold', verdict)].join('\n')
}
