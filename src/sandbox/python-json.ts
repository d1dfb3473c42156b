/** JSON as Python's `json` module reads and writes it: what the Majora servers are made of. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Reads like `json.loads`: a byte order mark, `NaN` and `Infinity` pass. Null when it is not JSON at all. */
export function loads(text: string): { value: Json } | null {
  const bare = text.startsWith('\ufeff') ? text.slice(1) : text
  try {
    return { value: JSON.parse(bare) }
  } catch {
    try {
      return { value: JSON.parse(bare.replace(stringsAndNumbersOfPython, forJavaScript)) }
    } catch {
      return null
    }
  }
}

/** Writes like `json.dumps`: blanks after `,` and `:`, everything beyond ASCII escaped. */
export function dumps(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return JSON.stringify(value)
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped)
  if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, member]) => `${dumps(key)}: ${dumps(member)}`)
    .join(', ')}}`
}

export const isObject = (value: unknown): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const stringsAndNumbersOfPython = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g

const forJavaScript = (token: string): string => (token.startsWith('"') ? token : 'null')

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
