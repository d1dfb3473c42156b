/** A run of an Ultima UG 100: its library information at the start, UploadCompleted.json last. */
import { clock, digits, freshIds, type RunIds, type RunTemplate } from './run-template.ts'

/** A wafer's run is called by its number alone. */
export const ultimaIds = (now: Date): RunIds => freshIds('UG100', `4${digits(5)}`, now)

export function ultimaRun({ flowcell: run, start, experiment }: RunIds): RunTemplate {
  const { day, minute } = clock(start)
  const folder = `${run}-${day}_${minute}`
  const samples = [
    { id: 'EX-0001', label: 'Z0001', sequence: 'CAGCTCGAATGCGAT' },
    { id: 'EX-0002', label: 'Z0002', sequence: 'CATGTGCAGCCATCGAT' },
  ]
  return {
    folder,
    files: [
      { path: `${run}_LibraryInfo.xml`, content: libraryInfo(run, experiment, samples), at: 0 },
      ...samples.map(({ id, label, sequence }, index) => ({
        path: `${run}-${id}-${label}-${sequence}.cram`,
        content: '',
        at: 0.6 + index * 0.2,
      })),
      { path: 'UploadCompleted.json', content: '{}\n', at: 1 },
    ],
  }
}

const libraryInfo = (
  run: string,
  pool: string,
  samples: ReadonlyArray<{ id: string; label: string; sequence: string }>,
): string =>
  [
    `<SampleInfo RunId="${run}" Library_Pool="${pool}">`,
    '  <Samples>',
    ...samples.map(
      ({ id, label, sequence }) =>
        `    <Sample Id="${id}" Index_Label="${label}" Index_Sequence="${sequence}" />`,
    ),
    '  </Samples>',
    '</SampleInfo>',
    '',
  ].join('\n')
