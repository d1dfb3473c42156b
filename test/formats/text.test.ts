/** Which encoding text is in, told by its bytes. */
import { expect, test } from 'vitest'
import { decodeText } from '../../src/formats/text.ts'

const TEXT = 'Sample_ID,Description\r\n1,Grüße – “ok”\r\n'
const le = Buffer.from(TEXT, 'utf16le')
const be = Buffer.from(TEXT, 'utf16le').swap16()
const bytes = (...parts: Array<Uint8Array | number[]>) => new Uint8Array(parts.flatMap((part) => [...part]))
const western = bytes(
  ...[...TEXT].map((char) => [{ '–': 0x96, '“': 0x93, '”': 0x94 }[char] ?? char.charCodeAt(0)]),
)

test.for<[string, Uint8Array, string]>([
  ['UTF-8', Buffer.from(TEXT), 'utf-8'],
  ['UTF-8 with its mark', bytes([0xef, 0xbb, 0xbf], Buffer.from(TEXT)), 'utf-8'],
  ['UTF-16LE with its mark', bytes([0xff, 0xfe], le), 'utf-16le'],
  ['UTF-16BE with its mark', bytes([0xfe, 0xff], be), 'utf-16be'],
  ['UTF-16LE without', le, 'utf-16le'],
  ['UTF-16BE without', be, 'utf-16be'],
  ['Windows-1252', western, 'windows-1252'],
])('%s is told by its bytes', ([, content, encoding]) => {
  expect(decodeText(content)).toEqual({ text: TEXT, encoding })
})

test('a few NULs in a sheet, as the iSeq writes them, do not make it UTF-16', () => {
  const text = `Sample_ID,index,index2\n1,ACGTACGT,${'\0'.repeat(8)}\n`
  expect(decodeText(Buffer.from(text))).toEqual({ text, encoding: 'utf-8' })
})

test('nothing is nothing', () => {
  expect(decodeText(new Uint8Array())).toEqual({ text: '', encoding: 'utf-8' })
})
