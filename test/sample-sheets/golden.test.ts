/** Each sheet under `fixtures/sheets` reads as the JSON beside it; a changed reading shows as a changed file. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSheet, sheetFormats } from '../../src/sample-sheets/index.ts'

const sheets = new URL('../../fixtures/sheets/', import.meta.url).pathname
const folders = [...Object.keys(sheetFormats), 'unrecognised']
const cases = folders.flatMap((folder) =>
  readdirSync(sheets + folder)
    .filter((name) => name.endsWith('.csv'))
    .map((name) => `${folder}/${name}`),
)

test.for(cases)('%s reads as its expected.json', async (path) => {
  const [folder = '', file = ''] = path.split('/')
  const { recognised, problems } = readSheet(readFileSync(sheets + path), { file })
  expect(recognised?.format ?? 'unrecognised').toBe(folder)
  const reading = recognised === null ? { recognised, problems } : recognised
  await expect(`${JSON.stringify(reading, null, 2)}\n`).toMatchFileSnapshot(
    sheets + path.replace(/csv$/, 'expected.json'),
  )
})
