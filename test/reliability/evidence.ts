/** Gathers what the auditor compares: the test's own notes, the registries' log, and all that runherald says. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../rig/lab.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'
import type { Commit, DroppedSheet, Evidence, Report, Row } from './auditor.ts'

export type Notes = Pick<Evidence, 'sheets' | 'runs' | 'overruled' | 'wasKilled'>

export const notes = (): Notes => ({ sheets: [], runs: [], overruled: [], wasKilled: false })

export async function evidenceOf(lab: Lab, noted: Notes): Promise<Evidence> {
  const { stdout } = await lab.cli('ls', '--json')
  const { registrations } = JSON.parse(stdout) as { registrations: Row[] }
  return {
    ...noted,
    registries: registriesOf(lab),
    commits: commitsOf(lab),
    rows: registrations,
    reports: await reportsOf(lab.sheets),
    lines: lab.lines,
    secrets: ['sandbox-token'],
  }
}

export const registriesOf = (lab: Lab): Evidence['registries'] =>
  (lab.settings.registries ?? [{ name: 'climb', kind: 'majora-2020-03-25' }]).map((one) => ({
    name: String(one['name']),
    kind: String(one['kind']),
  }))

export const commitsOf = (lab: Lab): Commit[] =>
  lab.sandbox.log().flatMap((one) => (one.entry === 'commit' ? [one as Commit] : []))

export async function reportsOf(folder: string): Promise<Report[]> {
  const status = join(folder, '_status')
  const names = await readdir(status).catch(() => [])
  const json = names.filter((name) => name.endsWith('.json'))
  return Promise.all(
    json.map(async (name) => JSON.parse(await readFile(join(status, name), 'utf8')) as Report),
  )
}

/** A library for a run, as `sheetFor` writes it. */
export const noted = (file: string, library: string, run: string): DroppedSheet => ({
  file,
  libraries: [{ name: library, samples: [`${library}-S1`, `${library}-S2`], run }],
  batches: [],
})

/** The `number`-th run and its sheet, which come together. */
export async function bringPlate(lab: Lab, notes: Notes, number: number): Promise<void> {
  const run = novaSeqRun(number)
  const [file, library] = [`plate${number}.csv`, `LIB-${number}-A`]
  notes.sheets.push(noted(file, library, run.runId))
  notes.runs.push(run.runId)
  await writeRun(lab.runs, run)
  await lab.drop(file, sheetFor(run, library))
}
