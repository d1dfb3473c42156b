/** The run folders under `fixtures/runs`, written by us after the formats, and what each is to read as. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProblemCode } from '../../src/problems.ts'
import type { Completion, RunFacts, RunReading } from '../../src/record/run.ts'

const RUNS = fileURLToPath(new URL('../../fixtures/runs/', import.meta.url))

type RunFixture = {
  name: string
  path: string
  /** Left out are facts that the case is not about. */
  record: {
    /** Why it is here. */
    about: string
    run: Partial<RunFacts>
    completion: Completion
    problems: ProblemCode[]
    test?: RunReading['test']
  }
}

/** Every folder of a make that has a record beside it. */
export function runFixtures(make: string): RunFixture[] {
  const base = join(RUNS, make)
  return readdirSync(base)
    .filter((name) => name.endsWith('.record.json'))
    .map((file) => {
      const name = file.slice(0, -'.record.json'.length)
      const record: RunFixture['record'] = JSON.parse(readFileSync(join(base, file), 'utf8'))
      return { name, path: join(base, name), record }
    })
}

/** Every folder of a make, whether it has a record or not. */
export const runFolders = (make: string): string[] =>
  readdirSync(join(RUNS, make)).filter((name) => statSync(join(RUNS, make, name)).isDirectory())

/** The files in a folder as they lie there, read data in folders below left out. */
export function filesIn(path: string): Record<string, Uint8Array> {
  const files = readdirSync(path).filter((name) => statSync(join(path, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name))]))
}

/** The files in a folder and in all below it, by their paths in it. */
export function allFilesIn(path: string): Record<string, Uint8Array> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((file) => [relative(path, file), readFileSync(file)]))
}
