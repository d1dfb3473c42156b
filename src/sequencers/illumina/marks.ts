/** The files whose coming says how far an Illumina run is, and the times written in them. */
import { decodeText } from '../../formats/text.ts'
import type { RunFolder } from '../../handovers.ts'
import { nameIn } from './documents.ts'
import { type ClockText, clockTextOf } from './times.ts'

/** A marker file that is there. Many are empty; others tell a time, and the version of the base caller. */
export type Mark = { file: string; text: ClockText; rtaVersion: string | null }

export type Marks = {
  /** Base calling has ended: every platform. */
  rtaComplete: Mark | null
  /** HiSeq 3000, 4000 and X. */
  sequencingComplete: Mark | null
  /** NovaSeq 6000, NextSeq 1000 and 2000: empty. */
  sequenceComplete: Mark | null
  /** Everything has been copied: written last, and empty. */
  copyComplete: Mark | null
  /** All base calls are copied: HiSeq 1000 to 2500, MiSeq. */
  basecallsCopied: Mark | null
}

export function readMarks(folder: RunFolder): Marks {
  const mark = (...names: string[]): Mark | null => {
    const file = names.map((name) => nameIn(folder.names, name)).find((name) => name !== null)
    return file === undefined ? null : markOf(folder, file)
  }
  return {
    rtaComplete: mark('RTAComplete.txt', 'RTAComplete.xml'),
    sequencingComplete: mark('SequencingComplete.txt'),
    sequenceComplete: mark('SequenceComplete.txt'),
    copyComplete: mark('CopyComplete.txt'),
    basecallsCopied: mark('Basecalling_Netcopy_complete.txt'),
  }
}

/** The marker of the last read, of which RTA 2 writes one a read. */
export function readMark(folder: RunFolder, read: number): Mark | null {
  const file = nameIn(folder.names, `RTARead${read}Complete.txt`)
  return file === null ? null : markOf(folder, file)
}

/** Is this a file whose coming or changing means "look again"? */
export const isMark = (name: string): boolean =>
  /^(RunInfo\.xml|RunParameters\.xml|RunCompletionStatus\.xml|RTAComplete\.(txt|xml)|(Sequencing|Sequence|Copy)Complete\.txt|RTARead\d+Complete\.txt|Basecalling_Netcopy_complete(_Read\d+)?\.txt)$/i.test(
    name,
  ) || isSheet(name)

export const isSheet = (name: string): boolean => /samplesheet[^/]*\.csv$/i.test(name)

function markOf(folder: RunFolder, file: string): Mark {
  const bytes = folder.read(file, { maxBytes: 4096 })
  const text = bytes.ok ? decodeText(bytes.value).text : ''
  return {
    file,
    text: bytes.ok ? clockTextOf(text) : { is: 'other', open: false },
    rtaVersion: /RTA v?(\d[\d.]*)/.exec(text)?.[1] ?? null,
  }
}
