/** SQLite's log of commits, folded by a thread while others write. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { foldInThread } from '../../src/journal/fold.ts'
import { placeOfTest } from './rig.ts'

test('a log is folded beside the commits, and where it has grown long they wait until it begins anew', async () => {
  const { folder } = await placeOfTest()
  const file = join(folder, 'a b?c%41.sqlite')
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE kept (what BLOB)')
  const folding = foldInThread(file)
  onTestFinished(() => folding.close())
  const insert = db.prepare('INSERT INTO kept VALUES (?)')
  /** Each of some 400 pages: whether the last had to be waited for. */
  const sixteenCommits = async () => {
    let held: Promise<void> | null = null
    for (let commits = 0; commits < 16; commits++) {
      insert.run(Buffer.alloc(1_600_000))
      held = folding.committed()
    }
    await held
    return held !== null
  }
  // What somebody still reads must stay in the log.
  const reader = new DatabaseSync(file)
  reader.exec('BEGIN; SELECT count(*) FROM kept')
  expect(await sixteenCommits()).toBe(false)
  await folding.idle()
  reader.exec('COMMIT')
  reader.close()
  expect(await sixteenCommits()).toBe(true)
  insert.run('one page more')
  expect(db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log']).toBeLessThan(20)
  db.close()
})

test('a thread that is behind by as much again is waited for', async () => {
  const { file } = await placeOfTest()
  const folding = foldInThread(file)
  // It has no time to answer in between.
  const waited = Array.from({ length: 32 }, () => folding.committed() !== null)
  expect(waited).toEqual([...Array(31).fill(false), true])
  await folding.close()
})

test('a file that is gone holds nobody up, and is not made anew', async () => {
  const { file } = await placeOfTest()
  const folding = foldInThread(file)
  for (let commits = 0; commits < 100; commits++) {
    await folding.committed()
    await folding.idle()
  }
  await folding.close()
  expect(existsSync(file)).toBe(false)
})
