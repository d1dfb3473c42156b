/** The XML files of an Illumina run folder: found whatever their case, parsed, or why they cannot be read yet. */
import { attribute, elementAt, parseXml, textAt, type XmlElement } from '../../formats/xml.ts'
import type { RunFolder } from '../../handovers.ts'
import type { Source } from '../../record/run.ts'

/** A value with the place it stands in. */
export type Sourced<T = string> = { value: T; from: Source }

/**
 * One XML file. `unfinished`: it ends too early, as one that is being copied. `broken`: it cannot be what it should
 * be, however long one waits. `barred`: its bytes could not be had. `file` is the name in the folder.
 */
export type Document =
  | { is: 'absent'; file: string }
  | { is: 'read'; file: string; root: XmlElement }
  | { is: 'unfinished' | 'broken' | 'barred'; file: string; detail: string }

export type Documents = { runInfo: Document; runParameters: Document; completionStatus: Document }

export function openDocuments(folder: RunFolder): Documents {
  return {
    runInfo: open(folder, 'RunInfo.xml', 'RunInfo'),
    runParameters: open(folder, 'RunParameters.xml', 'RunParameters'),
    completionStatus: open(folder, 'RunCompletionStatus.xml', 'RunCompletionStatus'),
  }
}

/** The name in the folder's root that this is: as spelt, else without regard to case; never a folder's. */
export const nameIn = (names: readonly string[], wanted: string): string | null =>
  names.find((name) => name === wanted) ??
  names.find((name) => name.toLowerCase() === wanted.toLowerCase()) ??
  null

/** The text at `A/B` or the attribute at `A/@b` below the document's root; null where there is none. */
export function valueAt(document: Document, path: string): Sourced | null {
  if (document.is !== 'read') return null
  const [steps = '', name] = path.split('/@')
  const value = name === undefined ? textAt(document.root, path) : attributeAt(document.root, steps, name)
  return told(document, path, value)
}

/** A value with its place; null where there is none, or one that nobody believes. */
export const told = (
  document: Document & { is: 'read' },
  path: string,
  value: string | null,
): Sourced | null =>
  value === null || value.length > LONGEST
    ? null
    : { value, from: { file: document.file, at: placeOf(document, path) } }

/** The first of these places that holds a value. */
export function firstAt(document: Document, ...paths: string[]): Sourced | null {
  for (const path of paths) {
    const found = valueAt(document, path)
    if (found) return found
  }
  return null
}

/** The place as people write it, from the document's root. */
export const placeOf = (document: Document & { is: 'read' }, path: string): string =>
  `/${document.root.name}/${path}`

/** Characters of the longest value that is believed: whoever fills a file with more means no run. */
const LONGEST = 1000

function open(folder: RunFolder, wanted: string, rootName: string): Document {
  const file = nameIn(folder.names, wanted)
  if (file === null) return { is: 'absent', file: wanted }
  const bytes = folder.read(file, { maxBytes: 16 * 1024 * 1024 })
  if (!bytes.ok) {
    const { why, detail } = bytes.error
    return why === 'absent' ? { is: 'absent', file: wanted } : { is: 'barred', file, detail }
  }
  // A NovaSeq names each of its tiles, up to 10,000 of them, and nobody asks which.
  const parsed = parseXml(bytes.value, { skip: ['Tiles', 'SelectedTiles'] })
  if (!parsed.ok)
    return {
      is: parsed.error.is === 'unfinished' ? 'unfinished' : 'broken',
      file,
      detail: parsed.error.detail,
    }
  if (parsed.value.name.toLowerCase() !== rootName.toLowerCase())
    return { is: 'broken', file, detail: `its content is not a ${rootName}` }
  return { is: 'read', file, root: parsed.value }
}

function attributeAt(root: XmlElement, path: string, name: string): string | null {
  const element = elementAt(root, path)
  return element && attribute(element, name)
}
