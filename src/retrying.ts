/**
 * A person tries again what stands still: what it was made of is read and planned anew first, since what was mended may
 * be the configuration, which is looked at by nothing else.
 */
import type { JournalReader, RegistrationRow } from './journal/journal.ts'

/**
 * Plans a registration anew that is refused, held or given up; `row` is how it stood before. True where that alone has set
 * it going, so that nothing is left to retry.
 */
export async function plannedAnew(
  row: RegistrationRow,
  journal: Pick<JournalReader, 'registrations' | 'sheetsNaming'>,
  again: (path: string) => Promise<void>,
): Promise<boolean> {
  if (!standsStill(row)) return false
  for (const path of await pathsBehind(row, journal)) await again(path)
  const [now] = await journal.registrations({ ids: [row.id] })
  return now !== undefined && !standsStill(now)
}

const standsStill = ({ state, reason }: RegistrationRow): boolean =>
  state === 'refused' || state === 'held' || state === 'abandoned' || reason === 'previous-revision'

/** A run that only sheets tell of has no path of its own. */
async function pathsBehind(
  { subject: { path, library } }: RegistrationRow,
  journal: Pick<JournalReader, 'sheetsNaming'>,
): Promise<string[]> {
  if (path !== null) return [path]
  return library === null ? [] : (await journal.sheetsNaming({ library })).map((sheet) => sheet.path)
}
