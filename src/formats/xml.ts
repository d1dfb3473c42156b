/** Bytes of an XML file as a tree of elements, within limits. Read by saxes; document types are refused unread. */
import { SaxesParser } from 'saxes'
import { err, ok, type Result } from '../result.ts'
import { decodeText } from './text.ts'

/** An element by local name. `text` is its own text, trimmed; text between its children is part of it. */
export type XmlElement = {
  name: string
  /** By local name; namespace declarations are left out. */
  attributes: ReadonlyMap<string, string>
  children: readonly XmlElement[]
  text: string
}

/**
 * Why there is no tree. `unfinished`: the file ends before the document does, as one still being copied; also a
 * file with blocks of NULs that a copy has reserved and not yet filled. `malformed`: it breaks the rules before its
 * end. `refused`: it has a document type, or is over a limit.
 */
export type XmlFault = { is: 'unfinished' | 'malformed' | 'refused'; detail: string }

const MAX_BYTES = 16 * 1024 * 1024
const MAX_DEPTH = 64
const MAX_ELEMENTS = 200_000

/**
 * Parses a whole document. An encoding declaration is not trusted: the bytes themselves tell.
 *
 * `skip`: elements whose content nobody reads, dropped unparsed to save time: long lists of tiles.
 */
export function parseXml(
  bytes: Uint8Array,
  { skip = [] }: { skip?: readonly string[] } = {},
): Result<XmlElement, XmlFault> {
  const text = decoded(bytes)
  if (!text.ok) return text

  const parser = new SaxesParser({ position: false, xmlns: false })
  const open: Growing[] = []
  let root: XmlElement | null = null
  let elements = 0
  let closing = false
  // saxes carries on after a fault, and a small file can hold thousands: the first one ends the reading.
  const fail = (fault: XmlFault): never => {
    throw new Stopped(fault)
  }

  parser.on('error', (error) => fail({ is: closing ? 'unfinished' : 'malformed', detail: error.message }))
  parser.on('doctype', () => fail(refused('it has a document type')))
  parser.on('opentag', (tag) => {
    if (++elements > MAX_ELEMENTS) fail(refused(`more than ${MAX_ELEMENTS} elements`))
    if (open.length >= MAX_DEPTH) fail(refused(`elements nested deeper than ${MAX_DEPTH}`))
    const element: Growing = {
      name: localName(tag.name),
      attributes: attributesOf(tag.attributes),
      children: [],
      text: '',
    }
    const parent = open.at(-1)
    if (parent) parent.children.push(element)
    else root = element
    open.push(element)
  })
  parser.on('text', (piece) => addText(open.at(-1), piece))
  parser.on('cdata', (piece) => addText(open.at(-1), piece))
  parser.on('closetag', () => {
    const element = open.pop()
    if (element) element.text = element.text.trim()
  })

  const whole = skip.reduce(withoutContent, text.value)
  try {
    for (let at = 0; at < whole.length; at += PIECE) parser.write(whole.slice(at, at + PIECE))
    closing = true
    parser.close()
  } catch (thrown) {
    if (thrown instanceof Stopped) return err(thrown.fault)
    throw thrown
  }
  return root ? ok(root) : err({ is: 'unfinished', detail: 'it is empty' })
}

/** The first child of this name: as spelt, else without regard to case. */
export const child = (element: XmlElement, name: string): XmlElement | null =>
  element.children.find((one) => one.name === name) ??
  element.children.find((one) => isAlike(one.name, name)) ??
  null

const isAlike = (one: string, other: string): boolean =>
  one.length === other.length && one.toLowerCase() === other.toLowerCase()

/** Every child of this name: those as spelt, else without regard to case. */
export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  const spelt = element.children.filter((one) => one.name === name)
  return spelt.length > 0 ? spelt : element.children.filter((one) => isAlike(one.name, name))
}

/** The element at `A/B/C` below this one. */
export function elementAt(element: XmlElement, path: string): XmlElement | null {
  let here: XmlElement | null = element
  for (const step of path.split('/')) here = here && child(here, step)
  return here
}

/** The text at `A/B/C` below this one; null where there is no such element, it is empty, or it is `xsi:nil`. */
export function textAt(element: XmlElement, path: string): string | null {
  const found = elementAt(element, path)
  return found && textOf(found)
}

/** An element's text; null where it is empty, or `xsi:nil`. */
export const textOf = (element: XmlElement): string | null =>
  element.text === '' || element.attributes.get('nil') === 'true' ? null : element.text

/** An attribute's value, trimmed; by its name as spelt, else without regard to case; null where absent or empty. */
export function attribute(element: XmlElement, name: string): string | null {
  const exact = element.attributes.get(name)
  const value =
    exact ?? [...element.attributes].find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? ''
  return value.trim() === '' ? null : value.trim()
}

type Growing = {
  name: string
  attributes: ReadonlyMap<string, string>
  children: XmlElement[]
  text: string
}

const PIECE = 64 * 1024
const NONE: ReadonlyMap<string, string> = new Map()

class Stopped extends Error {
  readonly fault: XmlFault
  constructor(fault: XmlFault) {
    super(fault.detail)
    this.fault = fault
  }
}

function decoded(bytes: Uint8Array): Result<string, XmlFault> {
  if (bytes.length > MAX_BYTES) return err(refused(`${bytes.length} bytes, more than ${MAX_BYTES}`))
  const { text, encoding } = decodeText(bytes)
  // Cut within a character or a byte order mark, what is left means something else.
  const cut = bytes.length < 4 || (encoding.startsWith('utf-16') && bytes.length % 2 === 1)
  if (cut) return err({ is: 'unfinished', detail: 'it ends within a character' })
  if (text.includes('\0')) return err({ is: 'unfinished', detail: 'it has bytes that are not written yet' })
  // Files that went through an editor may begin with blank lines.
  return ok(text.trimStart())
}

const refused = (detail: string): XmlFault => ({ is: 'refused', detail })

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

function attributesOf(raw: Record<string, string>): ReadonlyMap<string, string> {
  let found: Map<string, string> | null = null
  for (const name in raw)
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) {
      found ??= new Map()
      found.set(localName(name), raw[name] ?? '')
    }
  return found ?? NONE
}

function addText(element: Growing | undefined, piece: string): void {
  if (element && piece.trim() !== '') element.text += piece
}

/** The text without what stands between the first `<name>` and the last `</name>`; as it was where either is missing. */
function withoutContent(text: string, name: string): string {
  const from = text.indexOf(`<${name}>`)
  const to = text.lastIndexOf(`</${name}>`)
  return from < 0 || to < from ? text : text.slice(0, from + name.length + 2) + text.slice(to)
}
