/** Commits that many calls share: none is answered before the disk has them. */
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createStore } from '../../src/journal/store.ts'
import { placeOfTest } from './rig.ts'

async function openDatabase(): Promise<DatabaseSync> {
  const { file } = await placeOfTest()
  const db = new DatabaseSync(file)
  onTestFinished(() => db.close())
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (what TEXT) STRICT')
  return db
}

test('no call is answered before the sync it shares, and those that come meanwhile share the next', async () => {
  const db = await openDatabase()
  const syncs: Array<() => void> = []
  let asked = Promise.withResolvers<void>()
  const store = createStore(db, {
    sync: () =>
      new Promise((resolve) => {
        syncs.push(resolve)
        asked.resolve()
        asked = Promise.withResolvers()
      }),
  })
  const answered: string[] = []
  const keep = async (what: string) => {
    await store.transaction(() => store.run('INSERT INTO kept VALUES (?)', what))
    answered.push(what)
  }
  const first = asked.promise
  const all = [keep('a'), keep('b')]
  await first
  const second = asked.promise
  all.push(keep('c'), keep('d'))
  // Whatever would be answered or committed too early has now had its turn.
  await nextTurn()
  await nextTurn()
  expect([store.all('SELECT * FROM kept').length, answered, syncs.length]).toEqual([2, [], 1])
  syncs[0]?.()
  await second
  expect([store.all('SELECT * FROM kept').length, answered]).toEqual([4, ['a', 'b']])
  syncs[1]?.()
  await Promise.all(all)
  expect([answered, syncs.length]).toEqual([['a', 'b', 'c', 'd'], 2])
  await store.drained()
})

test('a call made as another returns, or at any moment after, is kept too', async () => {
  const store = createStore(await openDatabase(), { sync: async () => {} })
  for (let moments = 0; moments < 20; moments += 1) {
    await store.transaction(() => store.run('INSERT INTO kept VALUES (?)', String(moments)))
    for (let moment = 0; moment < moments; moment += 1) await null
  }
  expect(store.all('SELECT * FROM kept')).toHaveLength(20)
})

test('a call that fails alone fails alone', async () => {
  const db = await openDatabase()
  const store = createStore(db, { sync: async () => {} })
  const calls = ['a', 'b', 'c'].map((what) =>
    store.transaction(() => {
      store.run('INSERT INTO kept VALUES (?)', what)
      if (what === 'b') throw new Error('not this one')
    }),
  )
  const ends = await Promise.allSettled(calls)
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(store.all('SELECT what FROM kept').map(({ what }) => what)).toEqual(['a', 'c'])
})

test('after a sync that the disk refused nothing is kept any more, though later syncs would succeed', async () => {
  const db = await openDatabase()
  const told: unknown[] = []
  const refused = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
  const faults: unknown[] = [refused]
  const store = createStore(db, {
    sync: async () => {
      const fault = faults.shift()
      if (fault !== undefined) throw fault
    },
    onBroken: (thrown) => told.push(thrown),
  })
  const keep = (what: string) => store.transaction(() => store.run('INSERT INTO kept VALUES (?)', what))
  const together = await Promise.allSettled([keep('a'), keep('b')])
  const later = await Promise.allSettled([keep('c')])
  expect([...together, ...later].map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(told).toEqual([refused])
})
