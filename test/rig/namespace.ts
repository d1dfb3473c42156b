/** A mount and user namespace of its own: in it a test mounts what it likes and lowers limits, and the machine is never changed. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Why there can be none here; null when there can. */
export function namespaceFault(): string | null {
  const tried = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt'], {
    encoding: 'utf8',
  })
  if (tried.error !== undefined) return 'unshare is not installed'
  if (tried.status !== 0) return `nothing may be mounted here (${tried.stderr.trim()})`
  return spawnSync('nsenter', ['--version']).status === 0 ? null : 'nsenter is not installed'
}

type Namespace = AsyncDisposable & {
  /** Runs a line of shell in it; throws what it says when it fails. */
  run(line: string): Promise<void>
  /** The path by which a process outside reaches what lies at this path in it. */
  seen(path: string): string
  /** The program and arguments under which another is to run in it, as the same process. */
  through: string[]
}

export async function openNamespace(): Promise<Namespace> {
  const shell = spawn('unshare', ['-rm', '--propagation', 'private', 'sh'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
  const run = async (line: string): Promise<void> => {
    shell.stdin.write(`{ ${line}; } 2>&1; echo "ended $?"\n`)
    const said: string[] = []
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`the namespace ended at: ${line}`)
      if (value === 'ended 0') return
      if (value.startsWith('ended ')) throw new Error(`${line}: ${said.join('\n')}`)
      said.push(value)
    }
  }
  // unshare becomes the shell, so that its process id is the shell's.
  await run('true')
  return {
    run,
    seen: (path) => `/proc/${shell.pid}/root${path}`,
    through: ['nsenter', '-t', String(shell.pid), '-U', '-m', '--preserve-credentials', '--'],
    async [Symbol.asyncDispose]() {
      const ended = once(shell, 'exit')
      shell.stdin.end()
      await ended
    },
  }
}
