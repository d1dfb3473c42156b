/** What one XML file tells of a run and its cells; every generation's files come to this one shape. */
import * as xml from '../../formats/xml.ts'
import { child, childrenNamed, elementAt, type XmlElement } from '../../formats/xml.ts'
import { instantStamp, type Stamp } from '../../record/time.ts'
import { rsCellId } from './names.ts'

export type Told<T> = { value: T; at: string } | null

/** One SMRT Cell as a file describes it. A planned cell that has not been started has no movie. */
export type Collection = {
  id: string | null
  movie: string | null
  well: string | null
  sample: string | null
  flowcellId: string | null
  partNumber: string | null
  status: string | null
  kit: string | null
  /** Of the movie, where the file tells it. */
  start: Stamp | null
  end: Stamp | null
}

export type Account = {
  /** Relative to the run folder. */
  file: string
  cell: string
  /** The run folder's name as the instrument gave it. */
  runFolder: string | null
  runId: Told<string>
  runStatus: string | null
  serial: Told<string>
  /** As the instrument names its kind: Sequel, Sequel2, Sequel2e, Revio, Vega. */
  instrumentType: Told<string>
  start: Told<Stamp>
  /** Of the whole run. */
  end: Told<Stamp>
  experiment: Told<string>
  software: Told<string>
  collections: Collection[]
  instrumentTest: boolean
}

/** Reads the root of a metadata file or a data set; null where it is neither. Elements are known by local name. */
export function accountOf(root: XmlElement, file: string, cell: string): Account | null {
  if (root.name === 'Metadata') return accountOfRs(root, file, cell)
  const collections = descendants(root, 'CollectionMetadata')
  const experiment = root.name === 'PacBioDataModel' ? child(root, 'ExperimentContainer') : null
  const run = experiment && elementAt(experiment, 'Runs/Run')
  if (run === null && collections.length === 0) return null

  const first = collections[0]
  const told = (element: XmlElement | null | undefined, name: string, at: string): Told<string> =>
    tell(element ? attribute(element, name) : null, `${at}/@${name}`)
  const runAt = '/PacBioDataModel/ExperimentContainer/Runs/Run'
  const ofDetails = (name: string): Told<string> =>
    tell(first ? textAt(first, `RunDetails/${name}`) : null, `//CollectionMetadata/RunDetails/${name}`)
  const serial = told(first, 'InstrumentId', '//CollectionMetadata')
  const name = (run && attribute(run, 'Name')) ?? ofDetails('Name')?.value ?? null
  const barcodes = collections
    .map((one) => child(one, 'CellPac'))
    .map((pac) => pac && attribute(pac, 'Barcode'))
  return {
    file,
    cell,
    runFolder: (run && attribute(run, 'TimeStampedName')) ?? ofDetails('TimeStampedName')?.value ?? null,
    runId: uuid(told(run, 'UniqueId', runAt)),
    runStatus: run && attribute(run, 'Status'),
    serial,
    instrumentType: told(run, 'InstrumentType', runAt),
    start: time(told(run, 'WhenStarted', runAt)) ?? time(ofDetails('WhenStarted')),
    end: time(told(run, 'WhenCompleted', runAt)),
    experiment:
      told(experiment, 'ExperimentId', '/PacBioDataModel/ExperimentContainer') ??
      told(experiment, 'Name', '/PacBioDataModel/ExperimentContainer'),
    software: first ? softwareOf(first) : null,
    collections: distinct(collections.map(collectionOf)),
    // What the instrument runs on its own, with a dry cell, to test itself.
    instrumentTest:
      /^\d+_TestCell/.test(name ?? '') ||
      serial?.value === 'Inst1234' ||
      (barcodes.length > 0 && barcodes.every((barcode) => /^0+$/.test(barcode ?? ''))),
  }
}

function collectionOf(element: XmlElement): Collection {
  const pac = child(element, 'CellPac')
  const sample = child(element, 'WellSample')
  const plate = child(element, 'SequencingKitPlate')
  const whenCompleted = textAt(element, 'RunDetails/WhenCompleted')
  return {
    id: attribute(element, 'UniqueId'),
    movie: attribute(element, 'Context'),
    well: wellOf(textAt(element, 'WellSample/WellName')),
    sample: sample && attribute(sample, 'Name'),
    flowcellId: pac && flowcellIdOf(pac),
    partNumber: pac && attribute(pac, 'PartNumber'),
    status: attribute(element, 'Status'),
    kit: plate && attribute(plate, 'Name'),
    start: null,
    end: whenCompleted === null ? null : instantStamp(whenCompleted),
  }
}

/** `A01`; behind the number of its plate where a run has two of them: `2_A01`. */
const wellOf = (name: string | null): string | null => name?.replace(/^\d_(?=[A-H]\d\d$)/, '') ?? null

/**
 * Revio and Vega: the label. Before them the barcode, where it is a cell's own (`DA060767`) and not the tray's lot, part
 * and expiry in one (`419402101389001081423`) nor the zeros of a dry cell.
 */
function flowcellIdOf(pac: XmlElement): string | null {
  const label = attribute(pac, 'LabelNumber')
  if (label !== null && /^[A-Z]{2}\d{6}/.test(label)) return label
  const barcode = attribute(pac, 'Barcode')
  return barcode !== null && /^[A-Z]{2}\d{6}/.test(barcode) ? barcode : null
}

/** RS and RS II. A run's start has no zone and is UTC: it agrees with the first movie's, which has one. */
function accountOfRs(root: XmlElement, file: string, cell: string): Account {
  const at = (path: string): Told<string> => tell(textAt(root, path), `/Metadata/${path}`)
  const started = at('Run/WhenStarted')
  const movie = /([^/]+)\.metadata\.xml$/.exec(file)?.[1] ?? null
  const stamp = started && (instantStamp(started.value) ?? instantStamp(`${started.value}Z`))
  const movieStarted = at('Movie/WhenStarted')
  return {
    file,
    cell,
    runFolder: null,
    runId: null,
    runStatus: null,
    serial: at('InstrumentName'),
    instrumentType: null,
    start: started && stamp ? { value: { ...stamp, text: started.value }, at: started.at } : null,
    end: null,
    experiment: null,
    software: at('InstCtrlVer'),
    collections: [
      {
        id: null,
        movie,
        well: wellOf(textAt(root, 'Sample/WellName')),
        sample: textAt(root, 'Sample/Name'),
        flowcellId: movie && rsCellId(movie),
        partNumber: textAt(root, 'EightPac/PartNumber'),
        status: null,
        kit: null,
        start: movieStarted && instantStamp(movieStarted.value),
        end: null,
      },
    ],
    instrumentTest: false,
  }
}

function softwareOf(collection: XmlElement): Told<string> {
  const versions = descendants(collection, 'VersionInfo')
  const control = versions.find((one) => attribute(one, 'Name') === 'ics')
  return (
    tell(textAt(collection, 'InstCtrlVer'), '//CollectionMetadata/InstCtrlVer') ??
    tell(control ? attribute(control, 'Version') : null, '//VersionInfo[@Name="ics"]/@Version')
  )
}

/** Characters of the longest value that is believed: whoever fills a file with more means no run. */
const LONGEST = 1000

const believed = (value: string | null): string | null =>
  value !== null && value.length > LONGEST ? null : value
const attribute = (element: XmlElement, name: string): string | null => believed(xml.attribute(element, name))
const textAt = (element: XmlElement, path: string): string | null => believed(xml.textAt(element, path))

const tell = (value: string | null, at: string): Told<string> => (value === null ? null : { value, at })

/** A time that is set: 0001-01-01 stands for one that is not. */
function time(told: Told<string>): Told<Stamp> {
  const stamp = told && instantStamp(told.value)
  return told && stamp ? { value: stamp, at: told.at } : null
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const uuid = (told: Told<string>): Told<string> =>
  told && UUID.test(told.value) ? { value: told.value.toLowerCase(), at: told.at } : null

/** A file may describe one collection twice, as subreads and as consensus reads. */
const distinct = (collections: Collection[]): Collection[] =>
  collections.filter(
    (one, at) => collections.findIndex((other) => other.id === one.id) === at || one.id === null,
  )

function descendants(element: XmlElement, name: string): XmlElement[] {
  const own = childrenNamed(element, name)
  return own.concat(
    element.children.filter((one) => !own.includes(one)).flatMap((one) => descendants(one, name)),
  )
}
