/** What the pages say and show: likely partners, where bars stand, what a revision changed, and what all of it weighs. */
import { expect, test } from 'vitest'
import type { RunSpan } from '../../src/journal/journal.ts'
import { createClock } from '../../src/ops/clock.ts'
import { timelineOf } from '../../src/ops/timeline.ts'
import { accepted, lost, openRig, planOf, refused, registered, runAt } from './rig.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const HOUR = 3_600_000
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR).toISOString()

test('the page tells which run a waiting sheet probably means, and which runs wait', async () => {
  await using rig = await openRig()
  const run = runAt(new Date(), {
    ...{ model: 'MiSeq', serial: 'M01234', runId: '261121_M01234_0381_KB7XQ', flowcell: 'KB7XQ' },
    ...{ from: 30, to: 3 },
  })
  await rig.journal.saveArtifact(run)
  const at = { at: new Date() }
  const waiting = { body: null, waitingFor: ['sheet' as const], path: run.path }
  await registered(rig.journal, { name: '261121_M01234_0381_KB7XQ', ...waiting }, at)
  const awaited = {
    name: '261121_M01234_0381_KB7QX',
    library: 'LIB-1',
    body: null,
    waitingFor: ['run' as const],
  }
  await registered(rig.journal, awaited, at)
  const page = await (await fetch(rig.url)).text()
  expect(page).toMatch(/Perhaps <code>261121_M01234_0381_KB7XQ<\/code> is meant \(differs in one place\)\?/)
  expect(page).toMatch(/Runs waiting for a sheet <b>1<\/b>/)
  expect(page).toMatch(/Sheets waiting for a run <b>1<\/b>/)
})

const span = (runId: string, from: number, to: number | null, more: Partial<RunSpan> = {}): RunSpan => {
  const { reading, path, firstSeen, changed } = runAt(NOW, {
    ...{ model: 'MiSeq', serial: 'M01234', runId, flowcell: 'F', from, to },
  })
  if (reading.kind !== 'run-folder') throw new Error('a run was asked for')
  const ended = to !== null
  return {
    ...{ path, firstSeen, changed, ended, run: reading.reading.run, status: ended ? 'done' : 'active' },
    ...{ state: ended ? 'completed' : 'in_progress', registrations: [], sheetSeen: null },
    ...more,
  }
}
const DAYS_14 = 14 * 24
const percent = (hours: number) => Math.round((1000 * (DAYS_14 - hours)) / DAYS_14) / 10

test('bars stand where their times are, beside each other where runs overlap', () => {
  const clock = createClock('UTC', NOW)
  const registration = { id: 'id-1', registry: 'climb', reason: null }
  const { lanes, days } = timelineOf(
    [
      span('run-1', 168, 84, {
        sheetSeen: hoursAgo(120),
        registrations: [{ ...registration, state: 'registered', since: hoursAgo(48) }],
      }),
      span('run-2', 100, 50, { registrations: [{ ...registration, state: 'held', since: hoursAgo(49) }] }),
      span('run-3', 24, null),
      span('run-4', 400, 300, { status: 'adopted' }),
      span('run-5', 500, 400),
    ],
    clock,
    NOW,
  )
  expect(days.length).toBeGreaterThanOrEqual(13)
  expect(lanes.map(({ instrument, rows }) => [instrument, rows])).toEqual([['M01234', 2]])
  const bars = new Map(lanes[0]?.bars.map((bar) => [bar.title.split(' ')[0], bar]))
  expect([...bars.keys()].toSorted()).toEqual(['run-1', 'run-2', 'run-3', 'run-4'])
  expect(bars.get('run-1')).toMatchObject({
    ...{ left: percent(168), width: 25, row: 0, look: 'ended', sheetAt: percent(120) },
    ...{ mark: { at: percent(48), tone: 'good' }, href: '/registrations/id-1' },
  })
  expect(bars.get('run-2')).toMatchObject({ row: 1, mark: { at: percent(50), tone: 'needs' } })
  const running = bars.get('run-3')
  expect(running).toMatchObject({ look: 'running', href: null, mark: null })
  expect((running?.left ?? 0) + (running?.width ?? 0)).toBeCloseTo(100, 0)
  // Begun before the window opens.
  expect(bars.get('run-4')).toMatchObject({ left: 0, look: 'left-alone' })
})

test('no bar hides the mark of another', async () => {
  await using rig = await openRig()
  const now = new Date()
  for (const [runId, from, to] of [
    ['run-1', 90, 50],
    ['run-2', 50, 10],
  ] as const) {
    const run = runAt(now, { ...{ model: 'MiSeq', serial: 'M01234', runId, flowcell: runId }, from, to })
    await rig.journal.saveArtifact(run)
    await registered(rig.journal, { name: runId, path: run.path }, { at: now, outcome: accepted(runId) })
  }
  const [, lane = ''] =
    /aria-label="Runs of M01234"([\s\S]*?)<\/svg>/.exec(await (await fetch(rig.url)).text()) ?? []
  expect(lane.match(/<rect|#m-good/g)).toEqual(['<rect', '<rect', '#m-good', '#m-good'])
})

test('the screen on the wall has the first few of what needs somebody, and says how many more', async () => {
  await using rig = await openRig()
  for (let number = 1; number <= 7; number++) {
    const outcome = number <= 6 ? refused('no such biosample') : accepted('R-7')
    await registered(rig.journal, { name: `run-${number}` }, { at: new Date(), outcome })
  }
  const needs = async (path: string) => {
    const [, section = ''] =
      /<section id="needs">([\s\S]*?)<\/section>/.exec(await (await fetch(rig.url + path)).text()) ?? []
    return [section.match(/<article/g)?.length, /and \d+ more/.exec(section)?.[0]]
  }
  expect(await needs('/?kiosk')).toEqual([4, 'and 2 more'])
  expect(await needs('/')).toEqual([6, undefined])
})

test('what a revision changed is shown as before and after, field by field', async () => {
  await using rig = await openRig()
  const given = { type: 'library' as const, name: 'LIB-7', library: 'LIB-7' }
  const body = {
    library_name: 'LIB-7',
    library_seq_kit: 'LSK108',
    library_layout_config: 'PAIRED',
    gone: 'x',
  }
  const id = await registered(rig.journal, { ...given, body }, { at: NOW })
  await rig.journal.plan(
    [
      planOf({
        ...given,
        body: { library_name: 'LIB-7', library_seq_kit: 'LSK109 <b>', library_layout_config: 'PAIRED' },
      }),
    ],
    new Date(NOW.getTime() + 1000),
  )
  const page = await (await fetch(`${rig.url}/registrations/${id}`)).text()
  expect(page).toMatch(/Revisions <b>2<\/b>/)
  const text = page.replaceAll(/\s+/g, ' ')
  expect(text).toContain('<del>LSK108</del> <ins>LSK109 &lt;b&gt;</ins>')
  expect(text).toContain('<del>x</del>')
  expect(text).not.toContain('<del>PAIRED</del>')
})

test('the page with its style and script weighs at most 60 kB when every list of it is full', async () => {
  await using rig = await openRig()
  const now = new Date()
  const ago = (hours: number) => ({ at: new Date(now.getTime() - hours * HOUR) })
  const long = 'a reason that a registry gives at some length, with names and values; '.repeat(20)
  for (let number = 0; number < 70; number++) {
    const runId = `261121_A0056${number % 7}_${String(number).padStart(4, '0')}_AH7GTDSX3`
    const run = runAt(now, {
      ...{ model: 'NovaSeq 6000', serial: `A0056${number % 7}`, runId, flowcell: `H${number}` },
      ...{ from: 4 * number + 40, to: 4 * number + 1 },
    })
    await rig.journal.saveArtifact(run)
    const outcome = [accepted(runId), lost, refused(long, long, long, long)][number % 3]
    const waits =
      number > 50 ? ([['sheet'], ['run'], ['run-completion'], ['grace']] as const)[number % 4] : []
    await registered(
      rig.journal,
      { name: runId, library: `LIB-${number}`, path: run.path, waitingFor: [...(waits ?? [])] },
      { ...ago(number), ...(outcome !== undefined && number <= 50 && number % 10 !== 9 && { outcome }) },
    )
    await rig.journal.openRegistry('climb', 'probe', now)
  }
  const parts = ['/', '/style.css', '/live.js'].map(
    async (path) => (await (await fetch(rig.url + path)).arrayBuffer()).byteLength,
  )
  const [page = 0, ...others] = await Promise.all(parts)
  expect(page).toBeGreaterThan(35_000)
  expect(others.reduce((sum, one) => sum + one, page)).toBeLessThanOrEqual(60_000)
})
