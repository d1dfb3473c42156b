/** Which instrument it is: by what the control software says of itself, else by the shape of the serial number. */
import type { Sourced } from '../facts.ts'
import type { RunParameters } from './run-parameters.ts'

/**
 * The model as people spell it; null where nothing tells. The serial's prefix is the last resort, since it stays when
 * an instrument is upgraded; prototypes and aliases given by centres have serials of their own and tell nothing. A type
 * of instrument nobody knows is not made one of those known by its serial.
 */
export function modelOf(serial: Sourced | null, parameters: RunParameters): Sourced | null {
  const { instrumentType } = parameters
  const type = instrumentType?.value.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (instrumentType && type !== undefined && !SEVERAL_MODELS.test(type))
    return named(instrumentType, TYPES.get(type))
  const bySerial = serial && named(serial, SERIALS.find(([shape]) => shape.test(serial.value))?.[1])
  return (
    byFlowcell(parameters, bySerial) ??
    (parameters.application &&
      named(parameters.application, APPLICATIONS.get(parameters.application.value))) ??
    bySerial
  )
}

/** Instruments that share their way of ending a run. */
export type Family =
  | 'HiSeq 1000-2500'
  | 'HiSeq 3000-X'
  | 'MiSeq'
  | 'NextSeq 500/550'
  | 'MiniSeq'
  | 'iSeq'
  | 'NovaSeq 6000'
  | 'NextSeq 1000/2000'
  | 'NovaSeq X'
  | 'MiSeq i100'

/** The family of a model, else of the control software, else of a HiSeq by its flow cell or its base caller. */
export function familyOf(model: Sourced | null, parameters: RunParameters): Family | null {
  const application = parameters.application?.value ?? ''
  return (
    FAMILIES.find(([shape]) => model && shape.test(model.value))?.[1] ??
    SOFTWARE.find(([shape]) => shape.test(application))?.[1] ??
    FLOWCELLS.find(([shape]) => shape.test(parameters.setupFlowcell?.value ?? ''))?.[1] ??
    (/^HiSeq/.test(application) && parameters.rtaVersion
      ? parameters.rtaVersion.value.startsWith('1.')
        ? 'HiSeq 1000-2500'
        : 'HiSeq 3000-X'
      : null)
  )
}

/** Does the instrument take two flow cells, so that a letter in the run id tells where this one lay? */
export const takesTwoFlowcells = (model: string | null): boolean =>
  model !== null && /^(HiSeq (2000|2500|4000|X)|NovaSeq 6000|NovaSeqX Plus)$/.test(model)

/** By the letters and digits of the type. */
const TYPES = new Map([
  ['novaseqxplus', 'NovaSeqX Plus'],
  ['novaseqx', 'NovaSeq X'],
  ['miseqi100plus', 'MiSeq i100 Plus'],
  ['miseqi100', 'MiSeq i100'],
  ['nextseq1000', 'NextSeq 1000'],
  ['nextseq2000', 'NextSeq 2000'],
])

const SEVERAL_MODELS = /^nextseq(1k2k|10002000)?$/

/** Software that runs on one model alone. */
const APPLICATIONS = new Map([
  ['MiSeq Control Software', 'MiSeq'],
  ['MiniSeq Control Software', 'MiniSeq'],
  ['iSeq Control Software', 'iSeq 100'],
  ['NovaSeq Control Software', 'NovaSeq 6000'],
  ['HiSeq X Control Software', 'HiSeq X'],
])

const SERIALS: Array<[RegExp, string]> = [
  [/^M7\d{4}$/, 'MiSeqDx'],
  [/^(M\d{5}$|HWI-M\d{5})/, 'MiSeq'],
  [/^(MN\d|ML-P)/, 'MiniSeq'],
  [/^FS1\d+/, 'iSeq 100'],
  [/^(NS500\d{3}|NB50[01]\d{3})/, 'NextSeq 500'],
  [/^NB55\d{4}/, 'NextSeq 550'],
  [/^NDX55\d+/, 'NextSeq 550Dx'],
  [/^VL\d{5}$/, 'NextSeq 1000'],
  [/^VH\d{5}$/, 'NextSeq 2000'],
  [/^A\d{5}$/, 'NovaSeq 6000'],
  [/^LH\d{5}$/, 'NovaSeqX Plus'],
  [/^SL\d{5}$/, 'MiSeq i100'],
  [/^SH\d{5}$/, 'MiSeq i100 Plus'],
  [/^(ST-)?E\d{5}$/, 'HiSeq X'],
  [/^K\d{5}$/, 'HiSeq 4000'],
  [/^J\d{5}$/, 'HiSeq 3000'],
  [/^(HWI-)?D\d{5}$/, 'HiSeq 2500'],
  [/^(HWI-)?C\d{5}$/, 'HiSeq 1500'],
  [/^(HWI-)?SNL?\d+/, 'HiSeq 2000'],
]

const FAMILIES: Array<[RegExp, Family]> = [
  [/^HiSeq (1000|1500|2000|2500)$/, 'HiSeq 1000-2500'],
  [/^HiSeq (3000|4000|X)$/, 'HiSeq 3000-X'],
  [/^MiSeq(Dx)?$/, 'MiSeq'],
  [/^NextSeq 5/, 'NextSeq 500/550'],
  [/^MiniSeq$/, 'MiniSeq'],
  [/^iSeq/, 'iSeq'],
  [/^NovaSeq 6000$/, 'NovaSeq 6000'],
  [/^NextSeq [12]000$/, 'NextSeq 1000/2000'],
  [/^NovaSeq ?X/, 'NovaSeq X'],
  [/^MiSeq i100/, 'MiSeq i100'],
]

/** Software shared by several models of one family. */
const SOFTWARE: Array<[RegExp, Family]> = [
  [/^NextSeq Control Software$/, 'NextSeq 500/550'],
  [/^NextSeq 1000\/2000 Control Software$/, 'NextSeq 1000/2000'],
  [/^(control-software|NovaSeqXSeries Control Software)$/, 'NovaSeq X'],
  [/^MiSeqi100Series Control Software$/, 'MiSeq i100'],
]

/** Only a HiSeq names its flow cell in words. */
const FLOWCELLS: Array<[RegExp, Family]> = [
  [/^HiSeq (X|3000)/, 'HiSeq 3000-X'],
  [/^(HiSeq|TruSeq) .*Flow Cell/, 'HiSeq 1000-2500'],
]

const named = (told: Sourced, model: string | undefined): Sourced | null =>
  model === undefined ? null : { ...told, value: model }

/** What the flow cell proves on a HiSeq, where one control software runs several models. */
function byFlowcell({ setupFlowcell, runMode }: RunParameters, bySerial: Sourced | null): Sourced | null {
  if (setupFlowcell?.value.includes('HiSeq X')) return named(setupFlowcell, 'HiSeq X')
  // A HiSeq 2000 upgraded to a 2500 keeps its serial; only a 2500 has the rapid mode and takes these flow cells.
  if (bySerial?.value !== 'HiSeq 2000') return null
  if (runMode && /rapid/i.test(runMode.value)) return named(runMode, 'HiSeq 2500')
  return setupFlowcell && /HiSeq Rapid|v4/.test(setupFlowcell.value)
    ? named(setupFlowcell, 'HiSeq 2500')
    : null
}
