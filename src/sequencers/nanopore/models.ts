/** Which instrument it was, from whatever the files let slip: product names, device types, serials, positions. */

/** `host_product_code` of report.md. */
const HOST_PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['GRD-X5B001', 'GridION X5'],
  ['GRD-X5B002', 'GridION X5'],
  ['GRD-X5B003', 'GridION Mk1'],
  ['GRD-X5B004', 'GridION Mk1'],
  ['MIN-101C', 'MinION Mk1C'],
  ['PRO-PRC024', 'PromethION 24'],
  ['PRO-PRC048', 'PromethION 48'],
  ['PRO-PRMC01', 'PromethION Beta'],
])

/** `device_type` of minknow_api, in any case; PEBBLE is an experimental device and tells no model. */
const DEVICE_TYPES: ReadonlyMap<string, string> = new Map([
  ['MINION', 'MinION'],
  ['GRIDION', 'GridION'],
  ['PROMETHION', 'PromethION'],
  ['MINION_MK1C', 'MinION Mk1C'],
  ['MINION_MK1D', 'MinION Mk1D'],
  ['P2_SOLO', 'P2 Solo'],
  ['P2_INTEGRATED', 'P2 Integrated'],
])

/** Devices that hang on a computer which is no instrument: its name and product say nothing of them. */
const ON_A_COMPUTER: ReadonlySet<string> = new Set(['MINION', 'MINION_MK1D', 'P2_SOLO'])

const SERIALS: ReadonlyArray<[RegExp, string]> = [
  [/^MN\d+$/, 'MinION Mk1B'],
  [/^MS\d{5}$/, 'MinION'],
  [/^MC-?\d+/, 'MinION Mk1C'],
  [/^MD-?\d+/, 'MinION Mk1D'],
  [/^P2S[-_]\d+/, 'P2 Solo'],
  [/^GXB\d+$/, 'GridION'],
  [/^GA\d+$/, 'GridION'],
  [/^GS\d{5}$/, 'GridION'],
  [/^PC24[A-Z]?\d+$/, 'PromethION 24'],
  [/^PC48[A-Z]?\d+$/, 'PromethION 48'],
  [/^PC[TA]\d+$/, 'PromethION'],
]

/** Columns 4 to 6 exist on a PromethION 48 only; 1 to 3 on both. `2-E11-H11` is how the first PromethIONs wrote them. */
const POSITIONS: ReadonlyArray<[RegExp, string]> = [
  [/^X[1-5]$/, 'GridION'],
  [/^[1-3][A-H]$/, 'PromethION'],
  [/^[4-6][A-H]$/, 'PromethION 48'],
  [/^\d-[A-Z]\d+-[A-Z]\d+$/, 'PromethION'],
]

type Clue = string | null | undefined
type ModelClues = {
  /** `host.product_name` of the JSON report. */
  productName?: Clue
  /** `host_product_code` of report.md. */
  productCode?: Clue
  deviceType?: Clue
  serial?: Clue
  position?: Clue
}

/** The model as Oxford Nanopore names it, as exact as the clues allow; null where they allow nothing. */
export function modelOf(clues: ModelClues): string | null {
  const type = clues.deviceType?.toUpperCase() ?? ''
  const device = DEVICE_TYPES.get(type) ?? null
  const named = /^(?:MinION|GridION|PromethION|P2)\b/.test(clues.productName ?? '') ? clues.productName : null
  const host = ON_A_COMPUTER.has(type) ? null : (named ?? HOST_PRODUCTS.get(clues.productCode ?? ''))
  const guesses = [
    modelAmong(SERIALS, clues.serial),
    modelAmong(SERIALS, clues.position),
    modelAmong(POSITIONS, clues.position),
  ]
  return [host, device, ...guesses].reduce<string | null>(moreExact, null)
}

/** The first of two models, or the second where it only says more: `PromethION 24` after `PromethION`. */
export function moreExact(first: string | null, second: string | null | undefined): string | null {
  if (first === null) return second ?? null
  return second?.startsWith(`${first} `) ? second : first
}

/** The serial of a device whose position is named after itself; null where a position is a slot of something bigger. */
export function serialOfDevice(position: Clue): string | null {
  const found = /^(MN\d+|MC-\d+|MD-\d+|P2S[-_]\d+)(?:_\d+|-[AB12])?$/.exec(position ?? '')
  return found?.[1] ?? null
}

/** Is this the serial of one of Oxford Nanopore's boxes, and not some computer's host name? */
export const looksLikeSerial = (name: Clue): boolean => modelAmong(SERIALS, name) !== null

/** A device that MinKNOW only simulates; these names are kept for them. */
export const isSimulated = (position: Clue): boolean =>
  /^(?:[MG]S\d{5}|P2S[-_]00000-[AB])$/.test(position ?? '')

const modelAmong = (shapes: typeof SERIALS, name: Clue): string | null =>
  shapes.find(([pattern]) => pattern.test(name ?? ''))?.[1] ?? null
