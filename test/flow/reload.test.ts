/** SIGHUP: the configuration is read anew, all of it or nothing; nothing is lost meanwhile. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { climb, type Lab, openLab, registered, registryAt } from '../rig/lab.ts'
import { novaSeqRun } from '../rig/runs.ts'

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
  await using lab = await openLab({}, ({ sandbox }) => [climb(sandbox, { url: 'http://127.0.0.1:9' })])
  const daemon = await lab.start()
  await lab.bring(novaSeqRun(1), 'LIB-1')
  await lab.event('registry.paused')

  await lab.configure({ registries: [climb(lab.sandbox)], runs: { sweepSeconds: 2 } })
  daemon.kill('SIGHUP')
  const { changes } = await lab.event('config.reloaded')
  expect(changes).toEqual([
    'watch.0.sweepSeconds: 1 \u2192 2',
    `registries.0.url: "http://127.0.0.1:9" \u2192 "${lab.sandbox.urlOf('majora-2020-03-25')}"`,
  ])
  await lab.registrations(registered(2))
  expect(daemon.exitCode).toBe(null)
  expect(lab.lines.filter((line) => line.event === 'daemon.started')).toHaveLength(1)
})

test('what was refused by a rule goes as it is configured by now, as soon as somebody retries it', async () => {
  await using lab = await openLab({}, ({ sandbox }) => [registryAt(sandbox, 'majora-2020-03-24')])
  const daemon = await lab.start()
  for (const number of [1, 2]) await lab.bring(novaSeqRun(number), `LIB-${number}`)
  // Whoever is planned after the reload is planned as it says, and nothing is left to retry.
  await lab.until(() => plannedRuns(lab) === 2 || undefined, 'both runs to be planned')
  const refused = await lab.registrations(
    (rows) =>
      rows.length === 2 && rows.every(({ state, reason }) => state === 'refused' && reason === 'by-rule'),
  )
  const defaults = { library_sop_name: 'ARTIC nCov', library_sop_version: 'v2' }
  await lab.configure({ registries: [registryAt(lab.sandbox, 'majora-2020-03-24', { defaults })] })
  daemon.kill('SIGHUP')
  await lab.event('config.reloaded')
  const [typed = '', clicked] = refused.map(({ id }) => id)
  expect(await lab.cli('retry', typed)).toMatchObject({ code: 0 })
  expect((await lab.post(`/api/registrations/${clicked}/retry`)).status).toBe(200)
  await lab.registrations(registered(2))
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
  await lab.bring(novaSeqRun(2), 'LIB-2')
  await lab.registrations(registered(2))
})

test('a file that is right but cannot be started with changes nothing either', async () => {
  await using lab = await openLab()
  const daemon = await lab.start()
  const taken = lab.sandbox.url.replace('http://', '')
  await lab.configure({ config: { http: { listen: taken } } })
  daemon.kill('SIGHUP')
  const { problems } = await lab.event('config.rejected')
  expect(problems).toEqual([expect.stringContaining(`${taken} is taken by another program`)])
  await lab.bring(novaSeqRun(3), 'LIB-3')
  await lab.registrations(registered(2))
  await lab.configure({ config: {} })
  daemon.kill('SIGHUP')
  await lab.event('config.reloaded')
  await lab.bring(novaSeqRun(4), 'LIB-4')
  await lab.registrations(registered(4))
})

test('a renewed token of the page is in force after it, and a stop that comes together with another is heeded', async () => {
  await using lab = await openLab()
  const tokenFile = join(lab.folder, 'page-token')
  await writeFile(tokenFile, 'the-old-token\n', { mode: 0o600 })
  await lab.configure({ config: { http: { listen: '127.0.0.1:0', tokenFile } } })
  const daemon = await lab.start()
  await writeFile(`${tokenFile}.new`, 'the-new-token\n', { mode: 0o600 })
  await rename(`${tokenFile}.new`, tokenFile)
  daemon.kill('SIGHUP')
  await lab.event('config.reloaded')
  const asked = (token: string) =>
    fetch(`${lab.url}/api/registries`, { headers: { authorization: `Bearer ${token}` } })
  expect((await asked('the-old-token')).status).toBe(401)
  expect((await asked('the-new-token')).status).toBe(200)
  daemon.kill('SIGHUP')
  expect(await lab.end('SIGTERM')).toBe(0)
  expect(lab.lines.at(-1)?.event).toBe('daemon.stopped')
})
