/** Which subjects of a sheet may not be sent: those an error stands in, and all of them where it concerns the file. */
import type { Problem } from '../../problems.ts'

/**
 * An error whose rows all belong to subjects blocks these; any other (of the file, of the column names, of a row
 * that belongs to nobody) blocks the whole sheet, since no one can say whom it concerns. A row has one owner.
 */
export function blocking<Subject extends { rows: number[] }>(
  subjects: readonly Subject[],
  problems: readonly Problem[],
): { subjects: Array<Subject & { blocked: boolean }>; blocked: boolean } {
  const errors = problems.filter((one) => one.severity === 'error')
  const owners = new Map<number, Subject>()
  if (errors.length > 0)
    for (const subject of subjects) for (const row of subject.rows) owners.set(row, subject)
  const concerned = errors.map(({ rows }) => rows.map((row) => owners.get(row)))
  const blocked = concerned.some((owners) => owners.length === 0 || owners.includes(undefined))
  const stopped = new Set(concerned.flat())
  return { subjects: subjects.map((one) => ({ ...one, blocked: blocked || stopped.has(one) })), blocked }
}
