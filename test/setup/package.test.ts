/** What `npm pack` gives: lean, built, and at work after a global install without install scripts. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const PROJECT = resolve(import.meta.dirname, '../..')
const RUN = join(PROJECT, 'fixtures/runs/element/20250210_AV240512_A_exome_14')
const MOST_PACKED_BYTES = 600_000
const MOST_UNPACKED_BYTES = 2_500_000

const folder = mkdtempSync(join(tmpdir(), 'runherald-package-'))
const checkout = join(folder, 'checkout')
const prefix = join(folder, 'global')
const running: ChildProcess[] = []
let packed: { filename: string; size: number; unpackedSize: number; files: Array<{ path: string }> }
/** Without the npm registry it cannot be. */
let isInstalled = false

const { npm_config_nodedir: _, ...plain } = process.env
const env = { ...plain, NO_COLOR: '1', NO_UPDATE_NOTIFIER: '1', RUNHERALD_CONFIG: '' }
const npm = (args: string[], cwd: string) =>
  spawnSync('npm', args, { cwd, env, encoding: 'utf8', timeout: 240_000, maxBuffer: 64 * 1024 * 1024 })

beforeAll(() => {
  for (const one of [
    'src',
    'config',
    'fixtures/sheets/demo',
    'systemd',
    'package.json',
    'tsconfig.json',
    '.tsconfig.build.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ])
    cpSync(join(PROJECT, one), join(checkout, one), { recursive: true })
  symlinkSync(join(PROJECT, 'node_modules'), join(checkout, 'node_modules'))
  const done = npm(['pack', '--json', '--loglevel=error', '--pack-destination', folder], checkout)
  expect(done.stderr).not.toContain('npm error')
  packed = JSON.parse(done.stdout)[0]
  const tarball = join(folder, packed.filename)
  const options = [
    '--prefix',
    prefix,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--fetch-retries=1',
  ]
  const installed = npm(['install', '--global', ...options, tarball], folder)
  isInstalled = installed.status === 0
  if (isInstalled) return
  if (!/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH/.test(installed.stderr))
    throw new Error(installed.stderr)
  const [why] = installed.stderr.split('\n')
  console.log(`The npm registry cannot be reached: installing the package is not tested. ${why}`)
}, 300_000)

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('the package', () => {
  const names = () => packed.files.map((one) => one.path)

  test('holds what is built and what is needed beside, and nothing of the tests or the workshop', () => {
    for (const needed of [
      'dist/main.js',
      'dist/inspect-thread.js',
      'dist/journal/fold-thread.js',
      'dist/ops/pages/layout.eta',
      'src/launcher.js',
      'config/runherald.yaml',
      'fixtures/sheets/demo/wgs-2026-09.csv',
      'systemd/runherald.service',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
    ])
      expect(names()).toContain(needed)
    expect(
      names().filter((name) =>
        /\.ts$|\.map$|^test\/|^fixtures\/(?!sheets\/demo)|^\.|node_modules/.test(name),
      ),
    ).toEqual([])
  })

  test('is lean', () => {
    expect(packed.size).toBeLessThan(MOST_PACKED_BYTES)
    expect(packed.unpackedSize).toBeLessThan(MOST_UNPACKED_BYTES)
  })

  test('builds without complaint: every import leads to a file that is there', () => {
    const built = names().filter((name) => /^dist\/.*\.js$/.test(name))
    const sources = built.map((name) => readFileSync(join(checkout, name), 'utf8'))
    expect(built.length).toBeGreaterThan(200)
    expect(sources.filter((text) => /(?:from|import\() ?'\.[^']*\.ts'/.test(text))).toEqual([])
  })
})

/** Older and newer Node.js alike: the launcher finds the pinned one among the installed packages. */
const nodes = ['/usr/bin/node', process.execPath].filter(
  (node) => spawnSync(node, ['--version']).status === 0,
)

describe.for(nodes)('installed, and started by %s', (node) => {
  const runherald = join(prefix, 'bin/runherald')
  const told = (...args: string[]) =>
    spawnSync(node, [runherald, ...args], { cwd: folder, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })

  beforeEach((context) => context.skip(!isInstalled))

  test('tells its version', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'))
    expect(told('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('reads a run folder', () => {
    const { status, stdout, stderr } = told('check', '--json', RUN)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout).results[0]).toMatchObject({
      recognisedAs: 'element',
      run: { status: 'completed' },
    })
  })

  test('finds the example configuration that it carries', () => {
    expect(told('config', 'init').stdout).toBe(readFileSync(join(PROJECT, 'config/runherald.yaml'), 'utf8'))
  })

  test('shows the demonstration: reads in its thread, serves its page, ends when told', async () => {
    const state = join(folder, `state-of-${nodes.indexOf(node)}`)
    const child = spawn(node, [runherald, 'run', '--state-folder', state, '--listen', '127.0.0.1:0'], {
      ...{ cwd: folder, env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.push(child)
    let page = ''
    for await (const line of createInterface({ input: child.stdout })) {
      page ||= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''
      if (line.includes('Registered')) break
    }
    const answer = await fetch(page, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('<!doctype html>')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  })
})
