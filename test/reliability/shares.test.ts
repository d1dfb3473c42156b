/** Watched folders on file systems that fail as file servers do, each with the real daemon on a real mount. */
import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Lab, openLab, type Row } from '../rig/lab.ts'
import { namespaceFault, openNamespace } from '../rig/namespace.ts'
import { finishRun, novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'
import { straceFault } from './kill-points/strace.ts'

const noNamespace = namespaceFault()
if (noNamespace !== null) console.log(`Mounts that come and go are skipped: ${noNamespace}`)
const noStrace = straceFault()
if (noStrace !== null) console.log(`Disks that report errors or hang are skipped: ${noStrace}`)

const [FIRST, SECOND, THIRD] = [novaSeqRun(1), novaSeqRun(2), novaSeqRun(3)]

const states = (rows: Row[]): string[] => rows.map((row) => `${row.subject.name} ${row.state}`).toSorted()
const are =
  (...wanted: string[]) =>
  (rows: Row[]): boolean =>
    JSON.stringify(states(rows)) === JSON.stringify(wanted.toSorted())

/** A laboratory with a share beside its own disk, whose runs are registered without sheets. */
async function labWithShare(more: Record<string, unknown> = {}): Promise<Lab> {
  const lab = await openLab()
  mkdirSync(shareOf(lab))
  const swept = { settleSeconds: 0.2, sweepSeconds: 0.2 }
  lab.settings.config = {
    watch: [
      { runs: shareOf(lab), ...swept, ...more },
      { runs: lab.runs, ...swept },
    ],
  }
  lab.settings.registries = [
    {
      name: 'receiver',
      kind: 'webhook',
      url: lab.sandbox.urlOf('webhook'),
      auth: { tokenFile: join(lab.folder, 'token') },
      map: { libraryName: '{runId}' },
      limits: { concurrency: 1, perSecond: 500, timeoutSeconds: 5 },
    },
  ]
  await lab.configure()
  return lab
}

const shareOf = (lab: Lab): string => join(lab.folder, 'share')

/** Two whole sweeps of this root that began after now. */
async function swept(lab: Lab, root: string): Promise<void> {
  const from = lab.lines.length
  const sweeps = () =>
    lab.lines.slice(from).filter((line) => line.event === 'root.scanned' && line['root'] === root)
  await lab.until(() => (sweeps().length >= 3 ? true : undefined), `three sweeps of ${root}`)
}

async function startIn(lab: Lab, through: readonly string[]): Promise<ChildProcess> {
  const from = lab.lines.length
  const daemon = lab.spawn(through)
  await lab.event('daemon.started', () => true, from)
  return daemon
}

describe.skipIf(noNamespace !== null)('a share', () => {
  test('that is unmounted, mounted anew, emptied and replaced by another loses nothing, and holds up nothing else', async () => {
    await using space = await openNamespace()
    await using lab = await labWithShare()
    const share = shareOf(lab)
    const server = join(lab.folder, 'server')
    await space.run(`mkdir ${server} && mount -t tmpfs -o size=4m tmpfs ${server}`)
    await space.run(`mount --bind ${server} ${share}`)
    await writeRun(space.seen(share), FIRST, { finished: false })
    await startIn(lab, space.through)
    await lab.registrations(are(`${FIRST.runId} waiting`))

    await space.run(`umount -l ${share}`)
    await swept(lab, share)
    await writeRun(lab.runs, SECOND)
    await lab.registrations(are(`${FIRST.runId} waiting`, `${SECOND.runId} registered`))

    // Another server's share under the same path: what it holds is found.
    await space.run(`mount -t tmpfs -o size=4m tmpfs ${share}`)
    await swept(lab, share)
    await writeRun(space.seen(share), THIRD)
    const others = [`${SECOND.runId} registered`, `${THIRD.runId} registered`]
    await lab.registrations((rows) => others.every((one) => states(rows).includes(one)))
    await space.run(`umount -l ${share}`)

    // It comes back as it was, and its run ends.
    await space.run(`mount --bind ${server} ${share}`)
    await finishRun(join(space.seen(share), FIRST.runId))
    const all = are(`${FIRST.runId} registered`, ...others)
    await lab.registrations(all)
    await space.run(`rm -rf ${share}/*`)
    await swept(lab, share)
    expect(await lab.ls()).toSatisfy(all)
    expect(lab.commits('webhook', 'event')).toHaveLength(3)
  })

  test('that may only be read gives its runs, and a drop folder on it is told of once', async () => {
    await using space = await openNamespace()
    await using lab = await labWithShare()
    const share = shareOf(lab)
    lab.settings.config = {
      watch: [
        { runs: share, settleSeconds: 0.2, sweepSeconds: 0.2 },
        { sheets: lab.sheets, settleSeconds: 0.2, sweepSeconds: 0.2 },
      ],
    }
    await lab.configure()
    await writeRun(share, FIRST)
    await lab.drop('plate.csv', sheetFor(FIRST, 'LIB-1'))
    for (const path of [share, lab.sheets])
      await space.run(`mount --bind ${path} ${path} && mount -o remount,bind,ro ${path}`)
    await startIn(lab, space.through)
    await lab.registrations((rows) =>
      rows.some(({ subject, state }) => subject.type === 'run' && state === 'registered'),
    )
    await lab.event('sheet.report-failed', ({ sheet }) => sheet === 'plate.csv')
    await swept(lab, lab.sheets)
    expect(lab.lines.filter(({ event }) => event === 'sheet.report-failed')).toHaveLength(1)
  })

  test.for([
    ['watches', '1'],
    ['instances', '0'],
  ] as const)(
    'beyond the limit of inotify %s is found by sweeps alone, and says so',
    async ([limit, most]) => {
      await using space = await openNamespace()
      await using lab = await labWithShare({ events: 'on' })
      const share = shareOf(lab)
      await space.run(`echo ${most} > /proc/sys/user/max_inotify_${limit}`)
      await writeRun(share, FIRST, { finished: false })
      await startIn(lab, space.through)
      const off = await lab.event('root.events-off')
      expect(String(off['detail'])).toMatch(/^(ENOSPC|EMFILE)/)
      await lab.registrations(are(`${FIRST.runId} waiting`))
      await finishRun(join(share, FIRST.runId))
      await writeRun(lab.runs, SECOND)
      await lab.registrations(are(`${FIRST.runId} registered`, `${SECOND.runId} registered`))
    },
  )
})

test('what is dropped while the daemon stands still, and more events than the kernel keeps, is found all the same', async () => {
  await using lab = await labWithShare({ events: 'on' })
  const share = shareOf(lab)
  await writeRun(share, FIRST, { finished: false })
  const daemon = await lab.start()
  await swept(lab, share)
  daemon.kill('SIGSTOP')
  const most = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'))
  // Making and removing a file are two events at least.
  for (let file = 0; file < Math.min(most, 20_000); file++) {
    const path = join(share, `passing${file}`)
    closeSync(openSync(path, 'w'))
    unlinkSync(path)
  }
  await finishRun(join(share, FIRST.runId))
  await writeRun(share, SECOND)
  daemon.kill('SIGCONT')
  await lab.registrations(are(`${FIRST.runId} registered`, `${SECOND.runId} registered`))
  expect(lab.commits('webhook', 'event')).toHaveLength(2)
})

/** Injects a fault into the first calls of each thread that ask for this very folder. */
const failing = (path: string, call: string, how: string): string[] => [
  // As many threads as the launcher gives it: a disk that hangs holds on to some.
  ...['env', 'UV_THREADPOOL_SIZE=16', 'strace', '-D', '-f', '-qqq', '-o', '/dev/null', '-P', path],
  ...['-e', `trace=${call}`, '-e', `inject=${call}:${how}`],
]

describe.skipIf(noStrace !== null)('a disk', () => {
  test.for([
    ['reports a read error', 'getdents64', 'error=EIO:when=1..2', 'EIO'],
    ['lost hold of the root', 'statx', 'error=ESTALE:when=1..2', 'stale'],
  ] as const)(
    'that %s is away with that reason, and is read when it is back',
    async ([, call, how, reason]) => {
      await using lab = await labWithShare()
      const share = shareOf(lab)
      await writeRun(share, FIRST)
      await startIn(lab, failing(share, call, how))
      const away = await lab.event('root.away', ({ root }) => root === share)
      expect(JSON.stringify(away['error'])).toMatch(new RegExp(`${reason}|-116`, 'i'))
      await writeRun(lab.runs, SECOND)
      await lab.event('root.back', ({ root }) => root === share)
      await lab.registrations(are(`${FIRST.runId} registered`, `${SECOND.runId} registered`))
    },
  )

  test('that does not answer holds up neither the other roots nor delivery, and is read when it does', async () => {
    await using lab = await labWithShare()
    const share = shareOf(lab)
    await writeRun(share, FIRST)
    const daemon = await startIn(lab, failing(share, 'getdents64', `delay_enter=${600_000_000}`))
    await writeRun(lab.runs, SECOND)
    await lab.registrations(are(`${SECOND.runId} registered`))
    expect(lab.lines.filter(({ event, root }) => event === 'root.scanned' && root === share)).toEqual([])
    // Without its tracer the call goes through.
    const tracer = /TracerPid:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]
    process.kill(Number(tracer), 'SIGKILL')
    await lab.registrations(are(`${FIRST.runId} registered`, `${SECOND.runId} registered`))
  })
})
