/** One thing that was looked at. `fix` is null when nothing is to be done. */
export type Check = {
  id: string
  result: 'fine' | 'warning' | 'error'
  what: string
  found: string
  fix: string | null
}

export const fine = (id: string, what: string, found: string): Check => ({
  id,
  result: 'fine',
  what,
  found,
  fix: null,
})
export const warning = (id: string, what: string, found: string, fix: string): Check => ({
  id,
  result: 'warning',
  what,
  found,
  fix,
})
export const wrong = (id: string, what: string, found: string, fix: string): Check => ({
  id,
  result: 'error',
  what,
  found,
  fix,
})
