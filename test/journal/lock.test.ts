/** The locks on a state folder, each held by a process of its own that may be killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockState, PARTS, type Part } from '../../src/journal/lock.ts'
import { placeOfTest } from './rig.ts'

const LOCK = new URL('../../src/journal/lock.ts', import.meta.url).href
const HOLDER = `
  const { lockState } = await import(${JSON.stringify(LOCK)})
  const [, folder, ...parts] = process.argv
  const lock = lockState(folder, parts.length > 0 ? parts : undefined)
  console.log(lock.ok ? 'locked' : lock.error.why)
  setInterval(() => lock, 1000)`

/** A process of its own that takes the locks, and what it said. */
async function holder(folder: string, ...parts: Part[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder, ...parts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data')
  const kill = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { said: String(said).trim(), kill, [Symbol.asyncDispose]: kill }
}

test('a state folder belongs to one process, and is free as soon as that is killed', async () => {
  const { folder } = await placeOfTest()
  const first = await holder(folder)
  expect(first.said).toBe('locked')
  expect(lockState(folder)).toMatchObject({ ok: false, error: { why: 'held' } })
  await first.kill()
  const mine = lockState(folder)
  expect(mine.ok).toBe(true)
  const second = await holder(folder)
  expect(second.said).toBe('held')
  await second.kill()
  if (mine.ok) mine.value.release()
  const third = await holder(folder)
  expect(third.said).toBe('locked')
  await third.kill()
})

test('one process may watch and another one work, and nobody else does either', async () => {
  const { folder } = await placeOfTest()
  await using watching = await holder(folder, 'watch')
  expect(watching.said).toBe('locked')
  expect(lockState(folder)).toMatchObject({ ok: false, error: { why: 'held' } })
  await using working = await holder(folder, 'work')
  expect(working.said).toBe('locked')
  for (const part of PARTS)
    expect(lockState(folder, [part])).toMatchObject({ ok: false, error: { why: 'held' } })
})

test('a folder that cannot be locked says so', async () => {
  const { folder } = await placeOfTest()
  const missing = join(folder, 'missing')
  expect(lockState(missing)).toMatchObject({ ok: false, error: { why: 'unusable' } })
  await mkdir(missing)
  const lock = lockState(missing)
  expect(lock.ok).toBe(true)
  if (lock.ok) lock.value.release()
})
