/** RunCompletionStatus.xml: what became of the sequencing, in the words of the control software. */
import type { RunStatus, Source } from '../../record/run.ts'
import type { Sourced } from '../facts.ts'
import { type Document, valueAt } from './documents.ts'
import type { Read } from './run-info.ts'
import { countedReads, namedReads } from './run-parameters.ts'

/**
 * `state` is null while the file does not decide: it is not there, or not whole yet. `word` is the outcome as
 * written, `error` what the instrument says went wrong.
 */
export type Outcome = {
  state: RunStatus | null
  word: string | null
  error: string | null
  /** Where the word stands, or the file that has none; null while `state` is. */
  from: Source | null
  /** Of all reads together; null where it is not told. */
  cycles: { planned: number | null; completed: number } | null
}

/** Two dialects: CompletionStatus (NextSeq 500, MiniSeq, MiSeq) and RunStatus (NovaSeq X and other newer ones). */
export function readOutcome(document: Document): Outcome {
  const nothing = { word: null, error: null, cycles: null }
  const from = { file: document.file, at: '/' }
  // A file that can never be read must not pass for a completed run.
  if (document.is === 'broken' || document.is === 'barred') return { ...nothing, state: 'unknown', from }
  if (document.is !== 'read') return { ...nothing, state: null, from: null }
  const words = ['CompletionStatus', 'RunStatus'].flatMap((name) => valueAt(document, name) ?? [])
  const states = new Set(words.map((word) => stateOf(word.value)))
  const [state = 'unknown'] = states
  return {
    state: states.size > 1 ? 'unknown' : state,
    word: words.map((word) => word.value).join(', ') || null,
    from: words[0]?.from ?? from,
    error: errorIn(document),
    cycles: cyclesIn(document),
  }
}

const COMPLETED = ['CompletedAsPlanned', 'SuccessfullyCompleted', 'RunCompleted']

/** New words appear with new software: one that only sounds like a success is not taken for one. */
function stateOf(word: string): RunStatus {
  if (COMPLETED.includes(word)) return 'completed'
  if (/err|exception|fail/i.test(word)) return 'failed'
  if (/abort|cancel|user|stop/i.test(word)) return 'stopped'
  return 'unknown'
}

function errorIn(document: Document): string | null {
  const described = valueAt(document, 'ErrorDescription')?.value
  const parts = ['RunError/Type', 'RunError/Message'].flatMap((path) => valueAt(document, path)?.value ?? [])
  return (described === 'None' ? null : described) ?? (parts.join(': ') || null)
}

function cyclesIn(document: Document): Outcome['cycles'] {
  const each = (what: string) => {
    const reads = ['Read1', 'Index1Read', 'Index2Read', 'Read2'].map((read) => `${what}${read}Cycles`)
    return countedReads(document, '', reads)
  }
  const sum = (told: Sourced<Read[]> | null) =>
    told === null ? null : told.value.reduce((cycles, read) => cycles + read.cycles, 0)
  const completed = sum(namedReads(document, 'CompletedReads') ?? each('Completed'))
  return completed === null ? null : { completed, planned: sum(each('Planned')) }
}
