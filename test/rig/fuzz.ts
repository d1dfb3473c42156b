/** Feeds changed files to one parser after the other, and holds every answer to what all answers have in common. */
import { runParsers } from './fuzz-runs.ts'
import { sheetParsers } from './fuzz-sheets.ts'
import { mutate, oneOf, type Random, randomFrom } from './mutate.ts'

export type Parser = {
  /** What is parsed, as people call it. */
  name: string
  /** Whose files they are: a make of instrument, or `sheet`. */
  of: string
  targets(): Target[]
}

/** A good file, and what is asked of every changed one. */
export type Target = {
  /** The fixture it is. */
  from: string
  content: Uint8Array
  /** What is wrong with the answer to a changed file; null where nothing is. May throw what the parser throws. */
  faultIn(input: Uint8Array, random: Random): string | null
}

/** Everything that is parsed of what lies in a run folder or a drop folder. */
export const parsers: Parser[] = [...runParsers, ...sheetParsers]

/** A fault found; `input` is the file that led to it. */
type Found = { index: number; from: string; what: string; input: Uint8Array }

/**
 * Reads `inputs` changed files, or as many as `until` allows, and stops at the first fault. The same seed gives the
 * same inputs.
 */
export function fuzz(
  parser: Parser,
  { inputs, seed, until = Number.POSITIVE_INFINITY }: { inputs: number; seed: number; until?: number },
): { read: number; found: Found | null } {
  const [first, ...others] = parser.targets()
  if (first === undefined) throw new Error(`no fixture has a file for ${parser.name}`)
  const targets: [Target, ...Target[]] = [first, ...others]
  const kind = targets.map(({ content }) => content)
  const random = randomFrom(seed)
  for (let index = 0; index < inputs; index++) {
    if (index % 256 === 0 && Date.now() > until) return { read: index, found: null }
    const target = oneOf(targets, random)
    const input = mutate(target.content, kind, random)
    const what = faultOf(target, input, random)
    if (what !== null) return { read: index + 1, found: { index, from: target.from, what, input } }
  }
  return { read: inputs, found: null }
}

function faultOf(target: Target, input: Uint8Array, random: Random): string | null {
  let fault: string | null
  try {
    fault = target.faultIn(input, random)
  } catch (thrown) {
    return `it threw ${thrown instanceof Error ? thrown.stack : thrown}`
  }
  if (Object.keys({}.constructor.prototype).length > 0 || 'a' in {}) return 'every object has a new member'
  return fault
}
