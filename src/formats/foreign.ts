/** Tells from the first bytes what a file is that should have been text, in words a person knows. */

/** Beginnings of files people drop by mistake. A zip archive is looked into by {@link officeFile}. */
const BEGINNINGS: Array<[bytes: number[], what: string]> = [
  [[0xd0, 0xcf, 0x11, 0xe0], 'an Excel workbook (.xls)'],
  [[0x1f, 0x8b], 'a gzip archive (.gz)'],
  [[0x42, 0x5a, 0x68], 'a bzip2 archive (.bz2)'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7-Zip archive (.7z)'],
  [[0x52, 0x61, 0x72, 0x21], 'a RAR archive (.rar)'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a Zstandard archive (.zst)'],
  [[0xfd, 0x37, 0x7a, 0x58], 'an xz archive (.xz)'],
  [[0x89, 0x50, 0x4e, 0x47], 'a picture (.png)'],
  [[0xff, 0xd8, 0xff], 'a picture (.jpg)'],
  [[0x47, 0x49, 0x46, 0x38], 'a picture (.gif)'],
  [[0x89, 0x48, 0x44, 0x46], 'an HDF5 file'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x4c, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00], 'a shortcut to a file (.lnk), not the file itself'],
  [[0x7b, 0x5c, 0x72, 0x74, 0x66], 'a formatted text document (.rtf)'],
]

/** What a file is by its first bytes; null where they tell nothing, as with any CSV. */
export function foreignFormat(bytes: Uint8Array): string | null {
  const begins = (beginning: number[]) => beginning.every((byte, at) => bytes[at] === byte)
  if (begins([0x50, 0x4b, 0x03, 0x04])) return officeFile(bytes)
  const known = BEGINNINGS.find(([beginning]) => begins(beginning))
  if (known) return known[1]
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1').trimStart().toLowerCase()
  if (/^(?:\xef\xbb\xbf)?<(?:\?xml|!doctype|html|workbook)/.test(head)) return 'a web page or an XML file'
  return null
}

/** Office files are zip archives; the names of their parts stand readable in them. */
function officeFile(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const names = (part: string) => whole.includes(part, 0, 'latin1')
  if (names('xl/workbook')) return 'an Excel workbook (.xlsx)'
  if (names('opendocument.spreadsheet')) return 'a LibreOffice spreadsheet (.ods)'
  if (names('Index/Document.iwa')) return 'a Numbers spreadsheet (.numbers)'
  if (names('word/document')) return 'a Word document (.docx)'
  return 'a zip archive (.zip)'
}

/** Text hardly ever holds control characters; anything else is full of them. A few NULs are an instrument's habit. */
export function looksBinary(text: string): boolean {
  const head = text.slice(0, 8192)
  let control = 0
  let nul = 0
  for (let at = 0; at < head.length; at++) {
    const code = head.charCodeAt(at)
    if (code === 0) nul++
    else if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 0xfffd) control++
  }
  return control > Math.max(4, head.length / 100) || nul > head.length / 4
}
