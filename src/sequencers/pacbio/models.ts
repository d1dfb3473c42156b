/** Which PacBio instrument it was: by its own word, else by the series its serial number is of. */

/** Run/@InstrumentType. */
export const modelOfType = (type: string): string | null =>
  new Map([
    ['sequel', 'Sequel'],
    ['sequel2', 'Sequel II'],
    ['sequel2e', 'Sequel IIe'],
    ['revio', 'Revio'],
    ['vega', 'Vega'],
  ]).get(type.toLowerCase()) ?? null

/** `64175e`: the first two digits are the series, an `e` behind makes a Sequel II a IIe. */
export function modelOfSerial(serial: string): string | null {
  const [, series, extended] = /^(\d\d)\d{3}(e?)$/i.exec(serial) ?? []
  switch (series) {
    case '54':
      return 'Sequel'
    case '64':
      return extended ? 'Sequel IIe' : 'Sequel II'
    case '84':
      return 'Revio'
    case '21':
      return 'Vega'
    default:
      return null
  }
}

/** No RS names its kind. The RS II came in April 2013, and the RS was turned into one; `start` is an ISO instant. */
export const modelOfRs = (start: string | null): string | null =>
  start === null ? null : start < '2013-04' ? 'RS' : 'RS II'
