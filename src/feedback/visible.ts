/** Text from sheets and registries made safe to show: what cannot be seen, or turns other text around, is named. */

/** Control characters, line separators, marks that change the direction of writing, and letters of no width. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

const code = (letter: string): string => letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')

/** One line of text, cut at `most` letters; a line break or a tab becomes a blank. */
export function visible(text: string, most = 400): string {
  const shown = text.replace(/[\t\r\n]+/g, ' ').replace(UNSEEN, (letter) => `⟨U+${code(letter)}⟩`)
  return shown.length > most ? `${shown.slice(0, most).replace(/[\ud800-\udbff]$/, '')} …` : shown
}

/** JSON in which everything unseen is escaped, so that no program that shows it as text is led astray. */
export const visibleJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(UNSEEN, (letter) =>
    letter === '\n' ? letter : `\\u${code(letter).toLowerCase()}`,
  )}\n`
