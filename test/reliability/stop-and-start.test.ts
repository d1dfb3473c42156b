/** Stopping, starting twice, and a disk that takes no more: each with the real daemon, audited where anything was sent. */
import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs'
import { rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { climb, openLab, type Row } from '../rig/lab.ts'
import { novaSeqRun } from '../rig/runs.ts'
import { audit } from './auditor.ts'
import { bringPlate, evidenceOf, notes } from './evidence.ts'

const ADD = '/api/v2/process/sequencing/add/'
const fault = mountFault()
if (fault !== null) console.log(`A full and a read-only disk are skipped: ${fault}`)

test('a daemon that is told to end waits for what is on the wire, and makes no unknown outcome of it', async () => {
  // Longer than a stop takes that waits for nothing.
  const faults = { rules: [{ match: { path: ADD }, fault: { do: 'delay' as const, beforeCommitMs: 5000 } }] }
  await using lab = await openLab({ faults })
  const limits = { concurrency: 1, perSecond: 500, timeoutSeconds: 60 }
  lab.settings.registries = [climb(lab.sandbox, { limits })]
  await lab.configure()
  const noting = notes()
  await lab.start()
  await bringPlate(lab, noting, 1)
  await lab.event('registration.sending', (line) => line['run'] === novaSeqRun(1).runId)
  expect(await lab.end()).toBe(0)
  const rows = await lab.ls()
  expect(rows.map((row) => row.state)).toEqual(['registered', 'registered'])
  expect(lab.lines.filter((line) => line.event === 'registration.unknown')).toEqual([])
  // The reports beside the sheets too tell of that last answer.
  expect(audit(await evidenceOf(lab, noting))).toEqual([])
})

test('a second daemon on one state folder ends with 75; the first goes on, and with 0 when it is told to end', async () => {
  await using lab = await openLab()
  const first = await lab.start()
  const second = lab.spawn()
  const [code] = await once(second, 'exit')
  expect(code).toBe(75)
  const ended = once(first, 'exit')
  first.kill()
  expect((await ended)[0]).toBe(0)
})

test('one process watches and another one sends, on one state folder, and no third does either', async () => {
  await using lab = await openLab()
  const halves = new Map<string, ChildProcess>()
  try {
    for (const half of ['--watch-only', '--work-only']) {
      const from = lab.lines.length
      halves.set(half, lab.spawn([], [half]))
      await lab.event('daemon.started', () => true, from)
    }
    await bringPlate(lab, notes(), 1)
    const report = await lab.report('plate1.csv', ({ state }) => state === 'done')
    expect(report.registrations.map(({ state }) => state)).toEqual(['registered', 'registered'])
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
    for (const flags of [[], ['--watch-only'], ['--work-only']]) {
      const [code] = await once(lab.spawn([], flags), 'exit')
      expect(code).toBe(75)
    }
  } finally {
    for (const half of halves.values()) {
      const ended = once(half, 'exit')
      half.kill()
      expect((await ended)[0]).toBe(0)
    }
  }
})

describe.skipIf(fault !== null)('a disk that takes no more', () => {
  test('stops a working daemon with 74 and a plain sentence; with room again all is registered once', async () => {
    await using lab = await openLab()
    await using _ = await mounted(lab.state, '4m')
    const noting = { ...notes(), wasKilled: true }
    const daemon = await lab.start()
    const ended = end(daemon)
    const { bavail, bsize } = await statfs(lab.state)
    const ballast = join(lab.state, 'ballast')
    try {
      writeFileSync(ballast, Buffer.alloc(bavail * bsize))
    } catch (thrown) {
      // The daemon took some of the room meanwhile: full is full.
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
    }
    for (const number of [1, 2, 3]) await bringPlate(lab, noting, number)
    const { code, said } = await ended
    expect(said).toMatch(/the journal in .* cannot be kept any more .*make room/)
    expect(code).toBe(74)
    await rm(ballast)
    await lab.start()
    await lab.until(async () => {
      const findings = audit({ ...(await evidenceOf(lab, noting)), lines: [] })
      return findings.length === 0 || undefined
    }, 'everything registered once')
    const rows: Row[] = await lab.ls()
    expect(rows).toHaveLength(6)
  })

  test('a state folder that cannot be written is refused at the start, with 74', async () => {
    await using lab = await openLab()
    await using _ = await mounted(lab.state, '1m')
    execFileSync('mount', ['-o', 'remount,ro', lab.state])
    const { code, said } = await end(lab.spawn())
    expect(code).toBe(74)
    expect(said).toContain(lab.state)
    expect(said).not.toContain('please report it')
  })
})

/** How a daemon ended, and what it said of that. */
async function end(daemon: ChildProcess): Promise<{ code: unknown; said: string }> {
  let said = ''
  daemon.stderr?.on('data', (text) => {
    said += text
  })
  const [code] = await once(daemon, 'close')
  return { code, said }
}

async function mounted(folder: string, size: string): Promise<AsyncDisposable> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  chmodSync(folder, 0o700)
  return {
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['-l', folder])
    },
  }
}

function mountFault(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'runherald-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' })
    execFileSync('umount', [folder])
    return null
  } catch (thrown) {
    return `nothing may be mounted here (${String(thrown).split('\n')[0]})`
  } finally {
    rmdirSync(folder)
  }
}
