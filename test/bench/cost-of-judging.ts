/**
 * Prints, as JSON, the milliseconds of CPU that csv-parse alone and judging take for a large sheet, in turn: medians,
 * and the median of their ratios. A process of its own, since the test runner rewrites our modules and not csv-parse's.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parse } from 'csv-parse/sync'
import { readSheet } from '../../src/sample-sheets/index.ts'
import { type LargeFormat, largeSheet } from './large-sheets.ts'

const [format, rows, rounds] = process.argv.slice(2)
const sheet = largeSheet(format as LargeFormat, Number(rows))

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What the work before left behind is not collected at the cost of this one. */
function cpuMs(work: () => unknown): number {
  collectGarbage()
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const measured = Array.from({ length: Number(rounds) }, () => ({
  parsing: cpuMs(() => parse(sheet, { relax_column_count: true })),
  judging: cpuMs(() => readSheet(sheet, { file: 'sheet.csv' })),
}))
const of = (figure: (one: { parsing: number; judging: number }) => number) => median(measured.map(figure))
const [parsing, judging] = [of((one) => one.parsing), of((one) => one.judging)]
console.log(JSON.stringify({ parsing, judging, ratio: of((one) => one.parsing / one.judging) }))
