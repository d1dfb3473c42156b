/** Illumina sample sheets of version 2: the samples under [BCLConvert_Data], or still under [Data]. */
import { createFindings } from './cells/findings.ts'
import { illuminaReading } from './illumina/reading.ts'
import { tellIllumina } from './illumina/rules.ts'
import { readSamples } from './illumina/samples.ts'
import { dataSection, headerOf, readSections, saysVersion2 } from './illumina/sections.ts'
import type { SheetFormat } from './sheet-format.ts'

export const illuminaV2 = {
  name: 'illumina-v2',

  recognise(table) {
    const sections = readSections(table)
    return sections.byName.has('bclconvert_data') || saysVersion2(sections)
  },

  read(table, options) {
    const findings = createFindings(options.file)
    const sections = readSections(table)
    const data = dataSection(sections)
    const samples = readSamples(data?.rows ?? [], data?.row ?? 1)
    if (data === null)
      findings.add({
        code: 'sample-sheet.section-missing',
        found: 'no [BCLConvert_Data] and no [Data]',
        rows: [],
        column: null,
      })
    else tellIllumina(sections, samples, findings)
    const header = headerOf(sections)
    const version = header.get('fileformatversion')?.value || null
    if (version !== '2')
      findings.add({
        code: 'sample-sheet.version-missing',
        found: version === null ? 'no FileFormatVersion under [Header]' : 'FileFormatVersion is not 2',
        rows: [header.get('fileformatversion')?.row ?? sections.byName.get('header')?.row ?? 1],
        column: null,
      })
    const experimentName = (header.get('runname') ?? header.get('experimentname'))?.value || null
    const link = experimentName === null ? null : { by: 'experiment_name' as const, value: experimentName }
    return illuminaReading(
      { format: 'illumina-v2', version, experimentName, samples, link },
      findings,
      options,
    )
  },
} satisfies SheetFormat
