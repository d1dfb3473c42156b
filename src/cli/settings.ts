/** The configuration as a command asks for it, and its faults as a person reads them. */
import {
  type Config,
  type ConfigProblem,
  type ConfigSources,
  type Loaded,
  loadWithOrigins,
} from '../config.ts'
import { EXIT, Stop, type Terminal } from './terminal.ts'

/** What many commands may be told. */
export type CommandOptions = {
  json?: boolean
  config?: string
  stateFolder?: string
  listen?: string
  logLevel?: string
  logFormat?: string
}

export const sourcesOf = (terminal: Terminal, options: CommandOptions): ConfigSources => ({
  file: options.config,
  env: terminal.env,
  flags: {
    ...(options.stateFolder === undefined ? {} : { state: options.stateFolder }),
    ...(options.listen === undefined ? {} : { 'http.listen': options.listen }),
    ...(options.logLevel === undefined ? {} : { 'log.level': options.logLevel }),
    ...(options.logFormat === undefined ? {} : { 'log.format': options.logFormat }),
  },
})

/** The configuration with where its values come from; a faulty one ends the command with 78 and every fault. */
export function loaded(terminal: Terminal, options: CommandOptions, how: { secrets?: boolean } = {}): Loaded {
  const read = loadWithOrigins({ ...sourcesOf(terminal, options), secrets: false, ...how })
  if (!read.ok) throw new Stop(EXIT.config, faultsText(read.error), read.error)
  return read.value
}

export const configOf = (terminal: Terminal, options: CommandOptions): Config =>
  loaded(terminal, options).config

/** Every fault with its place, as editors understand places, and what to do about each sort once. */
export function faultsText(problems: readonly ConfigProblem[]): string {
  const what = problems.some((one) => one.severity === 'error') ? 'fault' : 'doubtful value'
  const count = problems.length === 1 ? `a ${what}` : `${problems.length} ${what}s`
  const lines = problems.flatMap((one, index) => {
    const place = one.position && `${one.file}:${one.position.line}:${one.position.column}`
    const where = [place ?? one.file, one.key].filter((part) => part !== null && part !== '').join('  ')
    const last = problems.findLastIndex((other) => other.code === one.code) === index
    return [`  ${where}`, `      ${one.found}`, ...(last ? [`      ${one.fix}  [${one.code}]`] : [])]
  })
  return [`the configuration has ${count}:`, ...lines].join('\n')
}
