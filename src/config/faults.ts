/** Faults of the configuration in words, each with its key and, where it stands in a file, its line and column. */
import type * as z from 'zod'
import { type Problem, type ProblemCode, problem } from '../problems.ts'
import { suggestion } from './suggest.ts'

export type Path = Array<string | number>

/** `key` is the place in the words of the file, as `registries[0].url`; `position` null outside of the file. */
export type ConfigProblem = Problem & { key: string; position: { line: number; column: number } | null }

/** A fault before it is known where it stands. `of: 'key'` points at the key itself, else at its value. */
export type Fault = {
  code: ProblemCode
  found: string
  path: Path
  of: 'key' | 'value'
  suggestion?: string
}

export const fault = (code: ProblemCode, found: string, path: Path): Fault => ({
  ...{ code, found, path },
  of: 'value',
})

/** What is shown of a path, as `watch[0].runs`. */
export const keyOf = (path: Path): string =>
  path.reduce<string>(
    (shown, part) =>
      typeof part === 'number' ? `${shown}[${part}]` : shown === '' ? part : `${shown}.${part}`,
    '',
  )

export const toProblem = (
  fault: Fault,
  at: { file: string | null; position: ConfigProblem['position'] },
): ConfigProblem => ({
  ...problem(fault.code, fault.found, {
    file: at.file,
    ...(fault.suggestion === undefined ? {} : { suggestion: fault.suggestion }),
  }),
  key: keyOf(fault.path),
  position: at.position,
})

/** Every issue of one schema in our words. `known` are the keys possible where an unknown one was met. */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  base: Path,
  known: (path: Path) => string[],
): Fault[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(key, path, known(path)))
      : [faultOf(issue, path)]
  })
}

function unknownKey(key: string, path: Path, known: string[]): Fault {
  const near = suggestion(key, known)
  const where = path.length === 0 ? '' : ` under ${keyOf(path)}`
  const hint =
    near === null ? (known.length > 0 ? `; possible are ${known.join(', ')}` : '') : `; did you mean ${near}?`
  return {
    code: 'config.unknown-key',
    found: `"${key}" is unknown${where}${hint}`,
    path: [...path, key],
    of: 'key',
    ...(near === null ? {} : { suggestion: near }),
  }
}

function faultOf(issue: z.core.$ZodIssue, path: Path): Fault {
  const name = path.at(-1) ?? 'the file'
  const seen = shown(issue.input, path)
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
    return fault('config.key-missing', `${name} is missing`, path)
  switch (issue.code) {
    case 'custom': {
      const code = issue.params?.['code']
      return fault(isOurs(code) ? code : 'config.wrong-type', issue.message, path)
    }
    case 'invalid_type':
      return fault(
        'config.wrong-type',
        `${seen}; ${WANTED[issue.expected] ?? issue.expected} is needed`,
        path,
      )
    case 'invalid_value': {
      const values = issue.values.map(String)
      const near = suggestion(String(issue.input), values)
      const hint = near === null ? `possible are ${values.join(', ')}` : `did you mean ${near}?`
      const unknown = fault('config.value-unknown', `${seen}; ${hint}`, path)
      return near === null ? unknown : { ...unknown, suggestion: near }
    }
    case 'too_small': {
      if (typeof issue.input !== 'number') return fault('config.out-of-range', `${name} is empty`, path)
      const least = `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
      return fault('config.out-of-range', `${seen}; it must be ${least}`, path)
    }
    case 'too_big':
      return fault('config.out-of-range', `${seen}; it must be at most ${issue.maximum}`, path)
    default:
      return fault('config.wrong-type', `${seen}; ${issue.message}`, path)
  }
}

const isOurs = (code: unknown): code is ProblemCode => typeof code === 'string' && code.startsWith('config.')

const WANTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list (each entry on its own line, beginning with "- ")',
  object: 'a block of keys, indented below',
  record: 'a block of keys, indented below',
}

/** The value as met, except where it may be a secret that stands in the wrong place. */
function shown(value: unknown, path: Path): string {
  if (path.some((part) => /token|secret|password|auth/i.test(String(part)))) return 'the value (not shown)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a block of keys'
  const text = String(value)
  return typeof value === 'string' ? `"${text.slice(0, 80)}"` : text
}
