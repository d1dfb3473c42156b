/** The tables behind a Majora of any date: biosamples, libraries, runs; rebuilt from commits, never from requests. */
import { uuidOf } from './emulated-registry.ts'
import type { Commit } from './log.ts'
import { isObject, type Json } from './python-json.ts'

type Library = {
  id: string
  name: string
  fields: { [key: string]: Json }
  biosamples: Map<string, Json>
}

export type Run = {
  id: string
  /** run_name; a Majora of 2020 has none and keeps null. */
  name: string | null
  fields: { [key: string]: Json }
  libraries: string[]
  /** The day it was first committed. */
  submitted: string
  /** Nobody owns it: it can be neither read nor mended through the interface. */
  poisoned: boolean
}

export type Tables = {
  hasBiosample(id: string): boolean
  biosampleId(id: string): string
  library(name: string): Library | null
  run(name: string): Run | null
  runById(id: string): Run | null
  apply(commit: Commit, at: Date): void
  clear(): void
  state(): { [key: string]: Json }
}

/** `collation`: MariaDB compares names without case and without blanks at the end, SQLite byte by byte. */
export function openTables(rule: {
  kind: string
  biosamples: readonly string[] | null
  database: 'mariadb' | 'sqlite'
}): Tables {
  const known = rule.biosamples === null ? null : new Set(rule.biosamples)
  const libraries = new Map<string, Library>()
  const runs = new Map<string, Run>()
  const runIdByName = new Map<string, string>()
  const collate = (name: string): string =>
    rule.database === 'mariadb' ? name.replace(/ +$/, '').toLowerCase() : name

  function takeLibrary(commit: Commit): void {
    const name = String(commit.identity['library_name'])
    const library = libraries.get(collate(name)) ?? { id: commit.id, name, fields: {}, biosamples: new Map() }
    const { biosamples, ...fields } = commit.payload
    library.fields = fields
    for (const biosample of Array.isArray(biosamples) ? biosamples : []) {
      const id = isObject(biosample) ? biosample['central_sample_id'] : biosample
      library.biosamples.set(String(id), biosample)
    }
    libraries.set(collate(name), library)
  }

  function takeRun(commit: Commit, at: Date): void {
    const name = typeof commit.identity['run_name'] === 'string' ? commit.identity['run_name'] : null
    const library = String(commit.identity['library_name'])
    const before = runs.get(commit.id)
    const linked = before?.libraries.includes(library)
      ? before.libraries
      : [...(before?.libraries ?? []), library]
    runs.set(commit.id, {
      id: commit.id,
      name: before?.name ?? name,
      fields: commit.payload,
      libraries: commit.effect === 'poisoned' || commit.effect === 'unlinked' ? [] : linked,
      submitted: before?.submitted ?? at.toISOString().slice(0, 10),
      poisoned: commit.effect === 'poisoned',
    })
    if (name !== null) runIdByName.set(collate(name), commit.id)
  }

  return {
    hasBiosample: (id) => (known === null ? !id.startsWith('UNKNOWN') : known.has(id)),
    biosampleId: (id) => uuidOf(`${rule.kind} biosample ${id}`),
    library: (name) => libraries.get(collate(name)) ?? null,
    run: (name) => runs.get(runIdByName.get(collate(name)) ?? '') ?? null,
    runById: (id) => runs.get(id) ?? null,
    apply(commit, at) {
      if (commit.type === 'library') takeLibrary(commit)
      if (commit.type === 'run') takeRun(commit, at)
    },
    clear() {
      libraries.clear()
      runs.clear()
      runIdByName.clear()
    },
    state: () => ({
      libraries: [...libraries.values()].map((library) => ({
        ...library,
        biosamples: [...library.biosamples.values()],
      })),
      runs: [...runs.values()],
    }),
  }
}
