/** What SECURITY.md promises is tested: every test it names is there. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const PROJECT = resolve(import.meta.dirname, '../..')
const text = readFileSync(join(PROJECT, '.github/SECURITY.md'), 'utf8')
const controls = [...text.matchAll(/`(test\/\S+\.test\.ts)`: "([^"]+)"/g)].map(
  ([, file = '', name = '']) => [file, name] as const,
)

test('every threat has a test', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| threat'))
  expect(controls.length).toBe(rows.length)
})

test.for(controls)('%s holds "%s"', ([file, name]) => {
  expect(existsSync(join(PROJECT, file))).toBe(true)
  expect(readFileSync(join(PROJECT, file), 'utf8')).toContain(name)
})
