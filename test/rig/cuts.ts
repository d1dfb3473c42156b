/** Where a file may be cut off while it is copied. */
import { below, randomFrom } from './mutate.ts'

/** Up to here every length is tried. */
const EVERY = 4096
const SEEDED = 2000

/** Every length up to 4 kB; above, the start and end of each line and tag, and 2,000 at random, the same each time. */
export function cuts(bytes: Uint8Array): number[] {
  const lengths = new Set(Array.from({ length: Math.min(bytes.length, EVERY) }, (_, length) => length))
  for (let at = EVERY; at < bytes.length; at++) {
    if (bytes[at - 1] === 10 || bytes[at - 1] === 62 || bytes[at] === 60) lengths.add(at)
  }
  const random = randomFrom(20260117)
  if (bytes.length > EVERY)
    for (let cut = 0; cut < SEEDED; cut++) lengths.add(EVERY + below(bytes.length - EVERY, random))
  return [...lengths]
}

/** Every choice among these, none and all included. */
export function subsets<T>(all: readonly T[]): T[][] {
  let found: T[][] = [[]]
  for (const one of all) found = found.concat(found.map((some) => [...some, one]))
  return found
}

/** At most so many of the lengths a file may be cut off at: its end, where a whole one is told from a half one, and others. */
export function someCuts(bytes: Uint8Array, most: number): number[] {
  if (bytes.length <= most) return [...bytes.keys()]
  const random = randomFrom(20260117)
  const half = most >> 1
  return [
    ...Array.from({ length: half }, (_, back) => bytes.length - 1 - back),
    ...Array.from({ length: half }, () => below(bytes.length - half, random)),
  ]
}
