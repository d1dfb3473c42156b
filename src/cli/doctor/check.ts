/** One thing that was looked at, and its checks by how it was found to be. */
import type { Documents } from '../schemas.ts'

export type Check = Documents['doctor']['checks'][number]

type Make = (found: string, fix: string) => Check

export type Checks = { fine(found: string): Check; warning: Make; wrong: Make; away: Make }

export function checksOf(id: string, what: string): Checks {
  const make =
    (result: Check['result'], away: boolean) =>
    (found: string, fix: string): Check => ({ id, result, what, found, fix, away })
  return {
    fine: (found) => ({ id, result: 'fine', what, found, fix: null, away: false }),
    warning: make('warning', false),
    wrong: make('error', false),
    away: make('error', true),
  }
}
