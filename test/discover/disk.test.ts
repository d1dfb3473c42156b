import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { crawl } from '../../src/discover/crawl.ts'
import { createDisk } from '../../src/discover/disk.ts'
import { networkFileSystem } from '../../src/discover/file-system.ts'
import { createLooks } from '../../src/discover/looks.ts'

test('a disk that does not answer is given up, and not asked for the same path until it has', async () => {
  const disk = createDisk(10)
  const answer = Promise.withResolvers<string>()
  await expect(disk.ask('/hung', () => answer.promise)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(disk.unanswered()).toBe(1)
  let asked = 0
  const again = () => disk.ask('/hung', async () => ++asked)
  await expect(again()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(await disk.ask('/other', async () => 'well')).toBe('well')
  answer.resolve('late')
  await answer.promise
  await Promise.resolve()
  expect(disk.unanswered()).toBe(0)
  expect(await again()).toBe(1)
})

test('a disk that answers with an error gives that error', async () => {
  const disk = createDisk(1000)
  await expect(disk.ask('/x', () => Promise.reject(new Error('EIO')))).rejects.toThrow('EIO')
  expect(disk.unanswered()).toBe(0)
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
  const looks = createLooks(
    async () => {
      await gates[begun++]?.promise
      return begun
    },
    () => {},
  )
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
