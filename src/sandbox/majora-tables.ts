/** The tables behind a Majora of any date: biosamples, libraries, runs; rebuilt from commits, never from requests. */
import { type RegistryOptions, uuidOf } from './emulated-registry.ts'
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
  /** Is it too long for a column of `most` letters? SQLite does not mind. */
  overflows(text: string, most: number): boolean
  apply(commit: Commit, at: Date): void
  clear(): void
  state(): { [key: string]: Json }
}

/** MariaDB compares names without case and without blanks at the end, SQLite byte by byte. */
export function openTables(
  rule: Pick<RegistryOptions, 'biosamples' | 'database'> & { kind: string },
): Tables {
  const known = rule.biosamples === null ? null : new Set(rule.biosamples)
  const libraries = new Map<string, Library>()
  const runs = new Map<string, Run>()
  const runIdByName = new Map<string, string>()
  const collate = (name: string): string =>
    rule.database === 'mariadb' ? name.replace(/ +$/, '').toLowerCase() : name

  return {
    hasBiosample: (id) => (known === null ? !id.startsWith('UNKNOWN') : known.has(id)),
    biosampleId: (id) => uuidOf(`${rule.kind} biosample ${id}`),
    library: (name) => libraries.get(collate(name)) ?? null,
    run: (name) => runs.get(runIdByName.get(collate(name)) ?? '') ?? null,
    runById: (id) => runs.get(id) ?? null,
    overflows: (text, most) => rule.database === 'mariadb' && [...text].length > most,
    apply(commit, at) {
      if (commit.type === 'library') {
        const key = collate(String(commit.identity['library_name']))
        libraries.set(key, libraryAfter(libraries.get(key), commit))
      }
      if (commit.type === 'run') {
        const run = runAfter(runs.get(commit.id), commit, at)
        runs.set(run.id, run)
        if (run.name !== null) runIdByName.set(collate(run.name), run.id)
      }
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

function libraryAfter(before: Library | undefined, { id, identity, payload }: Commit): Library {
  const { biosamples: given, ...fields } = payload
  const biosamples = new Map(before?.biosamples)
  for (const biosample of Array.isArray(given) ? given : [])
    biosamples.set(String(isObject(biosample) ? biosample['central_sample_id'] : biosample), biosample)
  return { id: before?.id ?? id, name: before?.name ?? String(identity['library_name']), fields, biosamples }
}

function runAfter(before: Run | undefined, { id, effect, identity, payload }: Commit, at: Date): Run {
  const name = typeof identity['run_name'] === 'string' ? identity['run_name'] : null
  const libraries = new Set(before?.libraries).add(String(identity['library_name']))
  return {
    id,
    name: before?.name ?? name,
    fields: payload,
    libraries: effect === 'poisoned' || effect === 'unlinked' ? [] : [...libraries],
    submitted: before?.submitted ?? at.toISOString().slice(0, 10),
    poisoned: effect === 'poisoned',
  }
}
