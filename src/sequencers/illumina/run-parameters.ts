/** RunParameters.xml (runParameters.xml on older instruments): how the run was set up, rewritten when it ends. */
import { attribute, childrenNamed, elementAt, textAt, type XmlElement } from '../../formats/xml.ts'
import type { Sourced } from '../facts.ts'
import { type Document, firstAt, told, valueAt } from './documents.ts'
import { count, type Read, readsAt, readsBelow, structureOf } from './run-info.ts'

export type RunParameters = {
  runId: Sourced | null
  /** The last folder of OutputFolder, where no run id is told: NextSeq 1000 and 2000 of control software 1.1. */
  outputFolder: Sourced | null
  instrument: Sourced | null
  flowcellId: Sourced | null
  side: Sourced | null
  experimentName: Sourced | null
  instrumentType: Sourced | null
  application: Sourced | null
  softwareVersion: Sourced | null
  rtaVersion: Sourced | null
  /** HiSeq: `HiSeq Rapid Flow Cell v2`. */
  setupFlowcell: Sourced | null
  /** HiSeq: RapidRun, HighOutput, RapidHighOutput. */
  runMode: Sourced | null
  readStructure: Sourced | null
  /** Cycles of all reads, to compare with what was sequenced; 0 where they are not told. */
  plannedCycles: number
}

/**
 * Reads what any platform may tell. Each has places of its own for the same fact, and no place means two things,
 * as long as it is sought by its whole path: RunId also occurs below BaseSpaceSettings, and is another number there.
 */
export function readRunParameters(document: Document): RunParameters {
  const reads = plannedReads(document)
  return {
    runId: firstAt(document, 'RunId', 'Setup/RunID'),
    outputFolder: lastFolder(valueAt(document, 'OutputFolder')),
    instrument: firstAt(
      document,
      'InstrumentSerialNumber',
      'InstrumentId',
      'ScannerID',
      'Setup/ScannerID',
      'InstrumentName',
    ),
    flowcellId:
      firstAt(
        document,
        'FlowcellRFIDTag/SerialNumber',
        'FlowcellEEPROMTag/SerialNumber',
        'FlowCellSerial',
        'RfidsInfo/FlowCellSerialBarcode',
        'FlowCellSerialNumber',
      ) ??
      consumable(document, ['FlowCell', 'FlowCell_1'], 'SerialNumber') ??
      // A MiSeq flow cell that was typed in by hand has its barcode only here.
      firstAt(document, 'Setup/Barcode', 'Barcode'),
    side: firstAt(document, 'Side', 'Setup/FCPosition'),
    experimentName: firstAt(document, 'ExperimentName', 'Setup/ExperimentName'),
    instrumentType: valueAt(document, 'InstrumentType'),
    application: firstAt(document, 'ApplicationName', 'Application', 'Setup/ApplicationName'),
    softwareVersion: firstAt(
      document,
      'MCSVersion',
      'SystemSuiteVersion',
      'ApplicationVersion',
      'Setup/ApplicationVersion',
    ),
    rtaVersion: firstAt(document, 'RTAVersion', 'Setup/RTAVersion'),
    setupFlowcell: valueAt(document, 'Setup/Flowcell'),
    runMode: valueAt(document, 'Setup/RunMode'),
    readStructure: reads && { ...reads, value: structureOf(reads.value) },
    plannedCycles: reads?.value.reduce((sum, read) => sum + read.cycles, 0) ?? 0,
  }
}

/** A value of the first consumable of one of these types. The list and its items have one name; their order varies. */
export function consumable(document: Document, types: readonly string[], name: string): Sourced | null {
  if (document.is !== 'read') return null
  const list = elementAt(document.root, 'ConsumableInfo')
  const items = list ? childrenNamed(list, 'ConsumableInfo') : []
  for (const type of types) {
    const ofType = items.filter((one) => textAt(one, 'Type') === type)
    const place = `ConsumableInfo/ConsumableInfo[Type="${type}"]/${name}`
    const values = ofType.map((one) => textAt(one, name))
    const found = told(document, place, values)
    if (found) return found
  }
  return null
}

/** The reads of `PlannedReads` or `CompletedReads`: NovaSeq X, MiSeq i100. */
export function namedReads(document: Document, path: string): Sourced<Read[]> | null {
  if (document.is !== 'read') return null
  const list = elementAt(document.root, path)
  return readsAt(document, `${path}/Read`, (list ? childrenNamed(list, 'Read') : []).map(namedRead))
}

function namedRead(element: XmlElement): Read | null {
  const cycles = count(attribute(element, 'Cycles'))
  const name = attribute(element, 'ReadName')
  return cycles === null || name === null ? null : { cycles, index: /^index/i.test(name) }
}

/** The reads as set up, wherever this platform tells them. */
function plannedReads(document: Document): Sourced<Read[]> | null {
  return (
    readsBelow(document, 'Reads', 'RunInfoRead') ??
    readsBelow(document, 'Reads', 'Read') ??
    readsBelow(document, 'Setup/Reads', 'Read') ??
    namedReads(document, 'PlannedReads') ??
    countedReads(document, 'PlannedCycles', ['Read1', 'Index1', 'Index2', 'Read2']) ??
    countedReads(document, '', [
      'PlannedRead1Cycles',
      'PlannedIndex1ReadCycles',
      'PlannedIndex2ReadCycles',
      'PlannedRead2Cycles',
    ]) ??
    countedReads(document, '', [
      'Read1NumberOfCycles',
      'IndexRead1NumberOfCycles',
      'IndexRead2NumberOfCycles',
      'Read2NumberOfCycles',
    ]) ??
    countedReads(document, 'Setup', [
      'Read1',
      ['IndexRead1', 'Index1Read', 'IndexRead'],
      ['IndexRead2', 'Index2Read'],
      'Read2',
    ])
  )
}

/** Reads told by an element each, in the order sequenced; where one has several names, the first that is there counts. */
export function countedReads(
  document: Document,
  path: string,
  names: ReadonlyArray<string | string[]>,
): Sourced<Read[]> | null {
  const prefix = path === '' ? '' : `${path}/`
  const reads = names.flatMap((name) => {
    const places = [name].flat().map((one) => `${prefix}${one}`)
    const cycles = count(firstAt(document, ...places)?.value ?? null)
    return cycles === null || cycles === 0 ? [] : [{ cycles, index: /index/i.test(places.join()) }]
  })
  return document.is === 'read' ? readsAt(document, `${prefix}${names[0]}`, reads) : null
}

function lastFolder(path: Sourced | null): Sourced | null {
  const name = path?.value.split(/[\\/]/).filter(Boolean).at(-1)
  return path && name && /^(\d{6}|\d{8})_/.test(name) ? { ...path, value: name } : null
}
