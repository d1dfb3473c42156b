/** Bytes of a text file as text, in whichever of the encodings instruments and office programs write. */
import { isAscii, isUtf8 } from 'node:buffer'

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/**
 * Decodes by byte order mark, else by the pattern of NUL bytes that UTF-16 leaves in Western text, else as strict
 * UTF-8, else as Windows-1252, which can hold any byte. A byte order mark is not part of the text; NUL characters are kept.
 */
export function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } {
  const encoding =
    encodingByMark(bytes) ?? encodingByNuls(bytes) ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252')
  return { text: new TextDecoder(encoding).decode(bytes), encoding }
}

/** The same text as UTF-8. What is that already, and has no byte order mark, is not copied. */
export function asUtf8(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isAscii(bytes) && encodingByNuls(bytes) === null ? text : Buffer.from(decodeText(bytes).text)
}

function encodingByMark(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return null
}

/** Western text in UTF-16 has a NUL in nearly every second byte and none between; a few stray NULs decide nothing. */
function encodingByNuls(bytes: Uint8Array): Encoding | null {
  const pairs = Math.min(bytes.length, 4096) >> 1
  let first = 0
  let second = 0
  for (let pair = 0; pair < pairs; pair++) {
    if (bytes[2 * pair] === 0) first++
    if (bytes[2 * pair + 1] === 0) second++
  }
  if (second > pairs / 2 && first < pairs / 20) return 'utf-16le'
  if (first > pairs / 2 && second < pairs / 20) return 'utf-16be'
  return null
}
