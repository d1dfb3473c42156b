/** Days that begin for each path at another hour, so that what is done once a day is spread over it. */

/** Is it for this path still the same day? */
export function isSameDay(path: string, before: Date, now: Date): boolean {
  const offset = offsetOf(path)
  return Math.floor(before.getTime() / DAY_MS + offset) === Math.floor(now.getTime() / DAY_MS + offset)
}

const DAY_MS = 86_400_000

/** In [0, 1), evenly. */
function offsetOf(path: string): number {
  let hash = 0
  for (let at = 0; at < path.length; at++) hash = (Math.imul(hash, 31) + path.charCodeAt(at)) >>> 0
  return hash / 2 ** 32
}
