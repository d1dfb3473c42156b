/** Real run folders beside the project, where they are to be had: they are read in tests and never copied here. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One line of a make's `expected.jsonl`: a run folder and what a reader should say of it. */
export type CorpusRow = {
  /** Relative to `base`. */
  run: string
  expect: Record<string, unknown>
  alternatives?: Record<string, unknown[]>
  uncertain?: string[]
  mustFlagConflict?: string[]
  [more: string]: unknown
}

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))

/** The corpus of a make; null, with a printed line, where it does not lie beside the project. */
export function corpus(make: string): { base: string; rows: CorpusRow[] } | null {
  const base = join(CORPUS, make)
  const expected = join(base, 'expected.jsonl')
  if (!existsSync(expected)) {
    console.log(`skipped: no corpus of real ${make} runs beside this checkout (${expected})`)
    return null
  }
  const rows = readFileSync(expected, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): CorpusRow => JSON.parse(line))
  return { base, rows }
}
