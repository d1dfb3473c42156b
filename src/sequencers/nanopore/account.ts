/** What one source, a file of MinKNOW's or the folder's own name, says of the run it belongs to. */
import type { RunFacts } from '../../record/run.ts'
import { isSimulated } from './models.ts'

/** A value and the place it stands at: a key, a JSON pointer, a column. */
export type Claim = { value: string; at: string }

/** Facts on which two sources may contradict each other. */
export const CONTESTED_FACTS = [
  'sequencingUuid',
  'flowcellId',
  'flowcellType',
  'kit',
  'instrumentSerial',
  'position',
  'experimentName',
  'sampleId',
] as const satisfies ReadonlyArray<keyof RunFacts>
export type ContestedFact = (typeof CONTESTED_FACTS)[number]

/** Of the model some sources know more than others, and of the software only reports know. */
export type ClaimedFact = ContestedFact | 'instrumentModel' | 'softwareVersion'

export type FileKind = 'final-summary' | 'report-json' | 'report-md' | 'sample-sheet'

export type Account = {
  kind: FileKind | 'folder-name'
  file: string
  /** First eight digits of the protocol run id: what ties a file to its folder. */
  shortId: string | null
  /** Every id by which the flow cell goes here: the one stored on it, the one somebody typed. */
  flowcellIds: string[]
  facts: Partial<Record<ClaimedFact, Claim>>
  /** Of each acquisition that sequenced, as written. */
  starts: Claim[]
  ends: Claim[]
  /** MinKNOW's own word for the state of the protocol; null where the source does not tell. */
  state: string | null
  /** A flow cell or hardware check, or a device that is simulated. */
  test: boolean
  /** Files MinKNOW had to write to its fall-back disk. */
  filesElsewhere: number
}

/** What a source says by its claims alone; what else it tells is put over it. */
export function accountOf(
  kind: Account['kind'],
  file: string,
  claims: Partial<Record<ClaimedFact, Claim | null>>,
): Account {
  const facts: Account['facts'] = {}
  for (const [fact, one] of Object.entries(claims)) if (one !== null) Object.assign(facts, { [fact]: one })
  return {
    kind,
    file,
    shortId: facts.sequencingUuid?.value.slice(0, 8) ?? null,
    flowcellIds: facts.flowcellId === undefined ? [] : [facts.flowcellId.value],
    facts,
    starts: [],
    ends: [],
    state: null,
    test: isSimulated(facts.position?.value),
    filesElsewhere: 0,
  }
}

/** Nothing that MinKNOW or a person at it writes is longer; what is would be somebody's attempt at something else. */
const MAX_LENGTH = 255

/** What MinKNOW writes where nobody typed anything. */
const PLACEHOLDERS = new Set(['no_sample', 'no_group'])

/** The claim of a value, null for what stands for nothing. */
export function claim(value: string | null | undefined, at: string): Claim | null {
  const trimmed = value?.trim() ?? ''
  if (trimmed === '' || trimmed.length > MAX_LENGTH || PLACEHOLDERS.has(trimmed)) return null
  return { value: trimmed, at }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A protocol run id, null for anything but a whole UUID: acquisition ids are 40 digits and stand nearby. */
export function uuidClaim(value: string | null | undefined, at: string): Claim | null {
  const lower = value?.trim().toLowerCase() ?? ''
  return UUID.test(lower) ? { value: lower, at } : null
}

/** Of the instrument's own examinations of a flow cell or of itself, by whatever path the script is called. */
const CHECK = /(?:^|\/)(?:checks|platform_qc)\/|flow_?cell_check|hardware_check|platform_qc/i

/**
 * What a protocol's name tells: `sequencing/sequencing_PRO114_DNA:FLO-PRO114M:SQK-LSK114:400`. The script may be named
 * after another product, so only the second and third parts count. In 2019 it was a hash and told nothing.
 */
export function readProtocol(protocol: string | null | undefined, at: string) {
  const [script = '', product = '', kit = ''] = (protocol ?? '').split(':')
  return {
    flowcellType: /^FLO-/.test(product) ? claim(product, at) : null,
    kit: /^[A-Z]{2,4}-[A-Z0-9]/.test(kit) ? claim(kit, at) : null,
    check: CHECK.test(script),
  }
}
