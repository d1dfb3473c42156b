/** The one likely right spelling of a word that was not understood. */

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

/** Letters to add, drop, change or swap with their neighbour to make one word of another. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      )
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
