/** Kills a process at a system call of our choice: strace ends it with SIGKILL before the n-th call of a name takes effect. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The calls by which the daemon leaves traces: on disk, at Redis, at registries and in its log. */
const CALLS = [
  'write',
  'pwrite64',
  'writev',
  'sendto',
  'sendmsg',
  'connect',
  'fsync',
  'fdatasync',
  'rename',
  'unlink',
  'ftruncate',
] as const
type Call = (typeof CALLS)[number]
export type Point = { call: Call; nth: number }

/** Why nothing can be traced here; null when it can. */
export function straceFault(): string | null {
  const tried = spawnSync('strace', [...killing({ call: 'write', nth: 1 }).slice(1), 'echo', 'x'], {
    encoding: 'utf8',
  })
  if (tried.error !== undefined) return 'strace is not installed'
  return tried.signal === 'SIGKILL' ? null : `strace may not trace here: ${tried.stderr.trim()}`
}

/** `-D`: the traced program stays our own child. Its threads count by themselves. */
const traced = (...calls: string[]): string[] => ['-D', '-f', '-qqq', '-e', `trace=${calls.join(',')}`]

export const killing = ({ call, nth }: Point): string[] => [
  'strace',
  ...traced(call),
  ...['-o', '/dev/null', '-e', `inject=${call}:signal=SIGKILL:when=${nth}`],
]

/** By seccomp, at a tenth of the cost; a signal is not delivered from there. */
export const counting = (file: string): string[] => [
  'strace',
  '--seccomp-bpf',
  ...traced(...CALLS),
  ...['-o', file],
]

/** Every point of a run that was counted: each call of the thread that made the most of its name. */
export function pointsOf(file: string): Point[] {
  const counts = new Map<Call, Map<string, number>>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    const call = CALLS.find((one) => one === name)
    if (call === undefined || thread === undefined) continue
    const threads = counts.get(call) ?? new Map<string, number>()
    counts.set(call, threads.set(thread, (threads.get(thread) ?? 0) + 1))
  }
  return [...counts].flatMap(([call, threads]) =>
    Array.from({ length: Math.max(...threads.values()) }, (_, index) => ({ call, nth: index + 1 })),
  )
}
