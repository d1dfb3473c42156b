/** How alike two words are, and which of several a misspelt one was meant to be. */
import { editDistance } from '../../record/edit-distance.ts'

/** Letters and digits alone, in lower case: what two spellings of a column name or an option have in common. */
export const folded = (word: string): string =>
  /^[ -~]*$/.test(word)
    ? word.toLowerCase().replace(/[^a-z0-9]+/g, '')
    : word
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '')

/**
 * The one of `choices` that `word` most likely means: within two slips (one, for words of up to five letters), and
 * nearer than every other. Null where none is, or two are equally near.
 */
export function meant<Choice extends string>(word: string, choices: Iterable<Choice>): Choice | null {
  const key = folded(word)
  if (key === '' || key.length > 64) return null
  let best: Choice | null = null
  let bestSlips = key.length > 5 ? 3 : 2
  for (const choice of choices) {
    const other = folded(choice)
    if (Math.abs(other.length - key.length) > 2) continue
    const slips = editDistance(key, other)
    if (slips < bestSlips) {
      best = choice
      bestSlips = slips
    } else if (slips === bestSlips) best = null
  }
  return best
}
