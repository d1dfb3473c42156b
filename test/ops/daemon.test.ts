/** The window of the real daemon: what a person does there happens, and it is served to nobody it should not be. */
import { writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLab } from '../rig/lab.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'

test('a registry paused on the page gets nothing until it is resumed there', async () => {
  await using lab = await openLab()
  await lab.start()
  const url = String((await lab.event('http.listening'))['url'])
  const post = (path: string) =>
    fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  expect((await post('/api/registries/climb/pause')).status).toBe(200)
  const run = novaSeqRun(900)
  await writeRun(lab.runs, run)
  await lab.drop('plate.csv', sheetFor(run, 'LIB-900'))
  await lab.registrations((rows) => rows.length === 2 && rows.every((row) => row.state === 'queued'))
  const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
  expect(page).toContain('2 being registered')
  expect(page).toContain('Paused: an operator paused it')
  expect(page).toContain(`Runs of ${run.serial}`)
  expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(0)
  expect((await post('/api/registries/climb/resume')).status).toBe(200)
  const rows = await lab.registrations(
    (all) => all.length === 2 && all.every((row) => row.state === 'registered'),
  )
  const listed = (await (await fetch(`${url}/api/registrations`)).json()) as { registrations: unknown[] }
  expect(listed.registrations).toEqual(rows)
  const one = rows[0]?.id ?? ''
  const shown = JSON.parse((await lab.cli('show', one, '--json')).stdout)
  expect(await (await fetch(`${url}/api/registrations/${one}`)).json()).toEqual(shown)
  await lab.event('root.scanned')
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('runherald_registrations{registry="climb",state="registered"} 2')
  expect(metrics).toContain('runherald_deliveries_total{registry="climb",outcome="registered"} 2')
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

test('who pauses and resumes a registry stands in the log once, by whatever way he came', async () => {
  await using lab = await openLab()
  await lab.start()
  const url = String((await lab.event('http.listening'))['url'])
  await lab.cli('pause', 'climb', '--reason', 'maintenance')
  await lab.event('registry.paused')
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  await fetch(`${url}/api/registries/climb/resume`, request)
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
  const url = String((await lab.event('http.listening'))['url'])
  await lab.cli('pause', 'climb')
  const run = novaSeqRun(1)
  await writeRun(lab.runs, run)
  await lab.drop('plate.csv', sheetFor(run, 'LIB-1'))
  const rows = await lab.registrations((all) => all.length === 2)
  const id = rows.find((row) => row.subject.type === 'library')?.id ?? ''
  await lab.cli('resolve', id, '--abandon', '--reason', 'sequenced again')
  await lab.event('registration.resolved', (line) => line['state'] === 'abandoned')
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  await fetch(`${url}/api/registrations/${id}/retry`, request)
  await lab.event('registration.resolved', (line) => line['state'] === 'queued')
  const told = lab.lines.filter(({ event }) => event === 'registration.resolved')
  expect(told.map((line) => [line['registration'], line['sheet'], line['state'], line['who']])).toEqual([
    [id, 'plate.csv', 'abandoned', userInfo().username],
    [id, 'plate.csv', 'queued', 'HTTP API at 127.0.0.1'],
  ])
})

test('an address that other machines reach is refused without a token, and guarded with one', async () => {
  await using lab = await openLab({ config: { http: { listen: '0.0.0.0:0' } } })
  const refused = await lab.cli('run')
  expect([refused.code, refused.stderr]).toEqual([78, expect.stringContaining('http.listen')])
  await writeFile(join(lab.folder, 'page.token'), 'the-token-of-the-page\n', { mode: 0o600 })
  lab.settings.config = { http: { listen: '0.0.0.0:0', tokenFile: join(lab.folder, 'page.token') } }
  await lab.configure()
  await lab.start()
  const { port } = new URL(String((await lab.event('http.listening'))['url']))
  const url = `http://127.0.0.1:${port}/api/registrations`
  expect((await fetch(url)).status).toBe(401)
  const headers = { authorization: 'Bearer the-token-of-the-page' }
  expect((await fetch(url, { headers })).status).toBe(200)
})
