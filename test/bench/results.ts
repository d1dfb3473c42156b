/** Prints what a benchmark measured, with its size and what is to be reached beside it. */
import { readFileSync } from 'node:fs'

/** `reached` null: a figure without a mark to reach. */
export type Figure = {
  figure: string
  size: string
  measured: string
  toReach: string
  reached: boolean | null
}

export function tell({ figure, size, measured, toReach, reached }: Figure): void {
  const said = reached === null ? '' : reached ? ': reached' : ': NOT reached'
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0]
  console.log(`${figure}\n  size: ${size}\n  measured: ${measured} (load ${load})\n  goal: ${toReach}${said}`)
}
