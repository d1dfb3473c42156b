/** Artifacts: what the scan knows of each path, and the names under which planning finds it again. */
import type { Reading } from '../handovers.ts'
import { comparable, linkNames, linksOf } from '../record/join.ts'
import type { RunLink } from '../record/library.ts'
import type { Artifact, JournalReader, SheetMove } from './journal.ts'
import { knownBelow } from './known.ts'
import type { Row, Store } from './store.ts'

type Name = { role: string; value: string }

/** False, with nothing changed, where a run that is to be left alone was taken up meanwhile. */
export function saveArtifact(store: Store, artifact: Artifact): boolean {
  const { path, root, type, fingerprint, sha256, status, reading, firstSeen, changed, modified, arrival } =
    artifact
  if (status === 'adopted' && isDone(store, path)) return false
  store.run(
    `INSERT INTO artifacts (path, root, type, fingerprint, sha256, status, reading, first_seen, changed, modified, arrival)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET root = excluded.root, type = excluded.type,
       fingerprint = excluded.fingerprint, sha256 = excluded.sha256, status = excluded.status,
       reading = excluded.reading, first_seen = excluded.first_seen, changed = excluded.changed,
       modified = excluded.modified, arrival = excluded.arrival`,
    ...[path, root, type, fingerprint, sha256, status, JSON.stringify(reading), firstSeen, changed],
    ...[modified ?? null, arrival ?? null],
  )
  store.run('DELETE FROM names WHERE path = ?', path)
  if (status === 'gone') return true
  for (const { role, value } of namesOf(artifact))
    store.run('INSERT OR IGNORE INTO names (role, value, path) VALUES (?, ?, ?)', role, value, path)
  return true
}

export const isDone = (store: Store, path: string): boolean =>
  store.get("SELECT 1 FROM artifacts WHERE path = ? AND status = 'done'", path) !== undefined

/** In the registrations too, a sheet that was put away is called by where it lies. */
export function moveArtifact(store: Store, move: SheetMove): boolean {
  const { from, to } = move
  const row =
    'sha256' in move
      ? store.get(
          "SELECT * FROM artifacts WHERE path = ? AND type = 'sheet' AND sha256 = ?",
          ...[from, move.sha256],
        )
      : store.get(
          "SELECT * FROM artifacts WHERE path = ? AND type = 'sheet' AND sha256 IS NULL AND fingerprint = ?",
          ...[from, move.fingerprint],
        )
  if (row === undefined) return false
  store.run('DELETE FROM artifacts WHERE path = ?', from)
  saveArtifact(store, { ...artifactOf(row), path: to })
  store.run("UPDATE registrations SET subject = json_set(subject, '$.path', ?) WHERE path = ?", to, from)
  return true
}

/** Everything it may be looked up by. What is gone is found by nothing. */
function namesOf({ type, sha256, reading }: Artifact): Name[] {
  const names = namesIn(reading)
  return type === 'run-folder' || sha256 === null ? names : [...names, { role: BYTES, value: sha256 }]
}

const BYTES = 'sheet bytes'

function namesIn(reading: Reading): Name[] {
  switch (reading.kind) {
    case 'run-folder': {
      const { run } = reading.reading
      const names: Name[] = [
        ...linkNames(run).map((link) => ({ role: `run ${link.by}`, value: link.value })),
        { role: 'run id', value: run.runId },
      ]
      return run.sequencingUuid === null ? names : [...names, { role: 'run uuid', value: run.sequencingUuid }]
    }
    case 'sample-sheet': {
      const { libraries, batches } = reading.reading
      return [
        ...linksOf(libraries)
          .map(comparable)
          .map((link) => ({ role: `sheet ${link.by}`, value: link.value })),
        ...libraries.map(({ name }) => ({ role: 'sheet library', value: name })),
        ...batches.map(({ name }) => ({ role: 'sheet batch', value: name })),
      ]
    }
    case 'unrecognised':
      return []
    default:
      return reading satisfies never
  }
}

type ArtifactReader = Pick<
  JournalReader,
  | 'artifact'
  | 'artifacts'
  | 'known'
  | 'lastArrival'
  | 'runsMatching'
  | 'runsSame'
  | 'sheetsLinking'
  | 'sheetsNaming'
  | 'sheetsSame'
>

export function createArtifactReader(store: Store): ArtifactReader {
  const sheets = rememberSheets(store)
  /** Sheets that came last first; each artifact once, however many of the names it answers to. */
  const named = (names: Name[]): Artifact[] => {
    const wanted = JSON.stringify(names.map(({ role, value }) => [role, value]))
    return store
      .all(
        `SELECT ${ALL_BUT_READING} FROM artifacts WHERE path IN (
           SELECT names.path FROM json_each(?) AS wanted CROSS JOIN names
           WHERE names.role = wanted.value ->> 0 AND names.value = wanted.value ->> 1)`,
        wanted,
      )
      .map(sheets.withReading)
      .sort(newestFirst)
  }
  return {
    async artifact(path) {
      const row = store.get('SELECT * FROM artifacts WHERE path = ?', path)
      return row === undefined ? null : artifactOf(row)
    },
    async artifacts({ root, status, type } = {}) {
      const wanted = Object.entries({ root, status, type }).filter(([, value]) => value !== undefined)
      const where = wanted.map(([column]) => `${column} = ?`).join(' AND ') || 'true'
      return store
        .all(
          `SELECT * FROM artifacts WHERE ${where} ORDER BY path`,
          ...wanted.map(([, value]) => String(value)),
        )
        .map(artifactOf)
    },
    known: async (root) => knownBelow(store, root),
    async runsMatching(link) {
      const { by, value } = comparable(link)
      return named([{ role: `run ${by}`, value }])
    },
    async runsSame(runId, sequencingUuid) {
      const byId = { role: 'run id', value: runId }
      return named(sequencingUuid === null ? [byId] : [byId, { role: 'run uuid', value: sequencingUuid }])
    },
    async sheetsLinking(names: RunLink[]) {
      return named(names.map(comparable).map(({ by, value }) => ({ role: `sheet ${by}`, value })))
    },
    async sheetsNaming(what) {
      return named([
        'library' in what
          ? { role: 'sheet library', value: what.library }
          : { role: 'sheet batch', value: what.batch },
      ])
    },
    async sheetsSame(sha256) {
      return named([{ role: BYTES, value: sha256 }])
    },
    async lastArrival() {
      return Number(store.get('SELECT max(arrival) AS last FROM artifacts')?.['last'] ?? 0)
    },
  }
}

const ALL_BUT_READING =
  'path, root, type, fingerprint, sha256, status, first_seen, changed, modified, arrival'

/** So many sheets may be known without being looked up again. */
const REMEMBERED_SHEETS = 1_000

/**
 * A sheet may have 100,000 names and is looked up by each of them, so it is not read anew while somebody still has it.
 * What is read in a sheet is told by its bytes; a run folder is judged by more than its files.
 */
function rememberSheets(store: Store): { withReading(row: Row): Artifact } {
  const known = new Map<string, { told: string; artifact: WeakRef<Artifact> }>()
  return {
    withReading(row) {
      const path = String(row['path'])
      const told = JSON.stringify(row)
      const before = known.get(path)
      const same = before?.told === told ? before.artifact.deref() : undefined
      if (same !== undefined) return same
      const reading = store.get('SELECT reading FROM artifacts WHERE path = ?', path)
      const artifact = artifactOf({ ...row, reading: reading?.['reading'] ?? null })
      if (artifact.type !== 'sheet' || artifact.sha256 === null) return artifact
      if (known.size >= REMEMBERED_SHEETS) known.clear()
      known.set(path, { told, artifact: new WeakRef(artifact) })
      return artifact
    },
  }
}

/** Run folders have no arrival. */
const newestFirst = (a: Artifact, b: Artifact): number =>
  (b.arrival ?? 0) - (a.arrival ?? 0) ||
  b.changed.localeCompare(a.changed) ||
  (b.modified ?? '').localeCompare(a.modified ?? '') ||
  a.path.localeCompare(b.path)

const artifactOf = (row: Row): Artifact => ({
  path: String(row['path']),
  root: String(row['root']),
  type: row['type'] as Artifact['type'],
  fingerprint: String(row['fingerprint']),
  sha256: row['sha256'] === null ? null : String(row['sha256']),
  status: row['status'] as Artifact['status'],
  reading: JSON.parse(String(row['reading'])) as Reading,
  firstSeen: String(row['first_seen']),
  changed: String(row['changed']),
  ...(row['arrival'] === null ? {} : { arrival: Number(row['arrival']) }),
  ...(row['modified'] === null ? {} : { modified: String(row['modified']) }),
})
