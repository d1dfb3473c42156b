/** Characters that cannot be seen, or cannot be told by eye from those on the keyboard. */

/** What copying and autocorrection put in, and below each what is on the keyboard: marks, Cyrillic, Greek. */
const PUT_IN = '‘’‚“”„‐‑‒–—−АВСЕНІКМОРЅТХасеорхуΑΒΕΖΗΙΚΜΝΟΡΤΧο'
const ON_THE_KEYBOARD = `'''"""------ABCEHIKMOPSTXaceopxyABEZHIKMNOPTXo`
const TYPED = new Map([...PUT_IN].map((one, at) => [one, ON_THE_KEYBOARD[at] ?? one]))

/** Any blank as the one of the space bar, and nothing that cannot be seen. */
export const visibleCharacters = (value: string): string =>
  value.replace(/[\p{Cf}\p{Cc}]/gu, (one) => (/[\n\r\t]/.test(one) ? ' ' : '')).replace(/\p{Zs}/gu, ' ')

/** The value as it would be if typed by hand. Letters of another alphabet are only mended in a word of ours. */
export function plainCharacters(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value
  const plain = visibleCharacters(value)
    .replaceAll('\ufffd', '')
    .replace(/[\uff01-\uff5e]/g, (one) => one.normalize('NFKC'))
  if (!/[A-Za-z0-9]/.test(plain)) return plain.trim()
  return [...plain]
    .map((one) => TYPED.get(one) ?? one)
    .join('')
    .trim()
}

/** Names the first character for which {@link plainCharacters} has another. */
export function oddCharacter(value: string): string {
  const odd = [...value].find((one) => plainCharacters(`A${one}A`) !== `A${one}A`) ?? ''
  if (/[\n\r]/.test(odd)) return 'a line break'
  if (/\p{Zs}|\t/u.test(odd)) return 'a blank that is not the one of the space bar'
  if (/[\p{Cf}\p{Cc}]/u.test(odd)) return 'a character that cannot be seen'
  if (odd === '\ufffd') return 'a character that was lost when the file was saved'
  if (/\p{Pd}|−/u.test(odd)) return `a dash (${odd}) where a hyphen is meant`
  return `${odd}, which is not the ${TYPED.get(odd) ?? odd.normalize('NFKC')} of the keyboard`
}
