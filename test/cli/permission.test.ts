/** What a user meets who is not the one the daemon runs as, and what root leaves behind who acts for that one. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decideAt } from '../../src/deliver/decide.ts'
import { openJournal } from '../../src/journal/open.ts'
import { openDesk, PROJECT } from './rig.ts'

const NOBODY = 65_534
const MAIN = join(PROJECT, 'src/main.ts')
const asNobody = (command: string, args: string[], cwd = '/') =>
  spawnSync(command, args, {
    uid: NOBODY,
    gid: NOBODY,
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
/** Only root may act as somebody else, who must be able to read the program. */
const canAct =
  process.getuid?.() === 0 &&
  [process.execPath, MAIN].every((file) => asNobody('test', ['-r', file]).status === 0)

/** A folder that everybody may look into, with a configuration and a state folder of root's. */
function openOffice() {
  const desk = openDesk()
  onTestFinished(() => desk[Symbol.dispose]())
  const { folder } = desk
  chmodSync(folder, 0o755)
  const state = join(folder, 'state')
  mkdirSync(state)
  writeFileSync(join(folder, 'c.yaml'), 'state: state\n')
  const config = ['--config', join(folder, 'c.yaml')]
  return {
    ...{ folder, state },
    root: (...args: string[]) => desk.runherald([...args, ...config]),
    nobody: (...args: string[]) => asNobody(process.execPath, [MAIN, ...args, ...config], folder),
  }
}

async function makeJournal(folder: string): Promise<string> {
  const file = join(folder, 'journal.sqlite')
  const opened = await openJournal(file, { decide: decideAt(1) })
  if (!opened.ok) throw new Error(opened.error.detail)
  await opened.value.setMeta('made', 'for a test')
  await opened.value.close()
  return file
}

describe.skipIf(!canAct)('as another user', () => {
  test.for([
    ['run', 0o755],
    ['ls', 0o700],
    ['doctor', 0o700],
  ] as const)(
    '%s on a state folder of another user is told apart from a fault of the disk',
    async ([command, mode]) => {
      const { state, nobody } = openOffice()
      await makeJournal(state)
      chmodSync(state, mode)
      const { status, stdout, stderr } = nobody(command)
      expect([status, stdout + stderr]).toEqual([
        command === 'doctor' ? 1 : 77,
        expect.stringContaining(state),
      ])
      expect(stdout).not.toContain('none yet')
      expect(stdout.includes('Run doctor as the user')).toBe(command === 'doctor')
    },
  )

  test('a copy that may not be read gives 77; one in a folder that may not be written to is put back', async () => {
    const { folder, state, nobody } = openOffice()
    const journal = await makeJournal(folder)
    chownSync(state, NOBODY, NOBODY)
    expect(nobody('restore', journal).status).toBe(77)
    expect(readdirSync(state).filter((name) => name.startsWith('journal'))).toEqual([])
    chmodSync(journal, 0o644)
    expect(nobody('restore', journal)).toMatchObject({ status: 0, stderr: '' })
  })

  test('what root restores belongs to the user whose state folder it is', async () => {
    const { folder, state, root } = openOffice()
    const journal = await makeJournal(folder)
    chownSync(state, NOBODY, NOBODY)
    expect(root('restore', journal).exit).toBe(0)
    const owners = readdirSync(state).map((name) => [name, statSync(join(state, name)).uid])
    expect(owners).toEqual(readdirSync(state).map((name) => [name, NOBODY]))
    expect(owners.map(([name]) => name)).toContain('journal.sqlite')
  })
})

test('a journal that was copied with its write-ahead log is put back with it', async () => {
  const { folder, state, root } = openOffice()
  const file = join(folder, 'journal.sqlite')
  const opened = await openJournal(file, { decide: decideAt(1) })
  if (!opened.ok) throw new Error(opened.error.detail)
  await opened.value.pauseRegistry('climb', 'operator', 'in the log alone', new Date())
  const copy = join(folder, 'copy.sqlite')
  for (const ending of ['', '-wal']) copyFileSync(file + ending, copy + ending)
  await opened.value.close()
  expect(root('restore', copy).exit).toBe(0)
  const restored = await openJournal(join(state, 'journal.sqlite'), { decide: decideAt(1), readOnly: true })
  if (!restored.ok) throw new Error(restored.error.detail)
  expect(await restored.value.registries()).toMatchObject([{ name: 'climb', state: 'paused' }])
  await restored.value.close()
})
