/**
 * Pacific Biosciences: RS and RS II, Sequel, Sequel II and IIe, Revio, Vega. A run is one record with its SMRT Cells below.
 *
 * Formats: PacBioFileFormats (metadata and data set XML, Revio and Vega file structure), PacBioDataModel.xsd.
 */
import type { RunFolder } from '../../handovers.ts'
import type { Problem } from '../../problems.ts'
import type { Completion, RunReading } from '../../record/run.ts'
import { instantStamp, type Stamp } from '../../record/time.ts'
import { factsOf } from '../facts.ts'
import type { Sequencer } from '../sequencer.ts'
import type { Account } from './account.ts'
import { type KnownCell, knownCells, plannedWells } from './cells.ts'
import { completionOf } from './completion.ts'
import { gather } from './gather.ts'
import { identityOf } from './identity.ts'
import { cellsOf, type Generation, generationOf, RUN_FOLDER, utcOf } from './names.ts'
import { agreed, type Known, ownAccounts, shared } from './weigh.ts'

export const pacbio = {
  recognise: (folder) => generationOf(folder) !== null,
  marks: (folder) =>
    cellsOf(folder, generationOf(folder) ?? 'sequel').flatMap((cell) => [
      ...cell.metadata,
      ...cell.readSets,
      ...cell.transferTests,
      ...cell.transferDone,
    ]),
  sheets: () => [],
  read,
} satisfies Sequencer

function read(folder: RunFolder): RunReading {
  const generation = generationOf(folder) ?? 'sequel'
  const files = cellsOf(folder, generation)
  const { accounts, unfinished, problems: broken } = gather(folder, files)
  const { own, problems } = ownAccounts(folder.name, accounts)
  const cells = knownCells(folder, files, own, problems)
  const planned = plannedWells(files, own)
  const { completion, problems: endings } = completionOf({
    generation,
    cells,
    planned,
    accounts: own,
    unfinished,
    strangers: own.length < accounts.length,
  })
  const facts = runFactsOf(folder.name, generation, own, cells, planned, completion, problems)
  return {
    ...facts,
    completion,
    problems: [...broken, ...problems, ...endings],
    test: own.some((account) => account.instrumentTest) ? 'instrument-test' : null,
  }
}

function runFactsOf(
  name: string,
  generation: Generation,
  accounts: readonly Account[],
  cells: readonly KnownCell[],
  planned: readonly string[],
  completion: Completion,
  problems: Problem[],
): Pick<RunReading, 'run' | 'provenance'> {
  const byName = { value: name, from: { file: name, at: 'folder name' } }
  const uuid = agreed('the id of the run', accounts, (one) => one.runId, problems)
  const start = agreed('the start of the run', accounts, (one) => one.start, problems)
  const { serial, model } = identityOf(name, generation, accounts, start.known?.value ?? null, problems)
  const experiment = agreed('the experiment', accounts, experimentOf, problems)
  const software = agreed('the software', accounts, (one) => one.software, problems)
  const file = accounts.find((one) => one.collections.length > 0)?.file ?? name
  const ofCells = (at: string, pick: (cell: KnownCell) => string | null): Known<string> => {
    const value = shared(cells.map(pick))
    return value === null ? null : { value, from: { file, at } }
  }
  const isOne = cells.length === 1
  return factsOf(
    {
      ...{ runId: name, folderName: name, instrumentMake: 'PACIFIC_BIOSCIENCES', status: completion.state },
      fullyCopied: cells.length > 0 && planned.length === 0 && cells.every((one) => one.cell.fullyCopied),
      cells: cells.map((one) => one.cell),
    },
    {
      runId: byName,
      folderName: byName,
      sequencingUuid: uuid.known,
      instrumentModel: model,
      instrumentSerial: serial,
      flowcellId: isOne ? ofCells('//CellPac', (one) => one.cell.flowcellId) : null,
      flowcellType: ofCells('//CellPac/@PartNumber', (one) => one.cell.flowcellType),
      start: start.known ?? (start.disagreed ? null : startByName(name)),
      end: completion.state === 'completed' ? endOf(cells, accounts) : null,
      experimentName: experiment.known,
      sampleId: isOne ? ofCells('//WellSample/@Name', (one) => one.cell.sampleId) : null,
      kit: ofCells('//SequencingKitPlate/@Name', (one) => one.kit),
      softwareVersion: software.known,
    },
  )
}

/** A test the instrument runs on its own is no experiment, though it is named like one. */
const experimentOf = (account: Account): Account['experiment'] =>
  account.instrumentTest ? null : account.experiment

/** The folder is named after the moment the run was set up, in UTC: half a minute to 40 minutes before its start. */
function startByName(name: string): Known<Stamp> {
  const [, , date, time] = RUN_FOLDER.exec(name) ?? []
  const stamp = date === undefined || time === undefined ? null : instantStamp(utcOf(date, time))
  return stamp && { value: { ...stamp, text: `${date}_${time}` }, from: { file: name, at: 'folder name' } }
}

/** A run that is over may tell its end, and so may its last cell's metadata; else the last cell was transferred after it. */
function endOf(cells: readonly KnownCell[], accounts: readonly Account[]): Known<Stamp> {
  const latest = (stamps: Array<Stamp | null>): Stamp | null =>
    stamps
      .filter((one) => one !== null)
      .sort((a, b) => String(a.instant).localeCompare(String(b.instant)))
      .at(-1) ?? null
  const whole = latest(accounts.map((one) => one.end?.value ?? null))
  const ofRun = accounts.find((one) => one.end?.value === whole)
  if (whole && ofRun?.end) return { value: whole, from: { file: ofRun.file, at: ofRun.end.at } }
  const written = latest(accounts.flatMap((one) => one.collections.map((collection) => collection.end)))
  const teller = accounts.find((one) => one.collections.some((collection) => collection.end === written))
  if (written && teller)
    return { value: written, from: { file: teller.file, at: '//RunDetails/WhenCompleted' } }
  const sent = latest(cells.map((one) => one.transferred))
  const last = cells.find((one) => one.transferred === sent)
  return sent && last
    ? { value: sent, from: { file: `${last.cell.folder}/*.transferdone`, at: 'modification time' } }
    : null
}
