/** Many histories, one after the other: what happened in them, and which broke a promise. */
import { type HistoryOptions, history } from './history.ts'

type Told = { broken: number; counts: Map<string, number> }

/** `say` is told of each that broke a promise. */
export async function histories(
  { first, count }: { first: number; count: number },
  say: (line: string) => void,
  options: HistoryOptions = {},
): Promise<Told> {
  const told: Told = { broken: 0, counts: new Map() }
  for (let index = 0; index < count; index++) {
    const seed = (first + index) >>> 0
    const { violations, counts, steps } = await history(seed, options)
    for (const [what, number] of counts) told.counts.set(what, (told.counts.get(what) ?? 0) + number)
    if (violations.length === 0) continue
    told.broken += 1
    say(`seed ${seed}, step ${steps}: ${violations.join('; ')}`)
  }
  return told
}
