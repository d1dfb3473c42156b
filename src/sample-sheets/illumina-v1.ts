/** Illumina sample sheets of version 1: sections, the samples under [Data]. */
import { createFindings } from './cells/findings.ts'
import { illuminaReading } from './illumina/reading.ts'
import { tellIllumina } from './illumina/rules.ts'
import { readSamples } from './illumina/samples.ts'
import { headerOf, readSections, saysVersion2 } from './illumina/sections.ts'
import type { SheetFormat } from './sheet-format.ts'

export const illuminaV1 = {
  name: 'illumina-v1',

  recognise(table) {
    const sections = readSections(table)
    return sections.byName.has('data') && !sections.byName.has('bclconvert_data') && !saysVersion2(sections)
  },

  read(table, options) {
    const findings = createFindings(options.file)
    const sections = readSections(table)
    const data = sections.byName.get('data')
    const samples = readSamples(data?.rows ?? [], data?.row ?? 1)
    tellIllumina(sections, samples, findings)
    const header = headerOf(sections)
    // IEMFileVersion, in sheets of Illumina's early software IEM1FileVersion; Local Run Manager writes neither.
    const version = (header.get('iemfileversion') ?? header.get('iem1fileversion'))?.value || null
    const experimentName = header.get('experimentname')?.value || null
    const link = experimentName === null ? null : { by: 'experiment_name' as const, value: experimentName }
    return illuminaReading(
      { format: 'illumina-v1', version, experimentName, samples, link },
      findings,
      options,
    )
  },
} satisfies SheetFormat
