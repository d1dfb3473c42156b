/** Opening, copying and closing the journal's file: what is made, what is refused, and what of it others may do. */
import { copyFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { markerOf, migrate } from '../../src/journal/open.ts'
import { STEPS } from '../../src/journal/schema.ts'
import { journalOfTest, open, opened, placeOfTest } from './rig.ts'

const why = async (...given: Parameters<typeof open>) => {
  const result = await open(...given)
  if (!result.ok) return result.error.why
  await result.value.close()
  return 'open'
}

test('a journal is made where none was, for nobody else to read', async () => {
  const { folder, file } = await placeOfTest()
  const journal = await opened(file)
  await journal.setMeta('a', '1')
  for (const name of await readdir(folder)) {
    const { mode } = await stat(join(folder, name))
    expect([name, (mode & 0o777).toString(8)]).toEqual([name, '600'])
  }
  await journal.close()
  const again = await opened(file)
  expect(await again.getMeta('a')).toBe('1')
  await again.close()
})

test('reading makes no journal where there is none', async () => {
  const { folder, file } = await placeOfTest()
  expect(await why(file, { readOnly: true })).toBe('absent')
  expect(await why(file, { expectExisting: true })).toBe('absent')
  expect(await readdir(folder)).toEqual([])
})

test('a journal that vanished is missing, never an empty one in silence', async () => {
  const { file } = await placeOfTest()
  expect(await why(file)).toBe('open')
  await rm(file)
  expect(await why(file)).toBe('missing')
  expect(await why(file, { readOnly: true })).toBe('missing')
})

test('the marker of an earlier version counts, and gives way to the one that outlives `rm journal.sqlite*`', async () => {
  const { folder, file } = await placeOfTest()
  await writeFile(`${file}.exists`, '')
  expect(await why(file)).toBe('missing')
  await rm(`${file}.exists`)
  expect(await why(file)).toBe('open')
  await rm(markerOf(file))
  await writeFile(`${file}.exists`, '')
  expect(await why(file)).toBe('open')
  expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual(['journal.sqlite'])
  await rm(file)
  expect(await why(file)).toBe('missing')
})

test('a journal cut to nothing, overwritten or torn is damaged', async () => {
  const { file } = await placeOfTest()
  const journal = await opened(file)
  for (let index = 0; index < 200; index += 1) await journal.setMeta(`key ${index}`, 'x'.repeat(500))
  await journal.close()
  const whole = await readFile(file)
  await truncate(file, 0)
  expect(await why(file)).toBe('damaged')
  await writeFile(file, 'Dear reader, this was a journal once. '.repeat(100))
  expect(await why(file)).toBe('damaged')
  await writeFile(file, Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(whole.length - 8192, 0x5a)]))
  expect(await why(file)).toBe('damaged')
  await writeFile(file, whole)
  expect(await why(file)).toBe('open')
})

test('an older program refuses a newer journal, and leaves it as it is', async () => {
  const { file } = await placeOfTest()
  expect(await why(file)).toBe('open')
  const db = new DatabaseSync(file)
  db.exec('PRAGMA user_version = 999')
  db.close()
  expect(await why(file)).toBe('newer')
})

test('a journal of an earlier version is brought forward by who owns it, and by nobody beside a daemon of that version', async () => {
  const { file } = await placeOfTest()
  const db = new DatabaseSync(file)
  migrate(db, file, STEPS.slice(0, 1))
  db.close()
  expect(await why(file, { readOnly: true })).toBe('older')
  expect(await why(file, { expectExisting: true })).toBe('older')
  expect(await why(file)).toBe('open')
  expect(await why(file, { readOnly: true })).toBe('open')
})

test('the database of another program is not ours to fill', async () => {
  const { file } = await placeOfTest()
  const db = new DatabaseSync(file)
  db.exec('PRAGMA user_version = 1; CREATE TABLE theirs (a)')
  db.close()
  expect(await why(file)).toBe('unusable')
})

test('an older journal is copied, then brought forward in one transaction', async () => {
  const { file } = await placeOfTest()
  const db = new DatabaseSync(file)
  migrate(db, file, ['CREATE TABLE one (a); INSERT INTO one VALUES (7)'])
  migrate(db, file, ['CREATE TABLE one (a)', 'ALTER TABLE one ADD COLUMN b', 'CREATE TABLE two (c)'])
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 })
  expect(db.prepare('SELECT a, b FROM one').all()).toEqual([{ a: 7, b: null }])
  const steps = ['', '', '', 'CREATE TABLE three (d)', 'this is not SQL']
  expect(() => migrate(db, file, steps)).toThrow()
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 })
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'three'").all()).toEqual([])
  db.close()
  expect((await stat(`${file}.version-1`)).mode & 0o777).toBe(0o600)
  const copy = new DatabaseSync(`${file}.version-1`)
  expect(copy.prepare('SELECT * FROM one').all()).toEqual([{ a: 7 }])
  copy.close()
})

test('a journal is read beside its writer and after it has ended, and reading changes nothing', async () => {
  const { file } = await placeOfTest()
  const writer = await opened(file)
  const reader = await opened(file, { readOnly: true })
  await writer.setMeta('a', '1')
  expect(await reader.getMeta('a')).toBe('1')
  await expect(reader.setMeta('a', '2')).rejects.toThrow()
  await reader.close()
  await writer.close()
  const after = await opened(file, { readOnly: true })
  expect(await after.getMeta('a')).toBe('1')
  await after.close()
})

test('a backup made while others write is whole, and can take the place of the journal', async () => {
  const { folder, file } = await placeOfTest()
  const journal = await opened(file)
  await journal.setMeta('before', 'yes')
  const copy = join(folder, 'copy')
  await Promise.all([
    journal.backup(copy),
    ...Array.from({ length: 20 }, (_, n) => journal.setMeta(`n${n}`, 'x')),
  ])
  await journal.close()
  expect((await stat(copy)).mode & 0o777).toBe(0o600)
  await copyFile(copy, file)
  for (const rest of ['-wal', '-shm']) await rm(`${file}${rest}`, { force: true })
  const restored = await opened(file)
  expect(await restored.getMeta('before')).toBe('yes')
  await restored.close()
  expect(await readdir(folder)).not.toContain('copy.part')
  expect(await readdir(folder)).toContain('.journal.sqlite-was-here')
})

test('another process that wrote is noticed once', async () => {
  const { journal, another } = await journalOfTest()
  const command = await another()
  await journal.setMeta('mine', '1')
  expect(await journal.changedElsewhere()).toBe(false)
  await command.setMeta('theirs', '1')
  expect([await journal.changedElsewhere(), await journal.changedElsewhere()]).toEqual([true, false])
  await command.close()
})

test('a root has its first scan once', async () => {
  const { journal } = await journalOfTest()
  const at = (time: string) => new Date(`2026-11-21T${time}:00.000Z`)
  expect(await journal.rootFirstScan('/data')).toBeNull()
  expect(await journal.rootScanned('/data', at('12:00'))).toBe(true)
  expect(await journal.rootScanned('/data', at('13:00'))).toBe(false)
  expect(await journal.rootFirstScan('/data')).toBe('2026-11-21T12:00:00.000Z')
})
