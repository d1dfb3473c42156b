/** Daemons: is ours running, and does another one on this machine, with a state of its own, watch the same folders? */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../../config.ts'
import { decideAt } from '../../deliver/decide.ts'
import { LOCK_NAMES } from '../../journal/lock.ts'
import { openJournal } from '../../journal/open.ts'
import { daemonParts } from '../daemon-runs.ts'
import { folderOf } from '../explain/place.ts'
import { journalFile } from '../journal.ts'
import { type Check, checksOf } from './check.ts'

export function checkDaemon({ state }: Config): Check[] {
  const { fine } = checksOf('daemon', 'Daemon')
  const parts = daemonParts(state)
  if (parts === null) return []
  const [only, both] = parts
  if (only === undefined) return [fine('not running now: runherald run')]
  if (both !== undefined) return [fine('running')]
  const other = only === 'watch' ? 'nothing is sent until' : 'nothing is found until'
  return [
    fine(
      `running with --${only}-only; ${other}: runherald run --${only === 'watch' ? 'work' : 'watch'}-only`,
    ),
  ]
}

/** Kinds that recognise repeats stay right under two daemons; the others register everything twice. */
export async function checkOwners(config: Config): Promise<Check[]> {
  const { wrong } = checksOf('owners', 'Other daemons')
  const checks: Check[] = []
  for (const state of otherStates(config.state)) {
    const shared = await rootsKnownTo(state, config)
    if (shared.length > 0)
      checks.push(
        wrong(
          `the daemon on ${state} watches ${shared.join(', ')}, too`,
          'Let one daemon alone watch a folder: stop one of the two, or take the folder out of its configuration.',
        ),
      )
  }
  return checks
}

/** State folders of other daemons, as far as this user may see them: whoever holds a lock of ours has its file open. */
function otherStates(own: string): string[] {
  const states = new Set<string>()
  for (const pid of lockHolders())
    for (const file of openFiles(pid))
      if (LOCK_NAMES.includes(basename(file)) && dirname(file) !== own) states.add(dirname(file))
  return [...states]
}

function lockHolders(): Set<string> {
  try {
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    return new Set(lines.flatMap((line) => /\bPOSIX\s+ADVISORY\s+WRITE\s+(\d+)/.exec(line)?.[1] ?? []))
  } catch {
    return new Set()
  }
}

function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap((fd) => {
      try {
        return [readlinkSync(join(folder, fd))]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

async function rootsKnownTo(state: string, config: Config): Promise<string[]> {
  const opened = await openJournal(journalFile({ state }), { decide: decideAt(1), readOnly: true }).catch(
    () => null,
  )
  if (!opened?.ok) return []
  const journal = opened.value
  try {
    const known = config.watch.map(folderOf).map(async (root) => {
      const isKnown = (await journal.rootFirstScan(root)) ?? (await journal.artifacts({ root }))[0]
      return isKnown ? [root] : []
    })
    return (await Promise.all(known)).flat()
  } finally {
    await journal.close()
  }
}
