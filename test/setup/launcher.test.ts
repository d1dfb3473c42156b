/** The launcher: which Node.js runs, what is handed on, and that nothing outlives it. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { folderOfTest } from '../rig/temporary-folder.ts'

const LAUNCHER = resolve(import.meta.dirname, '../../src/launcher.js')

/** A Node.js older than 24 on this machine, as a lab's would be; undefined where there is none. */
const older = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const said = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''
  const major = Number(/^v(\d+)/.exec(said)?.[1] ?? 0)
  return major >= 18 && major < 24
})
if (older === undefined) console.log('There is no older Node.js here: starting the pinned one is not tested.')

/** Prints what it was given, then does as its first argument says. */
const MAIN = `
const [act, value] = process.argv.slice(2)
if (act === 'wait') {
  process.on('SIGTERM', () => process.exit(42))
  process.on('SIGINT', () => process.exit(43))
  setInterval(() => {}, 1000)
}
const proto = ({} as Record<string, unknown>)['__proto__'] === undefined
const major = Number(process.versions.node.split('.')[0])
console.log(JSON.stringify({ major, args: process.argv.slice(2), proto }))
if (act === 'exit') process.exit(Number(value))
if (act === 'crash') process.kill(process.pid, 'SIGSEGV')
`

const folder = mkdtempSync(join(tmpdir(), 'runherald-launcher-'))
const project = join(folder, 'project')
mkdirSync(join(project, 'src'), { recursive: true })
copyFileSync(LAUNCHER, join(project, 'src/launcher.js'))
writeFileSync(join(project, 'src/main.ts'), MAIN)
writeFileSync(join(project, 'package.json'), '{"type":"module"}')
const pinned = join(project, `node_modules/node-linux-${process.arch}/bin/node`)
mkdirSync(dirname(pinned), { recursive: true })
symlinkSync(process.execPath, pinned)
mkdirSync(join(project, 'node_modules/.bin'))
const link = join(project, 'node_modules/.bin/runherald')
symlinkSync('../../src/launcher.js', link)

afterAll(() => rmSync(folder, { recursive: true }))

/** `ended` waits for all that can still write to its output, and so for what it started too. */
function start(program: string, args: string[], env = process.env) {
  const child = spawn(program, args, { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  const line = new Promise<{ major: number; args: string[]; proto: boolean }>((told) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk
      if (printed.includes('\n')) told(JSON.parse(printed))
    })
  })
  return { child, line, ended: once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]> }
}

const nodes = [
  ['the Node.js that fits', process.execPath],
  ...(older === undefined ? [] : [['an older Node.js', older]]),
]

describe.for(nodes as Array<[string, string]>)('started by %s', ([, node]) => {
  test.for([
    ['its own path', join(project, 'src/launcher.js')],
    ['a link, as npx does', link],
  ] as const)('by %s it runs main.ts on Node.js 24 or newer with all arguments', async ([, launcher]) => {
    const { line, ended } = start(node, [launcher, 'exit', '7', '--json', 'a b'])
    const told = await line
    expect(told).toMatchObject({ args: ['exit', '7', '--json', 'a b'], proto: true })
    expect(told.major).toBeGreaterThanOrEqual(24)
    expect(await ended).toEqual([7, null])
  })

  test.for([
    ['SIGTERM', 42],
    ['SIGINT', 43],
  ] as const)('hands %s on and ends with the exit code that follows', async ([signal, code]) => {
    const { child, line, ended } = start(node, [link, 'wait'])
    await line
    child.kill(signal)
    expect(await ended).toEqual([code, null])
  })

  test('ends by the signal that what it started ended by', async () => {
    const { ended } = start(node, [link, 'crash'])
    expect(await ended).toEqual([null, 'SIGSEGV'])
  })

  test('ends when the npm that started it is killed', async () => {
    const env = { ...process.env, npm_lifecycle_event: 'start' }
    const { child, line, ended } = start('sh', ['-c', `"${node}" "${link}" wait; true`], env)
    await line
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
  })

  test('killed with -9 takes down what it started', async () => {
    const { child, line, ended } = start(node, [link, 'wait'])
    await line
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
  })
})

test.skipIf(older === undefined)('without the pinned Node.js, an older one is told in a sentence', () => {
  const bare = folderOfTest()
  mkdirSync(join(bare, 'src'), { recursive: true })
  copyFileSync(LAUNCHER, join(bare, 'src/launcher.js'))
  writeFileSync(join(bare, 'package.json'), '{"type":"module"}')
  const { status, stderr } = spawnSync(String(older), [join(bare, 'src/launcher.js'), 'ls'], {
    encoding: 'utf8',
  })
  expect(status).toBe(69)
  expect(stderr).toContain('runs on Node.js 24')
})
