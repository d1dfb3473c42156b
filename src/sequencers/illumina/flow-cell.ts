/** The flow cell: its kind, and where it lay. */
import type { Sourced } from '../facts.ts'
import { type Document, firstAt, valueAt } from './documents.ts'
import { agreed, type Disagreement, type Ids } from './ids.ts'
import { type Family, takesTwoFlowcells } from './models.ts'
import type { RunInfo } from './run-info.ts'
import { consumable, type RunParameters } from './run-parameters.ts'

/** The kind as an element names it. Endings of flow cell ids and tile counts hint at it, and are not believed. */
export function flowcellTypeOf(
  family: Family | null,
  document: Document,
  parameters: RunParameters,
): Sourced | null {
  switch (family) {
    case 'MiSeq':
      return miSeqType(document)
    case 'NextSeq 500/550':
    case 'MiniSeq':
      return matched(valueAt(document, 'Chemistry'), /^(?:NextSeq|MiniSeq) (High|Mid)\b/i)
    case 'NovaSeq 6000':
      return firstAt(document, 'RfidsInfo/FlowCellMode', 'FlowCellMode')
    case 'NextSeq 1000/2000':
      return matched(valueAt(document, 'FlowCellMode'), /\b(P[1-4])\b/)
    case 'NovaSeq X':
      return novaSeqXType(document)
    case 'MiSeq i100':
      return (
        matched(consumable(document, ['DryCartridge'], 'Mode'), /^(\d+M)$/) ??
        matched(valueAt(document, 'RecipeName'), /^(\d+M)\//)
      )
    case 'iSeq':
      return null
    default:
      return parameters.setupFlowcell
  }
}

/** Side A or B, where the instrument has two; null on one that has a single place, whatever letter its run id has. */
export function positionOf(
  family: Family | null,
  model: string | null,
  info: RunInfo,
  parameters: RunParameters,
  { runId, flowcellId }: Ids,
  disagreements: Disagreement[],
): Sourced | null {
  if (family !== null && !/^(HiSeq|NovaSeq)/.test(family)) return null
  const told = [side(parameters.side), side(info.side), letterInRunId(model, runId, flowcellId)]
  return agreed('position', told, disagreements)
}

const SIDES = new Map([
  ['A', 'A'],
  ['B', 'B'],
  ['LEFT', 'A'],
  ['RIGHT', 'B'],
  ['1', 'A'],
  ['2', 'B'],
])

function side(told: Sourced | null): Sourced | null {
  const letter = told && SIDES.get(told.value.toUpperCase())
  return told && letter ? { ...told, value: letter } : null
}

/** `_AHLYWYDSXX`, `_A_HGVWKBBXY`, `_AFCHCYTJDMXX`: the letter before the flow cell id, as instrument or centre write it. */
function letterInRunId(
  model: string | null,
  runId: Sourced | null,
  flowcellId: Sourced | null,
): Sourced | null {
  if (!takesTwoFlowcells(model) || !runId || !flowcellId) return null
  const before = runId.value.slice(0, Math.max(0, runId.value.indexOf(flowcellId.value)))
  const letter = /_([AB])(?:_|FC)?$/.exec(before)?.[1]
  return letter ? { ...runId, value: letter } : null
}

/** Reagent kit and tiles together: the v2 kit comes with three flow cells. */
function miSeqType(document: Document): Sourced | null {
  const kit = valueAt(document, 'ReagentKitVersion')
  const version = kit && /^Version([1-9])$/.exec(kit.value)?.[1]
  if (!kit || !version) return null
  const tiles = valueAt(document, 'Setup/NumTilesPerSwath')?.value
  const size = version === '2' ? (tiles === '2' ? ' Nano' : tiles === '4' ? ' Micro' : '') : ''
  return { ...kit, value: `v${version}${size}` }
}

/** System suite 1.1 has the type as Mode; from 1.2 on Mode is a number and Name has it, as FlowCellType has in a code. */
function novaSeqXType(document: Document): Sourced | null {
  const name = consumable(document, ['FlowCell'], 'Name')
  const mode = consumable(document, ['FlowCell'], 'Mode')
  if (name) return name
  if (mode && !/^\d+$/.test(mode.value)) return mode
  const type = firstAt(document, 'FlowCellType', 'FlowCellName')
  if (type && /^[\d.]+B$/.test(type.value)) return type
  const size = type && FLOWCELL_SIZES.get(/B(\d)$/.exec(type.value)?.[1] ?? '')
  return type && size ? { ...type, value: size } : null
}

const FLOWCELL_SIZES = new Map([
  ['1', '1.5B'],
  ['3', '10B'],
  ['4', '25B'],
])

function matched(told: Sourced | null, shape: RegExp): Sourced | null {
  const found = told && shape.exec(told.value)?.[1]
  return told && found ? { ...told, value: found } : null
}
