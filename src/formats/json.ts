/** Text that may be JSON, and may as well be a page of a proxy or half a file. */

/** The value; undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
