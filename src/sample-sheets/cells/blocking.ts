/** Which subjects of a sheet may not be sent: those an error stands in, and all of them where it concerns the file. */
import type { Problem } from '../../problems.ts'

/**
 * An error whose rows all belong to subjects blocks these; any other (of the file, of the column names, of a row
 * that belongs to nobody) blocks the whole sheet, since no one can say whom it concerns.
 */
export function blocking<Subject extends { rows: number[] }>(
  subjects: readonly Subject[],
  problems: readonly Problem[],
): { subjects: Array<Subject & { blocked: boolean }>; blocked: boolean } {
  const owners = new Map<number, Subject[]>()
  for (const subject of subjects)
    for (const row of subject.rows) {
      const known = owners.get(row)
      if (known === undefined) owners.set(row, [subject])
      else known.push(subject)
    }
  const stopped = new Set<Subject>()
  let blocked = false
  for (const { severity, rows } of problems) {
    if (severity !== 'error') continue
    if (rows.length === 0 || rows.some((row) => !owners.has(row))) blocked = true
    for (const row of rows) for (const subject of owners.get(row) ?? []) stopped.add(subject)
  }
  return { subjects: subjects.map((one) => ({ ...one, blocked: blocked || stopped.has(one) })), blocked }
}
