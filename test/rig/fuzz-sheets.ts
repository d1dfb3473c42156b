/** The formats of sample sheets, and what every reading must be, whatever lies in the file. */
import { readdirSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { SheetReading } from '../../src/handovers.ts'
import { hasErrors, type Problem } from '../../src/problems.ts'
import { readSheet, sheetFormats } from '../../src/sample-sheets/index.ts'
import type { Parser, Target } from './fuzz.ts'

const SHEETS = new URL('../../fixtures/sheets/', import.meta.url)

export const sheetParsers: Parser[] = Object.keys(sheetFormats).map((format) => ({
  name: `${format} sheet`,
  of: 'sheet',
  targets: () => targetsOf(format),
}))

/** Every fixture of the format, as it is and as Excel's "Unicode text"; half of each read as in a run folder. */
function targetsOf(format: string): Target[] {
  const folder = new URL(`${format}/`, SHEETS)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .flatMap((file) => {
      const content = readFileSync(new URL(file, folder))
      const unicode = Buffer.from(`\ufeff${content.toString('utf8').replaceAll(',', '\t')}`, 'utf16le')
      return [content, unicode].map(
        (content): Target => ({
          from: `${format}/${file}`,
          content,
          faultIn: (input, random) => faultInSheet(input, random() < 0.5, random() < 0.02),
        }),
      )
    })
}

function faultInSheet(input: Uint8Array, inRunFolder: boolean, again: boolean): string | null {
  const options = { file: 'sheet.csv', inRunFolder }
  const answer = readSheet(input, options)
  const { recognised, problems } = answer
  if (again && !isDeepStrictEqual(readSheet(input, options), answer))
    return 'read again, it reads differently'
  for (const one of problems) {
    const fault = faultInProblem(one, input)
    if (fault !== null) return `${one.code} ${fault}`
  }
  if (recognised !== null) return faultInReading(recognised)
  if (problems.length === 0) return 'it is not recognised, and nobody is told why'
  return inRunFolder === hasErrors(problems) ? 'its errors weigh as in another place' : null
}

function faultInProblem({ found, rows, column, suggestion }: Problem, input: Uint8Array): string | null {
  if (found === '') return 'says nothing of what was seen'
  if (found.length > LONGEST) return 'is a page long'
  if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(found)) return 'holds what cannot be printed'
  if (suggestion === '') return 'suggests nothing'
  if (rows.some((row) => !Number.isInteger(row) || row < 1 || row > input.length)) return `names rows ${rows}`
  if (rows.some((row, at) => at > 0 && row <= (rows[at - 1] ?? 0))) return `has rows out of order: ${rows}`
  return column === null || /^([A-Z]{1,3})?$/.test(column.letter) ? null : `names column ${column.letter}`
}

/** An error stops what it stands in; what is not stopped has a name, rows of its own, and a run where it needs one. */
function faultInReading({
  problems,
  valid,
  blocked,
  libraries,
  batches,
  ...read
}: SheetReading): string | null {
  const errors = problems.filter((one) => one.severity === 'error')
  const judgedByUs = read.format === 'registration' || read.format === 'onecodex-batch'
  if (judgedByUs && valid !== (errors.length === 0)) return `valid is ${valid}, with ${errors.length} errors`
  const stops = blocked || [...libraries, ...batches].some((one) => one.blocked)
  if (stops !== errors.length > 0) return `${errors.length} errors stop ${stops ? 'something' : 'nothing'}`
  if (read.samples > read.rows) return `it has ${read.samples} samples in ${read.rows} rows`
  const erring = new Set(errors.flatMap((one) => one.rows))
  const owned = new Set<number>()
  for (const subject of [...libraries, ...batches]) {
    const { name } = subject
    // One too long is a name all the same, and stops what it names.
    if (name === '' || (name.length > 200 && !subject.blocked)) return `something is called ${name}`
    if (blocked && !subject.blocked) return 'the file is stopped, and a part of it is not'
    if (!subject.blocked && subject.rows.some((row) => erring.has(row))) return 'an error stops nobody'
    for (const row of subject.rows) {
      if (owned.has(row)) return `row ${row} belongs to two`
      owned.add(row)
    }
  }
  const names = [...libraries, ...batches].map((one) => one.name)
  if (new Set(names).size < names.length) return 'two have one name'
  return null
}

/** Characters that a person can be shown at once. */
const LONGEST = 4000
