/** What the very first scan of a root does with the runs it finds finished, seen in the real daemon. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isLeftAlone, layThere } from '../../src/adoption.ts'
import type { Adopt } from '../../src/config.ts'
import type { Reading } from '../../src/handovers.ts'
import { inspectPath } from '../../src/inspect.ts'
import { type Lab, openLab } from '../rig/lab.ts'
import { finishRun, novaSeqRun, writeRun } from '../rig/runs.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'

const DAY_MS = 86_400_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)

/** A finished run whose files were last written some days ago. */
async function oldRun(root: string, number: number, days: number): Promise<string> {
  const folder = await writeRun(root, novaSeqRun(number))
  for (const name of await readdir(folder)) utimesSync(join(folder, name), daysAgo(days), daysAgo(days))
  return folder
}

const firstScan = (lab: Lab, from = 0) => lab.event('root.first-scan', () => true, from)

async function adopted(lab: Lab): Promise<string[]> {
  const { stdout } = await lab.cli('ls', '--adopted', '--json')
  return (JSON.parse(stdout) as { adopted: Array<{ path: string }> }).adopted
    .map((one) => basename(one.path))
    .toSorted()
}

const listed = async (lab: Lab): Promise<string[]> => [
  ...new Set((await lab.ls()).map((row) => row.subject.name)),
]

describe('the very first scan of a root', () => {
  test('leaves alone by the rule of that root what had finished before, and takes whatever appears later', async () => {
    const date = daysAgo(20).toISOString().slice(0, 10)
    const rules = { 'since:7d': [2, 3], [`since:${date}`]: [3], seen: [1, 2, 3], register: [] }
    const roots = Object.entries(rules).map(([adopt, leftAlone], at) => ({
      adopt,
      name: `runs${at}`,
      leftAlone: leftAlone.map((number) => novaSeqRun(10 * at + number).runId),
      base: 10 * at,
    }))
    await using lab = await openLab()
    const folderOf = ({ name }: { name: string }) => join(lab.folder, name)
    const watch = roots.map((root) => ({
      runs: folderOf(root),
      adopt: root.adopt,
      settleSeconds: 0.2,
      sweepSeconds: 1,
    }))
    lab.settings.config = { watch }
    await lab.configure()
    for (const root of roots) {
      mkdirSync(folderOf(root))
      await writeRun(folderOf(root), novaSeqRun(root.base + 1))
      await oldRun(folderOf(root), root.base + 2, 10)
      await oldRun(folderOf(root), root.base + 3, 400)
      await writeRun(folderOf(root), novaSeqRun(root.base + 4), { finished: false })
    }
    const dry = JSON.parse((await lab.cli('run', '--dry-run', '--json')).stdout)
    expect(
      dry.roots.map((one: Record<string, unknown>) => [
        one['adopt'],
        one['adopted'],
        one['registered'],
        one['left'],
      ]),
    ).toEqual(roots.map((root) => [root.adopt, root.leftAlone.length, 3 - root.leftAlone.length, 1]))
    expect(existsSync(lab.state) && (await readdir(lab.state))).toEqual([])
    await lab.start()
    for (const root of roots) {
      const told = await lab.event('root.first-scan', (line) => line['root'] === folderOf(root))
      expect(told).toMatchObject({ adopted: root.leftAlone.length, active: 1 })
    }
    const leftAlone = roots.flatMap((root) => root.leftAlone).toSorted()
    expect(await adopted(lab)).toEqual(leftAlone)
    for (const root of roots) {
      await oldRun(folderOf(root), root.base + 5, 400)
      await finishRun(join(folderOf(root), novaSeqRun(root.base + 4).runId))
    }
    const all = roots.flatMap(({ base }) => [1, 2, 3, 4, 5].map((number) => novaSeqRun(base + number).runId))
    const taken = all.filter((run) => !leftAlone.includes(run))
    for (const run of taken) await lab.event('run.completed', (line) => line['run'] === run)
    expect(await adopted(lab)).toEqual(leftAlone)
    const rows = await lab.registrations((some) => some.every((row) => row.reason === 'sheet'))
    expect(rows.map((row) => row.subject.name).toSorted()).toEqual(taken.toSorted())
    const later = JSON.parse((await lab.cli('run', '--dry-run', '--json')).stdout)
    expect(later.roots).toMatchObject(
      roots.map(() => ({ firstScan: 'made', registered: 0, left: 0, known: 5 })),
    )
  })

  test('leaves alone also what lacks a file that decides nothing, and what is found to be settled only later', async () => {
    await using lab = await openLab({ runs: { adopt: 'seen', settleSeconds: 1, sweepSeconds: 0.3 } })
    const lacking = await oldRun(lab.runs, 1, 400)
    rmSync(join(lacking, 'RunParameters.xml'))
    await lab.start()
    await firstScan(lab)
    await lab.event('run.adopted', (line) => line['run'] === basename(lacking))
    expect(await adopted(lab)).toEqual([basename(lacking)])
    expect(await lab.ls()).toEqual([])
  })

  test('that was cut off by a kill counts as not made, also where the rule has changed since', async () => {
    await using lab = await openLab({ runs: { adopt: 'seen' } })
    for (let number = 1; number <= 30; number++) await oldRun(lab.runs, number, 30)
    lab.spawn()
    await lab.event('run.adopted')
    await lab.end('SIGKILL')
    expect(lab.lines.some((line) => line.event === 'root.first-scan')).toBe(false)
    await oldRun(lab.runs, 31, 30)
    lab.settings.runs = { adopt: 'since:60d' }
    await lab.configure()
    const from = lab.lines.length
    await lab.start()
    expect(await firstScan(lab, from)).toMatchObject({ adopted: 0, registered: 31 })
    expect(await listed(lab)).toHaveLength(31)
  })

  test('is made once: what came while the daemon was down is taken, and what was left alone stays so', async () => {
    await using lab = await openLab({ runs: { adopt: 'seen' } })
    await oldRun(lab.runs, 1, 30)
    await lab.start()
    await firstScan(lab)
    await lab.end()
    await oldRun(lab.runs, 2, 30)
    const from = lab.lines.length
    await lab.start()
    await lab.event('run.completed', (line) => line['run'] === novaSeqRun(2).runId, from)
    expect(await adopted(lab)).toEqual([novaSeqRun(1).runId])
  })
})

describe('a run that was left alone', () => {
  test('is registered by retry PATH, once', async () => {
    await using lab = await openLab({ runs: { adopt: 'seen' } })
    const folder = await oldRun(lab.runs, 1, 30)
    await lab.start()
    await firstScan(lab)
    expect(await adopted(lab)).toEqual([novaSeqRun(1).runId])
    expect((await lab.cli('retry', folder)).code).toBe(0)
    expect(await adopted(lab)).toEqual([])
    const rows = await lab.registrations((all) => all.length > 0)
    expect(rows.map((row) => [row.subject.name, row.state, row.reason])).toEqual([
      [novaSeqRun(1).runId, 'waiting', 'sheet'],
    ])
  })

  test('stays so when its folder is renamed or its files change, and a copy of it counts as having come', async () => {
    await using lab = await openLab({ runs: { adopt: 'seen', settleSeconds: 0.1 } })
    const folder = await oldRun(lab.runs, 1, 30)
    await oldRun(lab.runs, 2, 30)
    await lab.start()
    await firstScan(lab)
    const renamed = join(lab.runs, '2020_archived_run')
    renameSync(folder, renamed)
    await lab.event('run.adopted', (line) => line['path'] === renamed)
    writeFileSync(join(renamed, 'SampleSheet.csv'), 'not yet')
    expect(await adopted(lab)).toEqual([novaSeqRun(2).runId, basename(renamed)])
    expect(await lab.ls()).toEqual([])
    cpSync(renamed, join(lab.runs, 'a copy'), { recursive: true })
    await lab.event('run.completed')
    expect(await listed(lab)).toEqual([novaSeqRun(1).runId])
  })
})

describe('the rule', () => {
  const now = new Date('2026-06-10T12:00:00Z')

  test('counts what lay there when the root was first scanned, as it lay there', () => {
    const unchanged = { firstSeen: '2026-06-01T00:00:00.000Z', changed: '2026-06-01T00:00:00.000Z' }
    const changed = { ...unchanged, changed: '2026-06-01T00:00:09.000Z' }
    const ended = '2026-06-01T00:00:05.000Z'
    expect(layThere(unchanged, { isThis: true, ended: null })).toBe(true)
    expect(layThere(unchanged, { isThis: false, ended: null })).toBe(false)
    expect(layThere(unchanged, { isThis: false, ended })).toBe(true)
    expect(layThere(changed, { isThis: false, ended })).toBe(false)
    expect(layThere(unchanged, { isThis: false, ended: '2026-05-31T00:00:00.000Z' })).toBe(false)
  })

  test('goes by the instant at which a run ended, in the zone of its clock, and else by its end marker', async () => {
    await using root = await temporaryFolder()
    const reading = inspectPath(await writeRun(root.path, novaSeqRun(1))) as Extract<
      Reading,
      { kind: 'run-folder' }
    >
    const endedAt = (end: object | null) =>
      ({ ...reading, reading: { ...reading.reading, run: { ...reading.reading.run, end } } }) as Reading
    const local = {
      text: 'x',
      local: '2026-06-10T00:30:00',
      instant: null,
      zone: 'local',
      precision: 'second',
    }
    const instant = { ...local, local: null, instant: '2026-06-10T00:30:00.000Z', zone: 'utc' }
    const adopt: Adopt = { rule: 'since', date: '2026-06-10' }
    const by = { markModified: async () => '2026-06-09T00:00:00.000Z', zone: null, rootZone: null, now }
    expect(await isLeftAlone(adopt, endedAt(instant), by)).toBe(false)
    expect(await isLeftAlone(adopt, endedAt(local), by)).toBe(true)
    expect(await isLeftAlone(adopt, endedAt(local), { ...by, zone: 'America/New_York' })).toBe(false)
    expect(await isLeftAlone(adopt, endedAt(local), { ...by, zone: 'Europe/Berlin' })).toBe(true)
    const markModified = async () => '2026-06-10T00:00:01.000Z'
    expect(await isLeftAlone(adopt, endedAt(local), { ...by, markModified })).toBe(false)
    expect(await isLeftAlone(adopt, endedAt(instant), { ...by, rootZone: 'America/New_York' })).toBe(true)
  })
})
