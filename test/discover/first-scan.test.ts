import { expect, test } from 'vitest'
import { createFirstScan } from '../../src/discover/first-scan.ts'

test('what the first whole sweep saw lay there as it was then, until it is gone', () => {
  const scan = createFirstScan('/runs')
  scan.saw('/runs/A', 'as it was')
  scan.saw('/runs/A', 'changed')
  scan.swept()
  scan.saw('/runs/B', 'new')
  expect(scan.had('/runs/A', 'as it was')).toBe(true)
  expect(scan.had('/runs/A', 'changed')).toBe(false)
  expect(scan.had('/runs/B', 'new')).toBe(false)
  scan.forget('/runs/A')
  expect(scan.had('/runs/A', 'as it was')).toBe(false)
})

test('what lies where the first sweep could not see lay there too, until a whole sweep has seen it', () => {
  const scan = createFirstScan('/runs')
  scan.couldNotSee('/runs/group')
  scan.swept()
  scan.couldNotSee('/runs/other')
  scan.canSee('/runs/group')
  scan.saw('/runs/group/A', 'at last')
  scan.saw('/runs/other/A', 'new')
  scan.saw('/runs/group2/A', 'new')
  scan.swept()
  scan.saw('/runs/group/B', 'new')
  expect(scan.had('/runs/group/A', 'at last')).toBe(true)
  for (const path of ['/runs/other/A', '/runs/group2/A', '/runs/group/B'])
    expect(scan.had(path, 'new')).toBe(false)
})

test('of several folders that it could not see into each counts until it has been seen itself', () => {
  const scan = createFirstScan('/runs')
  scan.couldNotSee('/runs/group')
  scan.swept()
  scan.canSee('/runs/group')
  scan.couldNotSee('/runs/group/inner')
  scan.swept()
  scan.saw('/runs/group/A', 'new')
  scan.saw('/runs/group/inner/A', 'at last')
  expect(scan.had('/runs/group/A', 'new')).toBe(false)
  expect(scan.had('/runs/group/inner/A', 'at last')).toBe(true)
})
