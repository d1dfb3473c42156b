#!/usr/bin/env node
/**
 * Starts runherald on the Node.js that its lock file pins, whatever Node.js the machine has.
 *
 * Plain JavaScript for Node 18 or newer. Hands on all arguments, the terminal, signals and the exit code; what it
 * starts dies with it, even when it is killed with -9.
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const SERVICE_AWAY = 69
// npx and npm start this through a symbolic link.
const source = dirname(realpathSync(fileURLToPath(import.meta.url)))
const project = dirname(source)
// Node.js strips no types below node_modules, so that the package carries JavaScript in place of the sources.
const isInstalled = !existsSync(join(source, 'main.ts'))
const main = isInstalled ? join(project, 'dist', 'main.js') : join(source, 'main.ts')
// npm puts what a package needs into it, or beside it.
const [pinned] = [join(project, 'node_modules'), dirname(project)]
  .map((packages) => join(packages, `node-linux-${process.arch}`, 'bin', 'node'))
  .filter((node) => existsSync(node))
// A network drive that does not answer holds on to the threads that ask it; the default of four is soon used up.
process.env['UV_THREADPOOL_SIZE'] ??= '16'
// The daemon lives for months beside other programs, and is to be small at a little more work: each of its threads would
// keep memory of its own, and V8 as much as 48 MB for what is thrown away early. A heap that may grow beyond 2 GB grows to
// four times what is in use before it is cleared. A sheet of 99,000 libraries was seen to take 1.2 GB, threads included.
process.env['MALLOC_ARENA_MAX'] ??= '2'
const SMALL_HEAP = ['--max-semi-space-size=4', '--max-old-space-size=1800']
const cache = process.env['NODE_COMPILE_CACHE'] ?? compileCache()
// Reader threads, which load much of the program for themselves, look for it there.
if (cache) process.env['NODE_COMPILE_CACHE'] = cache

endWithNpm()
if (Number(process.versions.node.split('.')[0]) >= 24) await startHere()
else if (pinned !== undefined) startPinned()
else {
  const mend = isInstalled
    ? 'Install it together with its optional packages, which hold the right one (npm install -g --include=optional), or install Node.js 24.'
    : `Run "npm start" (or: node ${join(source, 'setup.js')}), which fetches the right one into the project's own folder.`
  console.error(`runherald runs on Node.js 24, and this is ${process.versions.node}. ${mend}`)
  process.exitCode = SERVICE_AWAY
}

/** Node.js takes these settings at its start alone: this process starts anew as itself. */
function becomeSmall() {
  const [node, ...said] = process.argv
  const isSmall = SMALL_HEAP.every((flag) => process.execArgv.includes(flag))
  if (!said.includes('run') || isSmall || !process.execve) return
  process.execve(node, [node, ...process.execArgv, ...SMALL_HEAP, ...said], process.env)
}

async function startHere() {
  becomeSmall()
  if (cache) module.enableCompileCache(cache)
  // What --disable-proto=delete does: no file's content can reach a prototype by this name.
  Reflect.deleteProperty(Object.prototype, '__proto__')
  await import(pathToFileURL(main).href)
}

function startPinned() {
  const command = [pinned, '--disable-proto=delete', ...SMALL_HEAP, main, ...process.argv.slice(2)]
  // setpriv becomes the program it starts; the kernel then ends it when this process ends, however that happens.
  const bound = ['setpriv', '--pdeathsig', 'KILL', '--']
  const dies =
    process.platform === 'linux' && spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0
  const [program, ...rest] = dies ? [...bound, ...command] : command
  const child = spawn(program, rest, { stdio: 'inherit' })
  const forward = (signal) => child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => {
    console.error(`runherald could not be started: ${error.message}`)
    process.exitCode = SERVICE_AWAY
  })
  child.on('exit', (code, signal) => {
    for (const one of signals) process.off(one, forward)
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = code ?? 0
  })
}

/** When npm is killed its scripts live on, unseen; what npm started shall end with it. */
function endWithNpm() {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const npm = process.ppid
  const look = () => process.ppid !== npm && process.kill(process.pid, 'SIGTERM')
  setInterval(look, 1000).unref()
}

/** A folder for compiled code that only this user can write, since what lies there is run; null where there is none. */
function compileCache() {
  const candidates = [
    join(project, 'node_modules', '.cache'),
    process.env['CACHE_DIRECTORY'],
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')),
  ]
  for (const candidate of candidates) {
    if (!candidate) continue
    const folder = join(candidate, 'runherald-compiled')
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      accessSync(folder, constants.W_OK)
      const { uid, mode } = statSync(folder)
      if (uid === process.getuid?.() && (mode & 0o022) === 0) return folder
    } catch {}
  }
  return null
}
