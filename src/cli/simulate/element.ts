/** A run of an Element AVITI: RunParameters.json at the start, RunUploaded.json last. */
import { clock, digits, freshIds, letters, type RunIds, type RunTemplate } from './run-template.ts'

export const elementIds = (now: Date): RunIds => freshIds(`AV24${digits(4)}`, `2${digits(9)}`, now)

export function elementRun(ids: RunIds): RunTemplate {
  const name = `A_${ids.experiment}_${letters(2)}`
  const folder = `${clock(ids.start).day}_${ids.serial}_${name}`
  const runId = `seq_${ids.uuid.replaceAll('-', '').slice(0, 24)}`
  return {
    folder,
    files: [
      { path: 'RunParameters.json', content: json(parameters(ids, { name, folder, runId })), at: 0 },
      { path: 'RunManifest.csv', content: manifest(), at: 0.05 },
      { path: 'RunManifest.json', content: json({ Settings: [], Samples: [] }), at: 0.05 },
      ...[1, 75, 150].map((cycle, index) => ({
        path: `BaseCalls/R1_C${String(cycle).padStart(3, '0')}.zip`,
        content: '',
        at: 0.2 + index * 0.25,
      })),
      { path: 'AvitiRunStats.json', content: json({ RunStats: {} }), at: 0.9 },
      { path: 'RunUploaded.json', content: json(uploaded(ids, runId)), at: 1 },
    ],
  }
}

function parameters(
  { serial, flowcell, start }: RunIds,
  named: { name: string; folder: string; runId: string },
): object {
  return {
    FileVersion: '5.0.0',
    RunName: named.name,
    RunID: named.runId,
    RunFolderName: named.folder,
    RunType: 'Sequencing',
    RecipeExecutionID: `rec.${named.runId.slice(4)}`,
    Side: 'SideA',
    FlowcellID: flowcell,
    Date: start.toISOString(),
    InstrumentName: serial,
    OperatorName: 'operator',
    PlatformVersion: '2.6.0',
    Cycles: { R1: 151, R2: 151, I1: 8, I2: 8 },
    KitConfiguration: '300Cycles',
    ChemistryVersion: 'Cloudbreak',
    Consumables: { Flowcell: { SerialNumber: flowcell, PartNumber: '810-00002' } },
  }
}

const uploaded = ({ serial }: RunIds, runId: string): object => ({
  version: '1.0.0',
  instrument: serial,
  runType: 'Sequencing',
  recipeExecutionId: `rec.${runId.slice(4)}`,
  runID: runId,
  outcome: 'OutcomeCompleted',
})

const manifest = (): string =>
  [
    '[SAMPLES]',
    'SampleName,Index1,Index2',
    'EX-0001,CCGCGGTT,CTAGCGCT',
    'EX-0002,TTATAACC,TCGATATC',
    '',
  ].join('\n')

const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`
