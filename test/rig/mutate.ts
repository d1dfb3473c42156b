/** Changes files at random as broken disks, half copies and ill will do; the same seed gives the same changes. */

/** Numbers in [0, 1). */
export type Random = () => number

/** Mulberry32: 32 bits of state, enough to tell a million inputs apart. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from 0 to below `end`. */
export const below = (end: number, random: Random): number => Math.floor(random() * end)

export const oneOf = <T>(choice: readonly [T, ...T[]], random: Random): T =>
  choice[below(choice.length, random)] ?? choice[0]

/** One to four changes. `others` are files of the same kind, of which pieces may be put in. */
export function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let changed = Buffer.from(bytes)
  for (let times = 1 + below(4, random); times > 0; times--)
    changed = Buffer.from(oneOf(CHANGES, random)(changed, others, random))
  return changed
}

type Change = (bytes: Buffer, others: readonly Uint8Array[], random: Random) => Uint8Array

/** What parsers of XML, JSON, tables and `key=value` stumble over, and words that mean something in these files. */
const TOKENS = [
  '\0',
  '\0'.repeat(512),
  '<',
  '>',
  '</Run>',
  '<Run Id="x"/>',
  '<a '.repeat(100),
  '<!--',
  '<![CDATA[',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&amp;',
  '&b;',
  '&#0;',
  'xsi:nil="true"',
  '"',
  '{',
  '}',
  '['.repeat(64),
  ']',
  ':',
  ',',
  '"__proto__":{"a":1},',
  'constructor=',
  'null',
  'true',
  '1e999',
  '-1',
  '0',
  '99999999999999999999999',
  'NaN',
  '=',
  ';',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '#',
  ' ',
  '\u00a0',
  '\ufeff',
  '\ud800',
  '\u202e',
  'é',
  '0001-01-01T00:00:00',
  '22020-03-08T01:06:02Z',
  '2024-02-30',
  '13/13/2021 25:61:61 PM',
  'no_sample',
  'PROTOCOL_',
  'CompletedAsPlanned',
  'Y',
  '""',
  ',,,,,',
  '[Data]',
  '=1+1',
  '1.23E+13',
  '1-Mar',
  '\u200b',
  '__proto__',
].map((text) => Buffer.from(text)) as [Buffer, ...Buffer[]]

const place = (bytes: Buffer, random: Random): number => below(bytes.length + 1, random)

const splice = (bytes: Buffer, from: number, drop: number, put: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + drop)])

const piece = (bytes: Uint8Array, most: number, random: Random): Uint8Array => {
  const from = below(bytes.length + 1, random)
  return bytes.subarray(from, from + below(most, random))
}

const NOTHING = new Uint8Array()

/** The longest a file is made by repeating a piece of it. */
const LONG = 8_192

const CHANGES: [Change, ...Change[]] = [
  (bytes, _, random) => splice(bytes, place(bytes, random), below(8, random), oneOf(TOKENS, random)),
  (bytes, _, random) => splice(bytes, place(bytes, random), 0, oneOf(TOKENS, random)),
  (bytes, _, random) => splice(bytes, place(bytes, random), below(40, random), NOTHING),
  (bytes, _, random) => splice(bytes, place(bytes, random), below(4000, random), NOTHING),
  (bytes, _, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, _, random) =>
    splice(
      bytes,
      place(bytes, random),
      below(3, random),
      Uint8Array.from({ length: below(8, random) }, () => below(256, random)),
    ),
  (bytes, _, random) => {
    const flipped = Buffer.from(bytes)
    const at = below(bytes.length, random)
    if (bytes.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << below(8, random))
    return flipped
  },
  (bytes, _, random) => {
    const hollow = Buffer.from(bytes)
    const from = place(bytes, random)
    return hollow.fill(0, from, Math.min(bytes.length, from + below(600, random)))
  },
  (bytes, _, random) => splice(bytes, place(bytes, random), 0, piece(bytes, 400, random)),
  (bytes, others, random) => {
    const other = others[below(others.length, random)] ?? bytes
    return splice(bytes, place(bytes, random), below(200, random), piece(other, 400, random))
  },
  (bytes, _, random) => {
    const repeated = piece(bytes, 200, random)
    const times = Math.min(below(2000, random), Math.floor(LONG / Math.max(1, repeated.length)))
    return splice(bytes, place(bytes, random), 0, Buffer.concat(Array(times).fill(repeated)))
  },
]
