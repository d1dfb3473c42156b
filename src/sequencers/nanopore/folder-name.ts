/** What the names of an Oxford Nanopore run folder, and of the files in it, tell without opening anything. */
import { type Stamp, wallStamp } from '../../record/time.ts'
import { type Account, accountOf, claim, type FileKind } from './account.ts'
import { modelOf } from './models.ts'

type NamedRun = {
  /** When the start button was pressed, by a clock that was on UTC in 2019 and on local time since about 2022. */
  pressed: Stamp | null
  position: string
  flowcellId: string
  shortId: string
}

/**
 * `20250603_1201_3E_PAA12345_e05460c6`. A position has no underscore (but for the older `P2S_00123-1`), a flow cell
 * id, which people may type, can have any number. A site's `1-A1-B1-PAE12345`, joined by a dash, is taken apart too,
 * and so is a name with an ending, `.ext`, as some sites give a run whose bases they have called anew.
 */
export function readFolderName(name: string): NamedRun | null {
  const own = name.replace(SUFFIX, '')
  const whole = /^(\d{8})_(\d{4})_(P2S_\d+(?:-\w)?|[A-Za-z0-9-]+)_([A-Za-z0-9_-]*)_([0-9a-f]{8})$/.exec(own)
  const joined = /^(\d{8})_(\d{4})_([A-Za-z0-9-]+)-([FP][A-Z]{2}\d{5}|[A-Z]{3}\d{3})_([0-9a-f]{8})$/.exec(own)
  const [, date = '', clock = '', position = '', flowcellId = '', shortId = ''] = whole ?? joined ?? []
  if (shortId === '') return null
  return { pressed: pressedAt(date, clock), position, flowcellId, shortId }
}

const SUFFIX = /\.[A-Za-z0-9]+$/

/** The folder's name as an account: the last resort for each fact, and what files are held against. */
export function accountOfName(name: string): Account {
  const run = readFolderName(name)
  if (run === null) return accountOf('folder-name', name, {})
  const at = 'folder name'
  const account = accountOf('folder-name', name, {
    flowcellId: claim(run.flowcellId, at),
    position: claim(run.position, at),
    instrumentModel: claim(modelOf({ position: run.position }), at),
  })
  return { ...account, shortId: run.shortId, flowcellIds: run.flowcellId === '' ? [] : [run.flowcellId] }
}

/** Folders in MinKNOW's data root that are its own or the site's, and never a run. */
const SERVICE_FOLDERS: ReadonlySet<string> = new Set(
  `core-dump-db devices epi2me_inside intermediate Install_logs logs lost+found network npg persistence pings
   queued_reads reads reports user_scripts nosync keep_data cg_data`.split(/\s+/),
)

const FINAL_SUMMARY = /^final_summary.*\.txt$/
const REPORT_JSON = /^report_(?:.+_[0-9a-f]{8})?\.json$/
const REPORT_MD = /^report(?:_|_.+_[0-9a-f]{8})?\.md$/
const OUTPUT_SHEET = /^sample_sheet_(?:.+_[0-9a-f]{8})?\.csv$/

const OF_JSON_TIMES = /^(?:final_summary_.+_[0-9a-f]{8}_[0-9a-f]{8}\.txt|report_.+\.html)$/

/** Tables that MinKNOW writes. */
const OWN_TABLES =
  /^(?:output_hash|throughput|pore_activity|pore_scan_data|duty_time|drift_correction|mux_scan_data|temperature_adjust_data|barcode_alignment|sample_sheet)(?:_.*)?\.csv$/

/** The kind of account a file gives, by its name; null for all the rest. */
export function kindOfFile(name: string): FileKind | null {
  if (FINAL_SUMMARY.test(name)) return 'final-summary'
  if (REPORT_JSON.test(name)) return 'report-json'
  if (REPORT_MD.test(name)) return 'report-md'
  return OUTPUT_SHEET.test(name) ? 'sample-sheet' : null
}

/**
 * The report that MinKNOW writes beside its final summary, as the other names in the folder tell: JSON from the versions
 * that also write a sheet, a page, and both run ids into the summary's name; Markdown before. Null where none is told.
 */
export function reportBeside(names: readonly string[]): 'report_*.json' | 'report*.md' | null {
  if (names.some((one) => OF_JSON_TIMES.test(one) || OUTPUT_SHEET.test(one))) return 'report_*.json'
  return names.some((one) => OWN_TABLES.test(one) || /^report.*\.pdf$/.test(one)) ? 'report*.md' : null
}

/**
 * Tables that people have laid into the folder, since they did so on purpose; then the sheet MinKNOW writes always.
 * Few of the former: where there are many they are results, and would hide the latter.
 */
export function sheetsAmong(names: readonly string[]): string[] {
  const laid = names.filter((name) => /\.csv$/i.test(name) && !OWN_TABLES.test(name))
  return [...laid.slice(0, 6), ...names.filter((name) => kindOfFile(name) === 'sample-sheet').slice(0, 2)]
}

/**
 * A folder named as MinKNOW names its runs; else, for renamed and pooled folders, one with files only MinKNOW writes;
 * else one of 2017 to 2018, which ends in the sample's name and holds nothing but reads.
 */
export function isRunFolder(name: string, names: readonly string[]): boolean {
  if (SERVICE_FOLDERS.has(name) || names.some((one) => OF_OTHER_MAKES.test(one))) return false
  if (readFolderName(name) !== null) return true
  if (names.some((one) => TELLING_FILE.test(one))) return true
  const old = names.some((one) => OLD_COMPANION.test(one))
  return old && (names.includes('final_summary.txt') || /^20\d{6}_\d{4}_./.test(name))
}

const OF_OTHER_MAKES = /^(?:RunInfo\.xml|RunParameters\.(?:xml|json)|RunUploaded\.json|.+_LibraryInfo\.xml)$/i
const TELLING_FILE =
  /^(?:final_summary_.*\.txt|report_.+_\d{8}_\d{4}_[0-9a-f]{8}\.(?:json|md|html|pdf)|sample_sheet_.+_\d{8}_\d{4}_[0-9a-f]{8}\.csv)$/
const OLD_COMPANION =
  /^(?:report\.md|duty_time\.csv|(?:fast5|fastq|pod5|bam)(?:_pass|_fail|_skip)?\/|.+_(?:sequencing_run|mux_scan)_.+\.(?:fast5|txt))$/

function pressedAt(date: string, clock: string): Stamp | null {
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
  return wallStamp(`${date}_${clock}`, `${day}T${clock.slice(0, 2)}:${clock.slice(2)}`)
}
