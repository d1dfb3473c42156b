/** What does it cost to read one run folder? */
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { inspectPath } from '../../src/inspect.ts'
import { sequencers } from '../../src/sequencers/index.ts'
import { diskFolder } from '../rig/folders.ts'
import { largeSheet } from './large-sheets.ts'
import { tell } from './results.ts'
import { cpuOfReading, fixturePath, grown } from './run-folders.ts'

const into = mkdtempSync(join(tmpdir(), 'runherald-bench-'))
afterAll(() => rmSync(into, { recursive: true, force: true }))

/** Kilobytes of the files that a reader looks at. */
function kilobytesOf(path: string): number {
  const reading = inspectPath(path)
  if (reading.kind !== 'run-folder') throw new Error(`${path} is ${reading.kind}`)
  const marks = sequencers[reading.recognisedAs as keyof typeof sequencers].marks(diskFolder(path))
  return marks.reduce((sum, file) => sum + statSync(join(path, file)).size, 0) / 1000
}

const small = {
  illumina: fixturePath('illumina', '20231204_LH00317_0041_A22GK7TLT3'),
  nanopore: fixturePath('nanopore', '20240612_0904_2C_PAY10234_edf5e904'),
  pacbio: fixturePath('pacbio', 'r84123_20240102_101112'),
  element: fixturePath('element', '20250210_AV240512_A_exome_14'),
  ultima: fixturePath('ultima', '430118-20250901_1432'),
}

test.for(Object.entries(small))('a run folder of %s', ([make, path]) => {
  const cost = cpuOfReading(path)
  tell({
    figure: `reading a run folder of ${make}`,
    size: `${kilobytesOf(path).toFixed(1)} kB of metadata`,
    measured: `${cost.toFixed(0)} µs of CPU`,
    toReach: 'at most 1 ms up to 20 kB of metadata',
    reached: cost <= 1000,
  })
})

/** A NovaSeq names each of its tiles in RunInfo.xml. */
const tiles = Array.from({ length: 5500 }, (_, tile) => `            <Tile>${tile}_1101</Tile>\n`).join('')
/** A report tells the history of every pore, and of each acquisition how it was set up. */
const history = JSON.stringify({
  duty_time: Array.from({ length: 9000 }, (_, minute) => ({
    minute,
    channel_states: { strand: 1203.5, adapter: 31.25 },
  })),
})
/** A Revio lists every parameter of its automation. */
const parameters = Array.from(
  { length: 900 },
  (_, index) =>
    `<pbbase:AutomationParameter Name="Parameter${index}" SimpleValue="${index * 0.5}" ValueDataType="Double" CreatedAt="0001-01-01T00:00:00"/>\n`,
).join('')

test.for([
  ['RunInfo.xml of', 'illumina', 'RunInfo.xml', '          </Tiles>', tiles],
  [
    'the report of',
    'nanopore',
    'report_PAY10234_20240612_0910_edf5e904.json',
    '"acquisitions"',
    `"history":${history},`,
  ],
  [
    'the metadata of',
    'pacbio',
    '1_A01/metadata/m84123_240102_102345_s1.metadata.xml',
    '</CollectionMetadata>',
    parameters,
  ],
] as const)('each further kB in %s %s', ([what, make, file, before, more]) => {
  const large = grown(into, small[make], file, before, more)
  const further = kilobytesOf(large) - kilobytesOf(small[make])
  const cost = (cpuOfReading(large, 20) - cpuOfReading(small[make])) / further
  tell({
    figure: `reading each further kB in ${what} ${make}`,
    size: `${further.toFixed(0)} kB more`,
    measured: `${cost.toFixed(1)} µs of CPU`,
    toReach: 'at most 25 µs',
    reached: cost <= 25,
  })
})

test('each further kB in a sample sheet that lies in the run folder', () => {
  const folder = join(into, 'with-a-sheet', '20231204_LH00317_0041_A22GK7TLT3')
  cpSync(small.illumina, folder, { recursive: true })
  const sheet = join(folder, 'SampleSheet.csv')
  const before = statSync(sheet).size
  writeFileSync(sheet, largeSheet('illumina-v2', 800))
  const kilobytes = statSync(sheet).size / 1000
  const cost = (cpuOfReading(folder, 20) - cpuOfReading(small.illumina)) / (kilobytes - before / 1000)
  const parsing = cpuOfReading(sheet, 20, 'csv') / kilobytes
  tell({
    figure: 'reading each further kB in a sample sheet that lies in the run folder',
    size: `${kilobytes.toFixed(0)} kB, 800 samples`,
    measured: `${cost.toFixed(1)} µs of CPU: csv-parse alone takes ${parsing.toFixed(1)} µs of the same bytes, ${(parsing / cost).toFixed(2)} of it`,
    toReach: 'at most 25 µs',
    reached: cost <= 25,
  })
})
