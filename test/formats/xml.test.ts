/** XML of any encoding, whole, half copied, broken and hostile. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  attribute,
  child,
  childrenNamed,
  elementAt,
  parseXml,
  textAt,
  type XmlFault,
} from '../../src/formats/xml.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'))
const tree = (xml: string | Uint8Array) => {
  const parsed = parseXml(typeof xml === 'string' ? utf8(xml) : xml)
  if (!parsed.ok) throw new Error(`${parsed.error.is}: ${parsed.error.detail}`)
  return parsed.value
}
const fault = (xml: string | Uint8Array): XmlFault | null => {
  const parsed = parseXml(typeof xml === 'string' ? utf8(xml) : xml)
  return parsed.ok ? null : parsed.error
}

const DOCUMENT =
  '<?xml version="1.0" encoding="utf-8"?>\r\n<Run xmlns:xsi="urn:x" Id="8&amp;9"><Setup><Side>A</Side></Setup><Ünit/></Run>\r\n'

describe('a document is read whatever bytes it comes in', () => {
  test.for<[string, Uint8Array]>([
    ['UTF-8', utf8(DOCUMENT)],
    ['UTF-8 with a byte order mark', utf8(`\uFEFF${DOCUMENT}`)],
    ['UTF-16 with a byte order mark', utf16(`\uFEFF${DOCUMENT}`)],
    ['UTF-16 without one', utf16(DOCUMENT)],
    ['UTF-16 in the other byte order', new Uint8Array(Buffer.from(DOCUMENT, 'utf16le').swap16())],
    ['UTF-8 that declares itself UTF-16', utf8(DOCUMENT.replace('utf-8', 'utf-16'))],
    ['UTF-8 with blank lines before it', utf8(`\r\n\n${DOCUMENT}`)],
    ['Latin-1', new Uint8Array(Buffer.from(DOCUMENT.replace('utf-8', 'iso-8859-1'), 'latin1'))],
  ])('%s', ([, bytes]) => {
    const root = tree(bytes)
    expect(root.name).toBe('Run')
    expect(attribute(root, 'id')).toBe('8&9')
    expect(textAt(root, 'Setup/Side')).toBe('A')
    expect(root.children.map((one) => one.name)).toEqual(['Setup', 'Ünit'])
  })
})

test('names are local ones, and namespace declarations are no attributes', () => {
  const root = tree('<a:Run xmlns:a="urn:a" xmlns:b="" xmlns="urn:c" a:Id="1"><a:Side>B</a:Side></a:Run>')
  expect(root.name).toBe('Run')
  expect([...root.attributes]).toEqual([['Id', '1']])
  expect(textAt(root, 'Side')).toBe('B')
})

test('a name as spelt wins over one that differs in case', () => {
  const root = tree('<P><runid>other</runid><RunId>mine</RunId><side>L</side></P>')
  expect(textAt(root, 'RunId')).toBe('mine')
  expect(textAt(root, 'Side')).toBe('L')
  expect(childrenNamed(root, 'RUNID')).toHaveLength(2)
  expect(childrenNamed(root, 'RunId')).toHaveLength(1)
})

test('an element that is absent, empty, blank or nil has no text', () => {
  const root = tree(
    '<P xmlns:xsi="urn:x"><A/><B>  </B><C xsi:nil="true">x</C><D> d </D><E><![CDATA[<e>]]></E></P>',
  )
  expect(['A', 'B', 'C', 'D', 'E', 'F', 'F/G'].map((path) => textAt(root, path))).toEqual([
    null,
    null,
    null,
    'd',
    '<e>',
    null,
    null,
  ])
  expect(elementAt(root, 'D')).toBe(child(root, 'D'))
})

describe('a file that is still being written is told from a broken one', () => {
  test.for<[string, Uint8Array]>([
    ['UTF-8', utf8(DOCUMENT)],
    ['UTF-8 with a byte order mark', utf8(`\uFEFF${DOCUMENT}`)],
    ['UTF-16 with a byte order mark', utf16(`\uFEFF${DOCUMENT}`)],
    ['UTF-16 without one', utf16(DOCUMENT)],
    ['UTF-8 with blank lines before it', utf8(`\r\n\n${DOCUMENT}`)],
    ['Latin-1', new Uint8Array(Buffer.from(DOCUMENT, 'latin1'))],
  ])('every beginning of a document is unfinished: %s', ([, bytes]) => {
    const end = bytes.lastIndexOf(0x3e)
    for (let length = 0; length <= end; length++) {
      expect([length, fault(bytes.slice(0, length))?.is]).toEqual([length, 'unfinished'])
    }
  })

  test.for<[string, string, XmlFault['is'] | undefined]>([
    ['space that a copy has reserved', '<Run>\0\0\0\0', 'unfinished'],
    ['a whole document in reserved space', '<Run/>\0\0\0\0', 'unfinished'],
    ['nothing but reserved space', '\0'.repeat(512), 'unfinished'],
    ['tags that cross', '<Run><A></Run></A>', 'malformed'],
    ['text', 'not XML at all', 'malformed'],
    ['an attribute twice', '<Run a="1" a="2"/>', 'malformed'],
    ['an unknown entity', '<Run>&nbsp;</Run>', 'malformed'],
    ['something after the end', '<Run/><Run/>', 'malformed'],
    ['a comment after the end', '<Run/><!-- written by a script -->', undefined],
  ])('%s', ([, xml, is]) => {
    expect(fault(xml)?.is).toBe(is)
  })
})

describe('hostile documents are refused', () => {
  const entities = '<!DOCTYPE Run [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><Run>&b;</Run>'
  const external = '<!DOCTYPE Run [<!ENTITY file SYSTEM "file:///etc/passwd">]><Run>&file;</Run>'
  test.for<[string, string]>([
    ['entities that grow', entities],
    ['entities from other files', external],
    ['a bare document type', '<!DOCTYPE Run><Run/>'],
    ['too many bytes', `<Run>${' '.repeat(16 * 1024 * 1024)}</Run>`],
    ['too deep', '<a>'.repeat(65) + '</a>'.repeat(65)],
    ['too many elements', `<Run>${'<a/>'.repeat(200_000)}</Run>`],
  ])('%s', ([, xml]) => {
    expect(fault(xml)?.is).toBe('refused')
  })

  test('what is within the limits is not', () => {
    expect(fault('<a>'.repeat(64) + '</a>'.repeat(64))).toBe(null)
  })

  test('names from the file are never taken for parts of the language', () => {
    const root = tree(
      '<Run __proto__="1" constructor="2"><__proto__>3</__proto__><toString>4</toString></Run>',
    )
    expect(attribute(root, '__proto__')).toBe('1')
    expect(textAt(root, '__proto__')).toBe('3')
    expect(textAt(root, 'hasOwnProperty')).toBe(null)
    expect(attribute(root, 'hasOwnProperty')).toBe(null)
  })
})

test('content nobody reads is left out, and the rest is as it was', () => {
  const xml =
    '<Run><Layout Lanes="2"><Tiles><Tile>1_1101</Tile><Tile>1_1102</Tile></Tiles></Layout><Side>A</Side></Run>'
  const parsed = parseXml(utf8(xml), { skip: ['Tiles'] })
  if (!parsed.ok) throw new Error(parsed.error.detail)
  expect(elementAt(parsed.value, 'Layout/Tiles')?.children).toEqual([])
  expect(textAt(parsed.value, 'Side')).toBe('A')
  expect(parseXml(utf8(xml.slice(0, 60)), { skip: ['Tiles'] })).toMatchObject({ error: { is: 'unfinished' } })
})

test('no bytes make it throw', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '</a>',
    '<a>',
    '<a b="',
    '"',
    '&',
    '&amp;',
    ';',
    '<!',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<!--',
    '-->',
    '<!DOCTYPE a [',
    '\0',
    '\r',
    'é',
    '\uD800',
    ' ',
    'x',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (some, bytes) => {
      parseXml(utf8(some.join('')))
      parseXml(bytes)
      parseXml(new Uint8Array([...utf8('<a><b c="d">'), ...bytes]))
    }),
    { numRuns: 3000 },
  )
})
