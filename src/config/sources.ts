/** Where the values of the configuration come from: the file, then the environment, then flags. */
import { readFileSync } from 'node:fs'
import { isAlias, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { loggedError } from '../events.ts'
import type { ProblemCode } from '../problems.ts'
import { err, ok, type Result } from '../result.ts'
import { type ConfigProblem, type Fault, fault, type Path, toProblem } from './faults.ts'
import { suggestion } from './suggest.ts'

const MAX_BYTES = 1_048_576

export type Values = Record<string, unknown>

/** The file as plain values, and the place of each. */
export type ConfigFile = {
  file: string
  values: Values
  position(path: Path, of: 'key' | 'value'): { line: number; column: number } | null
}

/** Fails with config.file-unreadable or config.syntax, every syntax fault at once. */
export function readConfigFile(file: string): Result<ConfigFile, ConfigProblem[]> {
  const wrong = (code: ProblemCode, found: string, position: ConfigProblem['position'] = null) =>
    toProblem(fault(code, found, []), { file, position })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    return err([wrong('config.file-unreadable', whyUnreadable(thrown))])
  }
  if (text.length > MAX_BYTES) return err([wrong('config.file-unreadable', 'it is larger than 1 MiB')])
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const faults = document.errors.map(({ message, pos }) => wrong('config.syntax', message, at(pos[0])))
  visit(document, {
    Alias(_, node) {
      const found = 'references (*name) are not used here'
      faults.push(wrong('config.syntax', found, at(node.range?.[0] ?? 0)))
    },
  })
  if (faults.length > 0) return err(faults)
  const values: unknown = document.toJS() ?? {}
  if (!isBlock(values))
    return err([wrong('config.wrong-type', 'the file holds no block of keys', { line: 1, column: 1 })])
  const position = (path: Path, of: 'key' | 'value') => {
    const offset = offsetOf(document.contents, path, of)
    return offset === null ? { line: 1, column: 1 } : at(offset)
  }
  return ok({ file, values: withoutEmpty(values), position })
}

/** Why a file or a folder cannot be read. */
export function whyUnreadable(thrown: unknown): string {
  const { code, message } = loggedError(thrown)
  return SAID[code ?? ''] ?? message
}

const SAID: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is not a folder',
}

/** The offset of the value at a path, of its key, or of the nearest block around it that is there. */
function offsetOf(root: Node | null, path: Path, of: 'key' | 'value'): number | null {
  let node: unknown = root
  let offset = root?.range?.[0] ?? null
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(part))
      if (!pair) return offset
      const place = of === 'key' && depth === path.length - 1 ? pair.key : (pair.value ?? pair.key)
      offset = isNode(place) && !isAlias(place) ? (place.range?.[0] ?? offset) : offset
      // A block begins on the line below its key; its key is what a person looks for.
      if (isMap(pair.value) && isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isNode(node) && 'items' in node && Array.isArray(node.items)) {
      node = node.items[Number(part)]
      if (!isNode(node)) return offset
      offset = node.range?.[0] ?? offset
    } else return offset
  }
  return offset
}

export const isBlock = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys with nothing behind them are as good as absent: often all that stood below was commented out. */
function withoutEmpty(block: Values): Values {
  const kept = Object.entries(block).filter(([, value]) => value !== null)
  return Object.fromEntries(kept.map(([key, value]) => [key, cleaned(value)]))
}

const cleaned = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(cleaned) : isBlock(value) ? withoutEmpty(value) : value

/** Keys that the environment and flags may set, by the path in the file. */
const SETTABLE = [
  'site.name',
  'site.timeZone',
  'state',
  'redis.url',
  'redis.prefix',
  'redis.passwordFile',
  'queue.sweepSeconds',
  'queue.lockSeconds',
  'queue.stalledSeconds',
  'http.listen',
  'http.tokenFile',
  'log.level',
  'log.format',
] as const
export type Settable = (typeof SETTABLE)[number]

/** `site.timeZone` is RUNHERALD_SITE_TIME_ZONE. */
const variableOf = (key: string): string =>
  `RUNHERALD_${key
    .replaceAll('.', '_')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`

export type Override = { key: Settable; value: unknown; from: string }

/** What the environment sets, and every variable that looks like ours and is not. */
export function fromEnvironment(env: NodeJS.ProcessEnv): { overrides: Override[]; faults: Fault[] } {
  const overrides = SETTABLE.flatMap((key): Override[] => {
    const value = env[variableOf(key)]
    if (value === undefined || value === '') return []
    const number = key.endsWith('Seconds') && value.trim() !== '' ? Number(value) : Number.NaN
    return [{ key, value: Number.isNaN(number) ? value : number, from: variableOf(key) }]
  })
  const ours = [...SETTABLE.map(variableOf), 'RUNHERALD_CONFIG', 'RUNHERALD_TIME_SCALE']
  const faults = Object.keys(env)
    .filter((name) => name.startsWith('RUNHERALD_') && !ours.includes(name))
    .flatMap((name): Fault[] => {
      const near = suggestion(name, ours)
      if (near === null) return []
      const found = `${name} is unknown; did you mean ${near}?`
      return [{ code: 'config.unknown-variable', found, path: [name], of: 'key', suggestion: near }]
    })
  return { overrides, faults }
}

export const fromFlags = (flags: Partial<Record<Settable, string>>): Override[] =>
  SETTABLE.flatMap((key) => {
    const value = flags[key]
    return value === undefined ? [] : [{ key, value, from: 'flag' }]
  })

/** The file's values with the overrides put in; later ones count. */
export function overlaid(values: Values, overrides: readonly Override[]): Values {
  const result = structuredClone(values)
  for (const { key: whole, value } of overrides) {
    const [section = '', key] = whole.split('.')
    if (key === undefined) result[section] = value
    else result[section] = { ...(isBlock(result[section]) ? result[section] : {}), [key]: value }
  }
  return result
}
