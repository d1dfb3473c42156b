/** The window of the real daemon: what a person does there happens, and it is served to nobody it should not be. */
import { writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLab, registered } from '../rig/lab.ts'
import { novaSeqRun } from '../rig/runs.ts'

test('a registry paused on the page gets nothing until it is resumed there', async () => {
  await using lab = await openLab()
  await lab.start()
  const { url } = lab
  expect((await lab.post('/api/registries/climb/pause')).status).toBe(200)
  const run = novaSeqRun(900)
  await lab.bring(run, 'LIB-900')
  await lab.registrations((rows) => rows.length === 2 && rows.every((row) => row.state === 'queued'))
  const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
  expect(page).toContain('2 being registered')
  expect(page).toContain('Paused: an operator paused it')
  expect(page).toContain(`Runs of ${run.serial}`)
  expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(0)
  expect((await lab.post('/api/registries/climb/resume')).status).toBe(200)
  const rows = await lab.registrations(registered(2))
  const listed = (await (await fetch(`${url}/api/registrations`)).json()) as { registrations: unknown[] }
  expect(listed.registrations).toEqual(rows)
  const one = rows[0]?.id ?? ''
  const shown = JSON.parse((await lab.cli('show', one, '--json')).stdout)
  expect(await (await fetch(`${url}/api/registrations/${one}`)).json()).toEqual(shown)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('runherald_registrations{registry="climb",state="registered"} 2')
  expect(metrics).toContain('runherald_deliveries_total{registry="climb",outcome="registered"} 2')
  for (const root of [lab.runs, lab.sheets]) await lab.event('root.scanned', (line) => line['root'] === root)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

test('who pauses and resumes a registry stands in the log once, by whatever way he came', async () => {
  await using lab = await openLab()
  await lab.start()
  await lab.cli('pause', 'climb', '--reason', 'maintenance')
  await lab.event('registry.paused')
  await lab.post('/api/registries/climb/resume')
  await lab.event('registry.opened')
  await lab.cli('pause', 'climb')
  await lab.event('registry.paused', (line) => line['detail'] !== 'maintenance')
  const told = lab.lines.filter(({ event }) => event === 'registry.paused' || event === 'registry.opened')
  const { username } = userInfo()
  expect(told.map(({ event, detail, who }) => [event, detail, who])).toEqual([
    ['registry.paused', 'maintenance', username],
    ['registry.opened', undefined, 'HTTP API at 127.0.0.1'],
    ['registry.paused', `paused by ${username}`, username],
  ])
})

test('who decides about a registration stands in the log once, by whatever way he came', async () => {
  await using lab = await openLab()
  await lab.start()
  await lab.cli('pause', 'climb')
  await lab.bring(novaSeqRun(1), 'LIB-1')
  const rows = await lab.registrations((all) => all.length === 2)
  const id = rows.find((row) => row.subject.type === 'library')?.id ?? ''
  await lab.cli('resolve', id, '--abandon', '--reason', 'sequenced again')
  await lab.event('registration.resolved', (line) => line['state'] === 'abandoned')
  await lab.post(`/api/registrations/${id}/retry`)
  await lab.event('registration.resolved', (line) => line['state'] === 'queued')
  const told = lab.lines.filter(({ event }) => event === 'registration.resolved')
  expect(told.map((line) => [line['registration'], line['sheet'], line['state'], line['who']])).toEqual([
    [id, 'LIB-1.csv', 'abandoned', userInfo().username],
    [id, 'LIB-1.csv', 'queued', 'HTTP API at 127.0.0.1'],
  ])
})

test('an address that other machines reach is refused without a token, and guarded with one', async () => {
  await using lab = await openLab({ config: { http: { listen: '0.0.0.0:0' } } })
  const refused = await lab.cli('run')
  expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('http.listen')])
  const tokenFile = join(lab.folder, 'page.token')
  await writeFile(tokenFile, 'the-token-of-the-page\n', { mode: 0o600 })
  await lab.configure({ config: { http: { listen: '0.0.0.0:0', tokenFile } } })
  await lab.start()
  const { port } = new URL(lab.url)
  const url = `http://127.0.0.1:${port}/api/registrations`
  expect((await fetch(url)).status).toBe(401)
  const headers = { authorization: 'Bearer the-token-of-the-page' }
  expect((await fetch(url, { headers })).status).toBe(200)
})
