/** What the report that lies beside a sheet says: only as much as tells whether it is still right. */
import { readFile } from 'node:fs/promises'

type Told = { file: string | null; state: string | null; sha256: string | null }

/** Everything null where there is no report, or somebody else's file. */
export async function toldIn(report: string): Promise<Told> {
  try {
    const content = JSON.parse(await readFile(report, 'utf8')) as Record<string, unknown> | null
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    const { file, state, sha256 } = content ?? {}
    return { file: text(file), state: text(state), sha256: text(sha256) }
  } catch {
    return { file: null, state: null, sha256: null }
  }
}
