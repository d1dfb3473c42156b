/** Tables with aligned columns, in which nothing is cut: what finds no room in a line goes on below it. */
import type { styleText } from 'node:util'
import { lengthOf, type Paint, plain, sideBySide, wrapped } from './terminal.ts'

/** A cell of a table; a style is applied after the columns are aligned. */
type Cell = string | { text: string; style: Parameters<typeof styleText>[0] }

/** Below a first column that is itself wide, there would be no room left. */
const MOST_INDENT = 10
const LEAST_HANGING = 30

/**
 * A table with aligned columns. Empty columns are left out. Where it is wider than `width`, the columns that find no room
 * follow below each row by their names, so that nothing is cut and every identifier can be copied.
 */
export function table(
  header: readonly string[],
  rows: ReadonlyArray<readonly Cell[]>,
  paint: Paint,
  width = Number.POSITIVE_INFINITY,
): string {
  const isUsed = (_: unknown, column: number) => rows.some((row) => textOf(row[column]) !== '')
  const heads = header.filter(isUsed)
  const cells = rows.map((row) => row.filter(isUsed))
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => textOf(row[column]).length)),
  )
  const fitting = widths.findIndex((_, column) => widthOf(widths.slice(0, column + 1)) > width)
  const before = widthOf(widths.slice(0, -1)) + 2
  // A last column of sentences is broken in its place where that leaves room to read.
  const hangs = fitting === widths.length - 1 && width - before >= LEAST_HANGING
  const aligned = fitting === -1 || hangs ? widths.length : Math.max(1, fitting)
  const indent = ' '.repeat(Math.min((widths[0] ?? 0) + 2, MOST_INDENT))
  const line = (row: readonly Cell[]) => lineOf(row.slice(0, aligned), widths, paint)
  const below = (row: readonly Cell[]) =>
    named(row.slice(aligned), heads.slice(aligned), paint, width - indent.length)
      .split('\n')
      .flatMap((one) => (one === '' ? [] : [indent + one]))
  return [
    ...(heads.slice(0, aligned).every((head) => head === '')
      ? []
      : [line(heads.map((text) => ({ text, style: 'bold' })))]),
    ...cells.flatMap((row) =>
      hangs ? [hung(line(row.slice(0, -1)), textOf(row.at(-1)), before, width)] : [line(row), ...below(row)],
    ),
  ].join('\n')
}

const lineOf = (row: readonly Cell[], widths: readonly number[], paint: Paint): string =>
  row
    .map((cell, column) => painted(cell, paint) + ' '.repeat((widths[column] ?? 0) - textOf(cell).length))
    .join('  ')
    .trimEnd()

/** The last cell of a row after the others, going on under its own beginning. */
function hung(others: string, last: string, before: number, width: number): string {
  const text = wrapped(last, width - before).replaceAll('\n', `\n${' '.repeat(before)}`)
  return others + ' '.repeat(before - lengthOf(others)) + text
}

/** Cells with the names of their columns; what alone is left over needs none. */
const named = (row: readonly Cell[], heads: readonly string[], paint: Paint, width: number): string =>
  sideBySide(
    row.map((cell, column) => {
      if (textOf(cell) === '') return ''
      const name = heads.length > 1 ? `${paint('dim', (heads[column] ?? '').toLowerCase())} ` : ''
      return name + painted(cell, paint)
    }),
    width,
    '',
  )

const widthOf = (widths: readonly number[]): number => widths.reduce((sum, one) => sum + one + 2, -2)

const painted = (cell: Cell, paint: Paint): string =>
  typeof cell === 'string' ? textOf(cell) : paint(cell.style, textOf(cell))

const textOf = (cell: Cell | undefined): string => plain(typeof cell === 'string' ? cell : (cell?.text ?? ''))
