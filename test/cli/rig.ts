/** Runs the program as a person does, in a folder of its own and without the configuration of this machine. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const PROJECT = resolve(import.meta.dirname, '../..')

/** Each command is a process of its own; compiled once, they start twice as fast. */
const CACHE = join(PROJECT, 'node_modules/.cache/runherald-compiled')

type Told = { exit: number | null; out: string; said: string }

export function openDesk() {
  const folder = mkdtempSync(join(tmpdir(), 'runherald-cli-'))
  return {
    folder,
    runherald(args: string[], env: NodeJS.ProcessEnv = {}): Told {
      const done = spawnSync(process.execPath, [join(PROJECT, 'src/main.ts'), ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: CACHE, ...env },
        maxBuffer: 64 * 1024 * 1024,
      })
      return { exit: done.status, out: done.stdout, said: done.stderr }
    },
    // The redis-server of a daemon that was killed may write here for a moment longer.
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}
