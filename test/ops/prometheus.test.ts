/** Alerts and dashboard against what the daemon really exports; with promtool where it is installed. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { openRig } from './rig.ts'

const folder = new URL('../../systemd/prometheus/', import.meta.url).pathname
const read = (name: string) => readFile(join(folder, name), 'utf8')
const canCheck = spawnSync('which', ['promtool']).status === 0
if (!canCheck) console.log('skipped: promtool is missing here (apt-get install prometheus)')

type Rule = { alert: string; expr: string; annotations: { runbook_url: string } }
const rulesOf = async (): Promise<Rule[]> =>
  (parse(await read('alerts.yml')) as { groups: Array<{ rules: Rule[] }> }).groups.flatMap((one) => one.rules)

test.skipIf(!canCheck)('promtool takes the rules, and each fires when it should and not before', () => {
  for (const args of [
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
    ['check', 'config', 'scrape.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' })
    expect([args.join(' '), status, `${stdout}${stderr}`]).toEqual([args.join(' '), 0, expect.any(String)])
  }
})

test('every alert is tried, and has its section in the runbook', async () => {
  const rules = await rulesOf()
  const sections = [...(await read('runbook.md')).matchAll(/^## (\w+)$/gm)].map((one) => one[1])
  expect(sections).toEqual(rules.map((one) => one.alert))
  const { tests } = parse(await read('alerts.test.yml')) as { tests: Array<{ name: string }> }
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook_url).toContain(`runbook.md#${alert.toLowerCase()}`)
    expect(tests.map((one) => one.name)).toContain(alert)
  }
})

test('alerts and dashboard ask for nothing that is not exported', async () => {
  await using rig = await openRig()
  const text = await (await fetch(`${rig.url}/metrics`)).text()
  const exported = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((one) => String(one[1])))
  const { panels } = JSON.parse(await read('dashboard.json')) as {
    panels: Array<{ targets: Array<{ expr: string }> }>
  }
  const asked = [
    ...(await rulesOf()).map((one) => one.expr),
    ...panels.flatMap((panel) => panel.targets.map((one) => one.expr)),
  ].flatMap((expr) => [...expr.matchAll(/runherald_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')))
  expect(asked.length).toBeGreaterThan(25)
  expect([...new Set(asked)].filter((name) => !exported.has(name))).toEqual([])
})
