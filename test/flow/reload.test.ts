/** SIGHUP: the configuration is read anew, all of it or nothing; nothing is lost meanwhile. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { climb, type Lab, openLab } from '../rig/lab.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'

const isWhole = (count: number) => (rows: Array<{ state: string }>) =>
  rows.length === count && rows.every((row) => row.state === 'registered')

async function registers(lab: Lab, number: number, soFar: number): Promise<void> {
  const run = novaSeqRun(number)
  await writeRun(lab.runs, run)
  await lab.drop(`plate${number}.csv`, sheetFor(run, `LIB-${number}`))
  await lab.registrations(isWhole(soFar + 2))
}

/** Runs whose completion is in the journal together with all that was planned for it. */
function plannedRuns(lab: Lab): number {
  const journal = new DatabaseSync(join(lab.state, 'journal.sqlite'), { readOnly: true })
  const row = journal
    .prepare("SELECT count(*) AS runs FROM artifacts WHERE type = 'run-folder' AND status = 'done'")
    .get()
  journal.close()
  return Number(row?.['runs'])
}

test('a changed file is in force without a restart of the process, and its differences are told', async () => {
  await using lab = await openLab()
  lab.settings.registries = [climb(lab.sandbox, { url: 'http://127.0.0.1:9' })]
  await lab.configure()
  const daemon = await lab.start()
  const run = novaSeqRun(1)
  await writeRun(lab.runs, run)
  await lab.drop('plate.csv', sheetFor(run, 'LIB-1'))
  await lab.event('registry.paused')

  lab.settings.registries = [climb(lab.sandbox)]
  lab.settings.runs = { sweepSeconds: 2 }
  await lab.configure()
  daemon.kill('SIGHUP')
  const { changes } = await lab.event('config.reloaded')
  expect(changes).toEqual([
    'watch.0.sweepSeconds: 1 \u2192 2',
    `registries.0.url: "http://127.0.0.1:9" \u2192 "${lab.sandbox.urlOf('majora-2020-03-25')}"`,
  ])
  await lab.registrations(isWhole(2))
  expect(daemon.exitCode).toBe(null)
  expect(lab.lines.filter((line) => line.event === 'daemon.started')).toHaveLength(1)
})

test('what was refused by a rule goes as it is configured by now, as soon as somebody retries it', async () => {
  await using lab = await openLab()
  const kind = 'majora-2020-03-24'
  const registry = climb(lab.sandbox, { kind, url: lab.sandbox.urlOf(kind) })
  lab.settings.registries = [registry]
  await lab.configure()
  const daemon = await lab.start()
  const runs = [novaSeqRun(1), novaSeqRun(2)]
  for (const run of runs) {
    await writeRun(lab.runs, run)
    await lab.drop(`${run.flowcellId}.csv`, sheetFor(run, `LIB-${run.flowcellId}`))
  }
  // Whoever is planned after the reload is planned as it says, and nothing is left to retry.
  await lab.until(() => plannedRuns(lab) === runs.length || undefined, 'both runs to be planned')
  const refused = await lab.registrations(
    (rows) =>
      rows.length === 2 && rows.every(({ state, reason }) => state === 'refused' && reason === 'by-rule'),
  )
  lab.settings.registries = [
    { ...registry, defaults: { library_sop_name: 'ARTIC nCov', library_sop_version: 'v2' } },
  ]
  await lab.configure()
  daemon.kill('SIGHUP')
  await lab.event('config.reloaded')
  const [typed = '', clicked] = refused.map(({ id }) => id)
  expect(await lab.cli('retry', typed)).toMatchObject({ code: 0 })
  const { url } = lab.lines.findLast((line) => line.event === 'http.listening') as unknown as { url: string }
  const headers = { 'content-type': 'application/json' }
  const said = await fetch(`${url}/api/registrations/${clicked}/retry`, {
    method: 'POST',
    headers,
    body: '{}',
  })
  expect(said.status).toBe(200)
  await lab.registrations(isWhole(2))
})

test('a wrong file changes nothing, and each fault is told by its place without what was written there', async () => {
  await using lab = await openLab()
  const daemon = await lab.start()
  const right = await readFile(lab.config, 'utf8')
  await writeFile(lab.config, `${right}\nsite: { timezone: a-secret }\nlog2: another-secret\n`)
  daemon.kill('SIGHUP')
  const { problems } = await lab.event('config.rejected')
  expect(problems).toEqual([
    expect.stringMatching(/runherald\.yaml:\d+:\d+ site\.timezone config\.unknown-key$/),
    expect.stringMatching(/runherald\.yaml:\d+:\d+ log2 config\.unknown-key$/),
  ])
  expect(JSON.stringify(lab.lines)).not.toContain('a-secret')
  await writeFile(lab.config, right)
  await registers(lab, 2, 0)
})

test('a file that is right but cannot be started with changes nothing either', async () => {
  await using lab = await openLab()
  const daemon = await lab.start()
  const taken = lab.sandbox.url.replace('http://', '')
  lab.settings.config = { http: { listen: taken } }
  await lab.configure()
  daemon.kill('SIGHUP')
  const { problems } = await lab.event('config.rejected')
  expect(problems).toEqual([expect.stringContaining(`${taken} is taken by another program`)])
  await registers(lab, 3, 0)
  lab.settings.config = {}
  await lab.configure()
  daemon.kill('SIGHUP')
  await lab.event('config.reloaded')
  await registers(lab, 4, 2)
})

test('a renewed token of the page is in force after it, and signals that come together are all heeded', async () => {
  await using lab = await openLab()
  const tokenFile = join(lab.folder, 'page-token')
  await writeFile(tokenFile, 'the-old-token\n', { mode: 0o600 })
  lab.settings.config = { http: { listen: '127.0.0.1:0', tokenFile } }
  await lab.configure()
  const daemon = await lab.start()
  await writeFile(`${tokenFile}.new`, 'the-new-token\n', { mode: 0o600 })
  await rename(`${tokenFile}.new`, tokenFile)
  const from = lab.lines.length
  daemon.kill('SIGHUP')
  await lab.event('config.reloaded')
  const { url } = await lab.event('http.listening', () => true, from)
  const asked = (token: string) =>
    fetch(`${url}/api/registries`, { headers: { authorization: `Bearer ${token}` } })
  expect((await asked('the-old-token')).status).toBe(401)
  expect((await asked('the-new-token')).status).toBe(200)
  await rm(lab.config)
  daemon.kill('SIGHUP')
  await lab.event('config.rejected')
  expect(await lab.end('SIGTERM')).toBe(0)
})
