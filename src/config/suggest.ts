/** The one likely right spelling of a word that was not understood. */
import { editDistance } from '../record/edit-distance.ts'

/**
 * The candidate that `word` most likely stands for; null when none is near or two are equally near.
 * Case, `_` and `-` do not count; else at most two letters may be missing, wrong, too many or swapped.
 */
export function suggestion(word: string, candidates: readonly string[]): string | null {
  if (word.length > 64) return null
  const plain = bare(word)
  const same = candidates.filter((one) => bare(one) === plain)
  if (same.length > 0) return same.length === 1 ? (same[0] ?? null) : null
  const allowed = plain.length < 4 ? 1 : 2
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain, bare(candidate)) }))
    .filter((one) => one.distance <= allowed)
    .sort((a, b) => a.distance - b.distance)
  const [best, next] = near
  return best && best.distance !== next?.distance ? best.candidate : null
}

const bare = (word: string): string => word.replaceAll(/[_\-\s]/g, '').toLowerCase()
