/** The XML files of an Illumina run folder: found whatever their case, parsed, or why they cannot be read yet. */
import { attribute, childrenNamed, parseXml, textOf, type XmlElement } from '../../formats/xml.ts'
import type { RunFolder } from '../../handovers.ts'
import type { Sourced } from '../facts.ts'

/**
 * One XML file. `unfinished`: it ends too early, as one that is being copied. `broken`: it cannot be what it should
 * be, however long one waits. `barred`: its bytes could not be had. `file` is the name in the folder, `torn` the
 * places asked for that hold several values.
 */
export type Document =
  | { is: 'absent'; file: string }
  | { is: 'read'; file: string; root: XmlElement; torn: Map<string, string[]> }
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

/** The text at `A/B` or the attribute at `A/@b` below the document's root; null where there is none, or several. */
export function valueAt(document: Document, path: string): Sourced | null {
  if (document.is !== 'read') return null
  const [steps = '', name] = path.split('/@')
  let here = [document.root]
  for (const step of steps.split('/')) here = here.flatMap((element) => childrenNamed(element, step))
  const found = here.map((element) => (name === undefined ? textOf(element) : attribute(element, name)))
  return told(document, path, found)
}

/** A value with its place; null where there is none, one that nobody believes, or several that differ. */
export function told(
  document: Document & { is: 'read' },
  path: string,
  found: ReadonlyArray<string | null>,
): Sourced | null {
  const values = new Set(found.filter((one) => one !== null).filter((one) => one.length <= LONGEST))
  const [value] = values
  const at = placeOf(document, path)
  if (values.size > 1) document.torn.set(at, [...values])
  return value === undefined || values.size > 1 ? null : { value, from: { file: document.file, at } }
}

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
  if (!parsed.ok) {
    const { is, detail } = parsed.error
    return { is: is === 'unfinished' ? is : 'broken', file, detail }
  }
  if (parsed.value.name.toLowerCase() !== rootName.toLowerCase())
    return { is: 'broken', file, detail: `its content is not a ${rootName}` }
  return { is: 'read', file, root: parsed.value, torn: new Map() }
}
