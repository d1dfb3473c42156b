/** How a disk is asked: few questions at once, none twice, in an order that finds new runs first; and what kind it is of. */
import { tmpdir } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { crawl } from '../../src/discover/crawl.ts'
import { createDisk } from '../../src/discover/disk.ts'
import { networkFileSystem } from '../../src/discover/file-system.ts'
import { createLooks } from '../../src/discover/looks.ts'

test('a disk that does not answer is given up, and not asked for the same path until it has', async () => {
  const disk = createDisk(10, () => 2)
  const answer = Promise.withResolvers<string>()
  await expect(disk.ask('/hung', () => answer.promise)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  let asked = 0
  const again = () => disk.ask('/hung', async () => ++asked)
  await expect(again()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(await disk.ask('/other', async () => 'well')).toBe('well')
  answer.resolve('late')
  await answer.promise
  await Promise.resolve()
  expect(await again()).toBe(1)
})

test('a disk that answers with an error gives that error', async () => {
  const disk = createDisk(1000, () => 1)
  await expect(disk.ask('/x', () => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO')
  expect(disk.isSilent()).toBe(false)
})

test('a disk is asked few questions at once, and the others when one has been answered', async () => {
  const disk = createDisk(60_000, () => 2)
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>())
  const begun: number[] = []
  const asked = gates.map(({ promise }, at) =>
    disk.ask(`/${at}`, () => {
      begun.push(at)
      return promise
    }),
  )
  await turn()
  expect(begun).toEqual([0, 1])
  gates[1]?.resolve()
  await asked[1]
  await turn()
  expect(begun).toEqual([0, 1, 2])
  for (const gate of gates) gate.resolve()
  await Promise.all(asked)
  expect(begun).toEqual([0, 1, 2, 3])
})

test('a disk that keeps every question is silent: those that waited are not asked, until it answers', async () => {
  const disk = createDisk(10, () => 1)
  const answer = Promise.withResolvers<void>()
  let asked = 0
  const first = disk.ask('/first', () => answer.promise)
  const second = disk.ask('/second', async () => ++asked)
  await expect(first).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  await expect(second).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(disk.isSilent()).toBe(true)
  answer.resolve()
  await turn()
  expect(disk.isSilent()).toBe(false)
  expect(await disk.ask('/second', async () => ++asked)).toBe(1)
})

test('a crawl visits everything it is led to, never more than so many at once', async () => {
  let most = 0
  let now = 0
  const seen: string[] = []
  await crawl(['1'], 3, async (item) => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
    seen.push(item)
    const number = Number(item)
    return number < 100 ? [`${number * 3}`, `${number * 3 + 1}`] : []
  })
  expect(seen).toHaveLength(47)
  expect(new Set(seen).size).toBe(47)
  expect(most).toBe(3)
})

test('a look asked for while one is under way is made once more after it, however often it is asked for', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let begun = 0
  const looks = createLooks(async () => {
    await gates[begun++]?.promise
    return begun
  })
  const first = looks.at('/x')
  await Promise.resolve()
  const others = [looks.at('/x'), looks.at('/x')]
  for (const gate of gates) gate.resolve()
  expect(await Promise.all([first, ...others])).toEqual([2, 2, 2])
  await looks.close()
})

test('the disk of this machine’s temp folder is local', async () => {
  expect(await networkFileSystem(tmpdir())).toBeNull()
})

test('a crawl visits first what may hold run folders, then the newest run folders, whatever way they write the year', async () => {
  const seen: string[] = []
  const start = ['130417_M1_0001_A', '20240705_0855_1G_P1', 'group', 'r64012_20200303_1', '230101_M1_0002_A']
  await crawl(start, 1, async (path) => {
    seen.push(path)
    return path === 'group' ? ['20250101_1200_1A_P2'] : []
  })
  expect(seen).toEqual([
    'group',
    '20250101_1200_1A_P2',
    '20240705_0855_1G_P1',
    '230101_M1_0002_A',
    'r64012_20200303_1',
    '130417_M1_0001_A',
  ])
})
