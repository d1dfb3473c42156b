/** Run folders to measure with: fixtures as they are, and ones as large as real instruments make them. */
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runFixtures } from '../rig/run-fixtures.ts'

/** The path of a fixture. */
export function fixturePath(make: string, name: string): string {
  const found = runFixtures(make).find((one) => one.name === name)
  if (found === undefined) throw new Error(`no fixture of ${make} is called ${name}`)
  return found.path
}

/** Copies a fixture below `into`, and puts `more` before the place where `before` stands in one of its files. */
export function grown(into: string, path: string, file: string, before: string, more: string): string {
  const copy = join(into, path.slice(path.lastIndexOf('/') + 1))
  cpSync(path, copy, { recursive: true })
  const text = readFileSync(join(copy, file), 'utf8')
  if (!text.includes(before)) throw new Error(`${file} has no ${before}`)
  writeFileSync(
    join(copy, file),
    text.replace(before, () => more + before),
  )
  return copy
}

/** Microseconds of CPU that one reading costs in a process of its own, as the product runs, not in the test runner; `csv`: of csv-parse alone. */
export function cpuOfReading(path: string, times = 200, what: 'folder' | 'csv' = 'folder'): number {
  const script = fileURLToPath(new URL('./cost-of-reading.ts', import.meta.url))
  return Number(execFileSync(process.execPath, [script, path, String(times), what], { encoding: 'utf8' }))
}
