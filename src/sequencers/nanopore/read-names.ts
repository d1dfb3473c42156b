/** What MinKNOW of 2017 and 2018 wrote nowhere but into the name of each read: the flow cell and the device. */
import { basename } from 'node:path'
import type { RunFolder } from '../../handovers.ts'
import { type Account, accountOf, type Claim, claim } from './account.ts'
import { looksLikeSerial, modelOf, serialOfDevice } from './models.ts'

/** `LABPC_20170913_FAH12345_MN17073_sequencing_run_Zymo_mock_34567_read_12_ch_101_strand.fast5` */
const READ =
  /^(.+)_20\d{6}_([A-Z]{3}\d{3,5})_([A-Za-z0-9-]+)_(?:sequencing_run|mux_scan)_(.+)_\d+_read_\d+_ch_\d+_strand\.fast5$/

/** Names looked at, of thousands: they are all of one run. */
const FEW = 16
/** `fast5/pass/0/` is as deep as they lie. */
const DEEPEST = 3

/** What the names of a few reads agree on; they lie in the folder itself or in one of its `fast5` folders, by hundreds. */
export function accountOfReads(folder: Pick<RunFolder, 'name' | 'names' | 'list'>): Account {
  const deeper = folder.names.includes('fast5/') ? readsBelow('fast5', folder, 1) : []
  const reads = readsAmong('', folder.names) ?? deeper
  const told = (group: number, isTold: (value: string) => boolean = () => true): Claim | null => {
    const values = new Set(reads.map((path) => READ.exec(basename(path))?.[group]))
    const [value] = values
    return values.size === 1 && value !== undefined && isTold(value) ? claim(value, 'file name') : null
  }
  const position = told(3)
  const serial = claim(serialOfDevice(position?.value), 'file name') ?? told(1, looksLikeSerial)
  return {
    ...accountOf('folder-name', reads[0] ?? folder.name, {
      flowcellId: told(2),
      position,
      instrumentSerial: serial,
      instrumentModel: claim(modelOf({ serial: serial?.value, position: position?.value }), 'file name'),
      // The folder is named after the sample as well.
      sampleId: told(4, (sample) => folder.name.endsWith(`_${sample}`)),
    }),
    // Which names were kept for simulated devices then is not known.
    test: false,
  }
}

/** Paths of the first few reads of a listing; null where it has none. */
function readsAmong(path: string, names: readonly string[]): string[] | null {
  const found: string[] = []
  for (const name of names) {
    if (READ.test(name)) found.push(path + name)
    if (found.length === FEW) break
  }
  return found.length === 0 ? null : found
}

function readsBelow(path: string, folder: Pick<RunFolder, 'list'>, depth: number): string[] {
  const names = folder.list(path, FEW)
  const here = readsAmong(`${path}/`, names)
  const next = names.find((name) => name.endsWith('/'))
  if (here !== null) return here
  return next === undefined || depth === DEEPEST
    ? []
    : readsBelow(`${path}/${next.slice(0, -1)}`, folder, depth + 1)
}
