/** The configuration: from file, environment and flags to one checked value, or every fault in it at once. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { crossFaults, doubts, secretFaults } from './config/checks.ts'
import { DEMO_STATE, demonstration } from './config/embedded.ts'
import { type ConfigProblem, type Fault, fault, type Path, toProblem } from './config/faults.ts'
import { readParts } from './config/parts.ts'
import { resolveFolders } from './config/places.ts'
import type { Config } from './config/schema.ts'
import {
  type ConfigFile,
  fromEnvironment,
  fromFlags,
  type Override,
  overlaid,
  readConfigFile,
  type Settable,
} from './config/sources.ts'
import { err, ok, type Result } from './result.ts'

export type { ConfigProblem } from './config/faults.ts'
export { readSecret, secretIn } from './config/places.ts'
export type { Auth, Config, RegistryConfig, RunsRoot, SheetsRoot } from './config/schema.ts'
export { type Adopt, adoptedBefore, isLoopback, listenAddress } from './config/values.ts'

const SYSTEM_FILE = '/etc/runherald/runherald.yaml'

export type ConfigSources = {
  /** As given with --config. */
  file?: string | undefined
  env: NodeJS.ProcessEnv
  flags?: Partial<Record<Settable, string>>
  cwd?: string
  /** False: files with secrets are not looked at, for what needs none and may be run by anybody. */
  secrets?: boolean
}

/**
 * The configuration, what in it is possible but in vain, the file it was read from, and where each value that is no
 * default was set.
 */
export type Loaded = {
  config: Config
  warnings: ConfigProblem[]
  file: string | null
  origins: Map<string, string>
}

/** The configuration as every command sees it; fails with every fault at once, each with its place. */
export function loadConfig(sources: ConfigSources): Result<Config, ConfigProblem[]> {
  const loaded = loadWithOrigins(sources)
  return loaded.ok ? ok(loaded.value.config) : loaded
}

export function loadWithOrigins(sources: ConfigSources): Result<Loaded, ConfigProblem[]> {
  const { file, env, cwd = process.cwd() } = sources
  const named = file ?? (env['RUNHERALD_CONFIG'] || undefined)
  const path = named ?? (existsSync(SYSTEM_FILE) ? SYSTEM_FILE : null)
  const read = path === null ? ok(null) : readConfigFile(resolve(cwd, path))
  return read.ok ? assemble(read.value, sources) : read
}

function assemble(
  read: ConfigFile | null,
  { env, flags = {}, cwd = process.cwd(), secrets = true }: ConfigSources,
): Result<Loaded, ConfigProblem[]> {
  const environment = fromEnvironment(env)
  const overrides = [...environment.overrides, ...fromFlags(flags)]
  const state = overrides.findLast((one) => one.key === 'state')?.value ?? DEMO_STATE
  const values = overlaid(read?.values ?? demonstration(String(state)), overrides)
  const parts = readParts(values)
  const scale = timeScale(env)
  const places = {
    base: read ? dirname(read.file) : cwd,
    cwd,
    env,
    overridden: new Set<string>(overrides.map((one) => one.key)),
  }
  const faults = [...environment.faults, ...parts.faults, ...crossFaults(values), ...scale.faults]
  if (read && secrets) faults.push(...secretFaults(values, places))
  if (faults.length > 0 || parts.value === null)
    return err(inOrder(faults.map((one) => placed(one, read, overrides))))
  const config = resolveFolders({ ...parts.value, timeScale: scale.value, embedded: read === null }, places)
  const warnings = inOrder(doubts(config).map((one) => placed(one, read, overrides)))
  return ok({ config, warnings, file: read?.file ?? null, origins: originsOf(read, overrides) })
}

function timeScale(env: NodeJS.ProcessEnv): { value: number; faults: Fault[] } {
  const text = env['RUNHERALD_TIME_SCALE']
  if (text === undefined || text === '') return { value: 1, faults: [] }
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return { value, faults: [] }
  const found = `RUNHERALD_TIME_SCALE is "${text}"; it must be a number above 0`
  return { value: 1, faults: [fault('config.out-of-range', found, ['RUNHERALD_TIME_SCALE'])] }
}

function placed(met: Fault, file: ConfigFile | null, overrides: readonly Override[]): ConfigProblem {
  const nowhere = { file: null, position: null }
  const override = overrides.findLast((one) => startsWith(met.path, one.key.split('.')))
  if (override) return toProblem({ ...met, found: `${met.found} (set by ${override.from})` }, nowhere)
  if (file === null || String(met.path[0]).startsWith('RUNHERALD_')) return toProblem(met, nowhere)
  return toProblem(met, { file: file.file, position: file.position(met.path, met.of) })
}

const startsWith = (path: Path, start: Path): boolean => start.every((part, index) => path[index] === part)

const inOrder = (problems: ConfigProblem[]): ConfigProblem[] =>
  problems.sort(
    (a, b) =>
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  )

/** Where each key that somebody set was set: `FILE:LINE`, a variable, or a flag. */
function originsOf(file: ConfigFile | null, overrides: readonly Override[]): Map<string, string> {
  const origins = new Map<string, string>()
  const note = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) note(one, [...path, index])
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value)) note(one, [...path, key])
    else origins.set(path.join('.'), `line ${file?.position(path, 'value')?.line}`)
  }
  if (file) note(file.values, [])
  for (const override of overrides) origins.set(override.key, override.from)
  return origins
}
