/** The set-up: only what is missing is done, and what is done is said. Real script, with stand-ins for npm and apt. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../rig/temporary-folder.ts'

const SETUP = resolve(import.meta.dirname, '../../src/setup.js')

/** A checkout with nothing installed, and a PATH with nothing on it but what the test puts there. */
function machine(programs: Record<string, string>) {
  const folder = folderOfTest()
  const [project, bin, calls] = [join(folder, 'project'), join(folder, 'bin'), join(folder, 'calls')]
  for (const one of [join(project, 'src'), bin]) mkdirSync(one, { recursive: true })
  copyFileSync(SETUP, join(project, 'src/setup.js'))
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  writeFileSync(join(project, 'package-lock.json'), '{}')
  writeFileSync(calls, '')
  const install = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> ${calls}\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  for (const [name, script] of Object.entries(programs)) install(name, script.replaceAll('$BIN', bin))
  const env = { PATH: bin, HOME: folder }
  return {
    project,
    bin,
    folder,
    run(how: { cwd?: string; before?: string[]; flags?: string[] } = {}) {
      const setUp = [process.execPath, join(project, 'src/setup.js'), ...(how.flags ?? [])]
      const [program, ...rest] = [...(how.before ?? []), ...setUp]
      const done = spawnSync(String(program), rest, { env, cwd: how.cwd ?? project, encoding: 'utf8' })
      return { exit: done.status, said: done.stderr, printed: done.stdout }
    },
    calls: () => readFileSync(calls, 'utf8').split('\n').filter(Boolean),
  }
}

// What npm leaves behind: the folder it installed into.
const NPM = 'while [ $# -gt 0 ]; do shift; done; /bin/mkdir -p node_modules'
const APT = 'case "$*" in *install*) /bin/cp /bin/true $BIN/redis-server;; esac'

describe('packages', () => {
  test('are installed when there are none, and not again', () => {
    const here = machine({ npm: NPM, 'redis-server': '' })
    const first = here.run()
    expect(first).toMatchObject({ exit: 0, printed: '' })
    expect(first.said).toContain('npm packages and the pinned Node.js')
    expect(here.calls()).toHaveLength(1)
    expect(here.calls()[0]).toMatch(/^npm ci /)
    expect(here.run()).toEqual({ exit: 0, said: '', printed: '' })
    expect(here.calls()).toHaveLength(1)
  })

  test('are installed anew when the lock file has changed', () => {
    const here = machine({ npm: NPM, 'redis-server': '' })
    here.run()
    writeFileSync(join(here.project, 'package-lock.json'), '{"changed":true}')
    expect(here.run().exit).toBe(0)
    expect(here.calls()).toHaveLength(2)
  })

  test("that are another checkout's, behind a link, are left to it", () => {
    const here = machine({ npm: NPM, 'redis-server': '' })
    const other = join(here.folder, 'other')
    mkdirSync(other)
    symlinkSync(other, join(here.project, 'node_modules'))
    expect(here.run()).toEqual({ exit: 0, said: '', printed: '' })
    expect(here.calls()).toEqual([])
  })

  test('bring the pinned Node.js for npm run, also where npm does not link what is optional', () => {
    const bin = `node_modules/node-${process.platform}-${process.arch}/bin`
    const pinned = `/bin/mkdir -p node_modules/.bin ${bin}\necho pinned > ${bin}/node`
    for (const linked of ['', `/bin/ln -s /gone node_modules/.bin/node`]) {
      const here = machine({ npm: `${NPM}\n${pinned}\n${linked}`, 'redis-server': '' })
      expect(here.run().exit).toBe(0)
      expect(readFileSync(join(here.project, 'node_modules/.bin/node'), 'utf8')).toBe('pinned\n')
    }
  })

  test('are put into the project, wherever it is started from', () => {
    const here = machine({ npm: NPM, 'redis-server': '' })
    expect(here.run({ cwd: tmpdir() }).exit).toBe(0)
    expect(existsSync(join(here.project, 'node_modules/.runherald-setup'))).toBe(true)
  })

  test('that cannot be installed end it with what npm said and one thing to do', () => {
    const here = machine({ npm: 'echo "network is down" >&2; exit 1', 'redis-server': '' })
    const { exit, said } = here.run()
    expect(exit).toBe(69)
    expect(said).toContain('network is down')
    expect(said).toContain(`npm ci --prefix ${here.project}`)
    expect(here.run().exit).toBe(69)
  })
})

describe('redis-server', () => {
  const isRoot = process.getuid?.() === 0
  const mounts = isRoot && spawnSync('unshare', ['--mount', 'true']).status === 0
  if (!mounts) console.log('Installing redis-server is not tested: it needs root and a mount namespace.')

  /** Runs with a folder of the test in place of /usr/sbin, where the machine's own policy lies. */
  const withSbin = (sbin: string) => [
    '/usr/bin/unshare',
    '--mount',
    '/bin/sh',
    '-c',
    `/bin/mount --bind ${sbin} /usr/sbin && exec "$@"`,
    'sh',
  ]

  test.skipIf(!mounts).for([
    ['a policy of its own', '#!/bin/sh\nexit 104\n'],
    ['no policy', null],
  ] as const)(
    'is installed by root without its service being started, on a machine with %s',
    ([, policy]) => {
      const here = machine({
        npm: NPM,
        'apt-get': `${APT}\n/bin/cat /usr/sbin/policy-rc.d >> $BIN/../policy 2>/dev/null; exit 0`,
      })
      const sbin = join(here.folder, 'sbin')
      mkdirSync(sbin)
      if (policy !== null) writeFileSync(join(sbin, 'policy-rc.d'), policy)
      const { exit, said } = here.run({ before: withSbin(sbin) })
      expect(exit).toBe(0)
      expect(said).toContain('Its system service is not started')
      expect(here.calls().map((one) => one.replace(/ -o \S+/, ''))).toEqual([
        expect.stringMatching(/^npm ci/),
        'apt-get -q update',
        'apt-get -q install -y --no-install-recommends redis-server',
      ])
      expect(readFileSync(join(here.folder, 'policy'), 'utf8')).toContain('exit 101')
      const left = existsSync(join(sbin, 'policy-rc.d'))
        ? readFileSync(join(sbin, 'policy-rc.d'), 'utf8')
        : null
      expect(left).toBe(policy)
      expect(here.run()).toEqual({ exit: 0, said: '', printed: '' })
    },
  )

  test.skipIf(!mounts)('that cannot be installed leaves the policy as it was', () => {
    const here = machine({ npm: NPM, 'apt-get': 'case "$*" in *install*) exit 100;; esac' })
    const sbin = join(here.folder, 'sbin')
    mkdirSync(sbin)
    writeFileSync(join(sbin, 'policy-rc.d'), 'mine')
    expect(here.run({ before: withSbin(sbin) }).exit).toBe(69)
    expect(readFileSync(join(sbin, 'policy-rc.d'), 'utf8')).toBe('mine')
  })

  test.skipIf(!mounts)('comes for testing with what the tests use besides, as far as that can be had', () => {
    const had = ['strace', 'redis-server', 'chromium'].map((name) => `/bin/cp /bin/true $BIN/${name}`)
    const here = machine({ npm: NPM, 'apt-get': `case "$*" in *install*) ${had.join('; ')};; esac` })
    const sbin = join(here.folder, 'sbin')
    mkdirSync(sbin)
    const { exit, said } = here.run({ before: withSbin(sbin), flags: ['--test'] })
    expect(exit).toBe(0)
    expect(here.calls().filter((one) => one.includes(' install '))).toEqual([
      expect.stringMatching(/ redis-server$/),
      expect.stringMatching(/ strace chromium prometheus$/),
    ])
    expect(said).toContain('Not to be had here: prometheus.')
  })

  test('missing where there is no apt is said with what to do', () => {
    const here = machine({ npm: NPM })
    const { exit, said } = here.run()
    expect(exit).toBe(69)
    expect(said).toContain('Install Redis 7 or newer')
  })

  test.skipIf(!isRoot)('missing for somebody who is not root is said with the one command', () => {
    const here = machine({ npm: NPM, 'apt-get': APT })
    spawnSync('chmod', ['-R', 'a+rwX', here.folder])
    const node = join(here.bin, 'node')
    symlinkSync(process.execPath, node)
    const { exit, said } = here.run({ before: ['/usr/bin/setpriv', '--reuid', '65534', '--clear-groups'] })
    expect(exit).toBe(69)
    expect(said).toContain('sudo apt-get install -y --no-install-recommends redis-server')
    expect(here.calls()).toHaveLength(1)
  })
})
