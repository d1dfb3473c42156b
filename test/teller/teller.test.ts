/** The teller on a real journal: what is news to it, what it owes over a restart, and what it puts away. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, watch } from 'node:fs'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sheetLook } from '../../src/discover/fingerprint.ts'
import { createInspector } from '../../src/inspector.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { batchKey } from '../../src/planning/keys.ts'
import { registrationId } from '../../src/record/identity.ts'
import { followSheets } from '../../src/teller/followed.ts'
import type { DropFolder } from '../../src/teller/keep-report.ts'
import { createTeller, type Teller, type TellerParts } from '../../src/teller.ts'
import { journalOfTest, sheetArtifact } from '../journal/rig.ts'
import { found, NOW, pipelineOn } from '../rig/pipeline.ts'
import { createWaiting } from '../rig/waiting.ts'

type Desk = {
  journal: Journal
  folder: string
  sheet(name: string, given?: { batch?: string; sha256?: string; bytes?: string }): Promise<void>
  /** Makes a batch known as one that waits, or has all it needs to be sent. */
  plan(batch: string, how?: { sendable: boolean }): Promise<void>
  teller(more?: Partial<TellerParts>): Teller
  /** Resolves once the report of a sheet says this. */
  says(name: string, wanted: Record<string, unknown>): Promise<void>
}

const idOf = (batch: string) => registrationId('codex', batchKey(batch))

async function openDesk(finished: DropFolder['finished'] = 'keep'): Promise<Desk> {
  const { journal, folder: place } = await journalOfTest()
  const folder = join(place, 'sheets')
  const reports = join(folder, '_status')
  await mkdir(reports, { recursive: true })
  const { changed, until } = createWaiting()
  const watcher = watch(reports, changed)
  onTestFinished(() => watcher.close())
  return {
    ...{ journal, folder },
    says(name, wanted) {
      const path = join(reports, `${name}.json`)
      return until(() => {
        const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
        return Object.entries(wanted).every(([key, value]) => report[key] === value)
      })
    },
    async sheet(name, { batch = name, sha256 = 'one', bytes = '' } = {}) {
      await writeFile(join(folder, name), bytes)
      const known = { root: folder, sha256 }
      await journal.saveArtifact(sheetArtifact(join(folder, name), { batches: [batch] }, known))
    },
    async plan(name, { sendable } = { sendable: false }) {
      const request = { method: 'POST' as const, path: '/', body: { batch_name: name }, secrets: [] }
      const subject = { type: 'batch' as const, key: batchKey(name), name, library: null, path: null }
      const submission = {
        ...{ id: idOf(name), registry: 'codex', kind: 'onecodex-v1', subject, facts: null },
        mapped: sendable ? { request, claims: [], prerequisite: null, warnings: [] } : null,
        ...{ waitingFor: sendable ? [] : ['sheet' as const], stop: null, problems: [] },
      }
      const traits = { repeatable: false, askable: true, busyIsSafe: false, corrects: false }
      await journal.plan([{ submission, traits, notBefore: null }], NOW)
    },
    teller: (more = {}) =>
      createTeller({
        journal,
        registries: ['codex'],
        dropFolders: [{ folder, finished }],
        dropFolderOf: () => ({ folder, finished }),
        timeZone: null,
        emit: () => {},
        now: () => NOW,
        ...more,
      }),
  }
}

const reportAt = async ({ folder }: Desk, name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(folder, '_status', `${name}.json`), 'utf8'))

/** A teller at work, until the end of the block. */
function begun(desk: Desk): AsyncDisposable {
  const teller = desk.teller()
  teller.begin()
  return { [Symbol.asyncDispose]: () => teller.close() }
}

test('what there is no time for at the end is told at the next start, and the end is not held up', async () => {
  const desk = await openDesk()
  const names = Array.from({ length: 60 }, (_, at) => `plate${at}.csv`)
  for (const name of names) await desk.sheet(name)
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const slow: Journal = {
    ...desk.journal,
    artifact(path) {
      vi.advanceTimersByTime(100)
      return desk.journal.artifact(path)
    },
  }
  const hurried = desk.teller({ journal: slow })
  for (const name of names) hurried.tell(join(desk.folder, name))
  hurried.begin()
  await hurried.close()
  const told = names.filter((name) => existsSync(join(desk.folder, '_status', `${name}.json`)))
  expect(told.length).toBeLessThan(names.length)
  await using _ = begun(desk)
  for (const name of names) await desk.says(name, { state: 'needs-fixing' })
})

test('a sheet judged anew of which nobody could be told before the end is told of at the next start', async () => {
  const desk = await openDesk()
  await desk.sheet('plate.csv')
  {
    await using _ = begun(desk)
    await desk.says('plate.csv', { sha256: 'one' })
  }
  await desk.sheet('plate.csv', { sha256: 'two' })
  await using _ = begun(desk)
  await desk.says('plate.csv', { sha256: 'two' })
})

test('a sheet put away keeps its report, whoever asks for it anew under its old name', async () => {
  const desk = await openDesk('move')
  const hash = (bytes: string) => createHash('sha256').update(bytes).digest('hex')
  await mkdir(join(desk.folder, 'done'))
  for (const [name, bytes] of Object.entries({ 'done/plate.csv': 'older', 'plate.csv': 'newer' }))
    await desk.sheet(name, { batch: 'B', sha256: hash(bytes), bytes })
  await desk.plan('B')
  await desk.journal.act(idOf('B'), { resolve: 'registered', remoteId: null, reason: null }, 'somebody', NOW)
  const moved = Promise.withResolvers<void>()
  const teller = desk.teller({ emit: (event) => void (event === 'sheet.moved' && moved.resolve()) })
  teller.tell(join(desk.folder, 'plate.csv'))
  teller.begin()
  await moved.promise
  teller.tell(join(desk.folder, 'plate.csv'))
  await teller.close()
  expect(await reportAt(desk, 'plate.csv')).toMatchObject({ sha256: hash('newer'), state: 'done' })
})

test('a sheet met where it was put away, before the journal knew of that, is told of as what it is', async () => {
  const desk = await openDesk('move')
  await mkdir(join(desk.folder, 'needs-fixing'))
  const teller = desk.teller()
  teller.begin()
  onTestFinished(() => teller.close())
  const path = join(desk.folder, 'needs-fixing', 'plate.csv')
  await writeFile(path, '')
  teller.received(path, [])
  await desk.says('plate.csv', { state: 'received' })
  await desk.sheet('needs-fixing/plate.csv')
  teller.read(path, 'known')
  await desk.says('plate.csv', { state: 'needs-fixing' })
})

test('a restart begins with what is owed, and with the last minute, whose reports a power cut may have taken', async () => {
  const desk = await openDesk()
  const { journal } = desk
  const path = (name: string) => join(desk.folder, name)
  for (const name of ['early.csv', 'late.csv', 'owed.csv']) await desk.sheet(name)
  let now = 0
  const followed = followSheets(journal, () => now)
  const news = async (from = followed) => new Set(await from.news())
  await desk.plan('owed.csv')
  await desk.plan('early.csv')
  expect(await news()).toEqual(new Set([path('owed.csv'), path('early.csv')]))
  await followed.told([path('owed.csv')])
  now = 61_000
  await desk.plan('late.csv')
  expect(await news()).toEqual(new Set([path('late.csv')]))
  await followed.told([path('owed.csv')])
  expect(await news(followSheets(journal))).toEqual(new Set([path('owed.csv'), path('late.csv')]))
})

test('a registry that is paused or opened is news of the sheets that wait there', async () => {
  const { journal, sheet, plan, folder } = await openDesk()
  for (const name of ['queued.csv', 'waiting.csv']) await sheet(name)
  await plan('queued.csv', { sendable: true })
  await plan('waiting.csv')
  const followed = followSheets(journal)
  await followed.news()
  await journal.pauseRegistry('codex', 'operator', 'maintenance', NOW)
  expect(await followed.news()).toEqual([join(folder, 'queued.csv')])
  await journal.openRegistry('codex', 'operator', NOW)
  expect(await followed.news()).toEqual([join(folder, 'queued.csv')])
})

test('a sheet whose reading was ended by the deadline is told so, and goes to needs-fixing', async () => {
  const desk = await openDesk('move')
  const { journal, folder } = desk
  const path = join(folder, 'slow.csv')
  const row = 'B,1Z999,1234567890,Human stool,Deep\n'
  await writeFile(
    path,
    `batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth\n${row.repeat(90_000)}`,
  )
  const moved = Promise.withResolvers<void>()
  const teller = desk.teller({ emit: (event) => void (event === 'sheet.moved' && moved.resolve()) })
  const inspector = createInspector({ threads: 1, deadlineMs: 1 })
  const pipeline = pipelineOn(journal, { inspect: inspector.inspect, news: teller, tell: teller.tell })
  teller.begin()
  const { fingerprint, modified } = sheetLook(await lstat(path))
  const seen = found(path, 'sheet', { fingerprint, modified, quietSince: modified })
  await pipeline.found(seen, { firstScan: false })
  await pipeline.settled()
  await moved.promise
  await teller.close()
  await inspector.close()
  expect(await reportAt(desk, 'slow.csv')).toMatchObject({
    ...{ state: 'needs-fixing', sent: false },
    problems: [
      { code: 'path.beyond-limits', found: 'it was still being read after 0.001 s', file: 'slow.csv' },
    ],
  })
  expect(await readdir(join(folder, 'needs-fixing'))).toEqual(['slow.csv'])
  const page = await readFile(join(folder, '_status', 'slow.csv.html'), 'utf8')
  for (const words of ['Nothing was sent', 'could not be read in the time', 'after 0.001 s'])
    expect(page).toContain(words)
})
