/** What does it cost to judge a sheet of 100,000 rows, beside csv-parse alone, and to plan what it asks for? */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SheetReading } from '../../src/handovers.ts'
import { memoryCatalogue } from '../../src/planning/catalogue.ts'
import { planSheet } from '../../src/planning/sheet.ts'
import { registries } from '../../src/registries/index.ts'
import { readSheet } from '../../src/sample-sheets/index.ts'
import { type LargeFormat, largeFormats, largeSheet } from './large-sheets.ts'
import { tell } from './results.ts'

/** Rows of samples; those above them count too in a sheet of sections. */
const ROWS = 99_990
const ROUNDS = 5

/** What a script beside this one prints. */
const printed = (script: string, ...given: string[]): string =>
  execFileSync(process.execPath, [fileURLToPath(new URL(`./${script}`, import.meta.url)), ...given], {
    encoding: 'utf8',
  })

function read(sheet: Uint8Array): SheetReading {
  const { recognised } = readSheet(sheet, { file: 'sheet.csv' })
  if (recognised === null) throw new Error('it was not recognised')
  return recognised
}

test.for(largeFormats)('judging a large sheet: %s', (format) => {
  const sheet = largeSheet(format, ROWS)
  expect(read(sheet)).toMatchObject({ format, rows: ROWS, problems: [] })
  const cost = printed('cost-of-judging.ts', format, String(ROWS), String(ROUNDS))
  const { parsing, judging, ratio } = JSON.parse(cost) as Record<'parsing' | 'judging' | 'ratio', number>
  tell({
    figure: `judging a sheet beside csv-parse on the same bytes: ${format}`,
    size: `${ROWS} rows, ${(sheet.length / 1e6).toFixed(1)} MB, ${ROUNDS} rounds`,
    measured: `csv-parse ${parsing.toFixed(0)} ms of CPU, judging ${judging.toFixed(0)} ms: ${ratio.toFixed(2)} of its speed`,
    toReach: 'no less than half of its speed',
    reached: ratio >= 0.5,
  })
})

const peakOf = (format: LargeFormat, what: 'judge' | 'make'): number =>
  Number(printed('peak-memory.ts', format, String(ROWS), what))

test.for(largeFormats)('memory for a large sheet: %s', (format) => {
  const [made, judged] = [peakOf(format, 'make'), peakOf(format, 'judge')]
  tell({
    figure: `the most memory while judging a sheet: ${format}`,
    size: `${ROWS} rows`,
    measured: `${(judged - made).toFixed(0)} MB more than the ${made.toFixed(0)} MB of a process that only has the sheet`,
    toReach: 'at most 400 MB in all',
    reached: judged <= 400,
  })
})

const planning = (reading: SheetReading) => {
  const source = { path: '/sheets/large.csv', reading, since: '2026-01-01T00:00:00Z' }
  const registry = registries['majora-2020-03-25']
  return planSheet(source, memoryCatalogue([], [source]), {
    destinations: [
      {
        ...{ name: 'climb', kind: 'majora-2020-03-25', registry, when: null, libraryName: null },
        ...{ graceSeconds: 0, sandbox: false },
        settings: {
          ...{ name: 'climb', url: 'https://majora.example.org', username: 'birm', oauth: false },
          ...{ defaults: {}, endTimeFromMtime: false },
        },
      },
    ],
    zoneOfRun: () => null,
    siteZone: null,
    modelOf: () => null,
    runsFrom: () => 'folder',
    now: new Date('2026-01-01T00:00:00Z'),
  })
}

test('planning a sheet with very many libraries', async () => {
  const sizes = [10_000, 99_000]
  const perLibrary: number[] = []
  for (const libraries of sizes) {
    const reading = read(largeSheet('registration', libraries, { wells: 1 }))
    expect(reading.libraries).toHaveLength(libraries)
    const before = process.cpuUsage()
    await planning(reading)
    const { user, system } = process.cpuUsage(before)
    const cost = (user + system) / 1000
    perLibrary.push((1000 * cost) / libraries)
    tell({
      figure: 'planning what a sheet asks for',
      size: `${libraries} libraries, each with its run`,
      measured: `${(cost / 1000).toFixed(1)} s of CPU, ${((1000 * cost) / libraries).toFixed(0)} µs a library`,
      toReach: 'seconds',
      reached: cost < 20_000,
    })
  }
  const [few = 0, many = 0] = perLibrary
  tell({
    figure: 'planning ten times as many libraries',
    size: sizes.join(' and '),
    measured: `${(many / few).toFixed(1)} times as much a library`,
    toReach: 'no more than twice as much',
    reached: many / few <= 2,
  })
})
