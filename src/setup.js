/**
 * Does the set-up that is still missing, and tells what it does: packages by npm, redis-server by apt, and for testing
 * what the tests use besides.
 *
 * Plain JavaScript without dependencies, since it runs before anything is installed, on Node 18 or newer.
 * Quick when nothing is missing. Ends with 69 when something is missing that it may not install itself.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SERVICE_AWAY = 69
const project = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))))
// apt asks this file whether it may start a service; 101 means no.
const policy = '/usr/sbin/policy-rc.d'
const policyAside = `${policy}.before-runherald`

/** Where one of these is missing the tests that use it are skipped, and say so. */
const FOR_TESTS = [
  { package: 'strace', programs: ['strace'] },
  { package: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'] },
  { package: 'prometheus', programs: ['promtool'] },
]

class NotPossible extends Error {}

const purpose = process.argv.includes('--test') ? 'testing' : 'running'
try {
  setUp()
} catch (thrown) {
  if (!(thrown instanceof NotPossible)) throw thrown
  console.error(thrown.message)
  process.exitCode = SERVICE_AWAY
}

function setUp() {
  if (Number(process.versions.node.split('.')[0]) < 18)
    throw new NotPossible(
      `runherald is set up with Node.js 18 or newer; this is ${process.versions.node}. Install it with: apt-get install -y nodejs npm`,
    )
  const lock = stampOf(join(project, 'package-lock.json'))
  const stamp = join(project, 'node_modules', '.runherald-setup')
  const packages = isLink(dirname(stamp)) || (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock)
  const redis = onPath('redis-server')
  const forTests = purpose === 'testing' && mayInstall() ? missingForTests() : []
  if (packages && redis && forTests.length === 0) return
  tell(`Setting up what is still missing for ${purpose} runherald:`)
  if (!packages) {
    installPackages()
    writeFileSync(stamp, lock)
  }
  if (!redis) installRedis()
  if (forTests.length > 0) installForTests(forTests)
  tell('Set-up is done; the next start finds it and says nothing.')
}

/** A link leads to another checkout's packages, which npm would first empty: they are that checkout's to renew. */
function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/** What node_modules must have been made from to be used as it is. */
function stampOf(lockFile) {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}

function installPackages() {
  tell(
    '- npm packages and the pinned Node.js, into node_modules of this folder (npm ci, about half a minute)',
  )
  // npm tells its scripts where it lies itself; another package manager would put its own path there.
  const own = process.env['npm_execpath']
  const npm = own && basename(own) === 'npm-cli.js' ? [process.execPath, own] : ['npm']
  const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund']
  run([...npm, 'ci', ...options, '--loglevel=error'], {
    cwd: project,
    advice: `The packages could not be installed. Is the npm registry reachable? Then run: npm ci --prefix ${project}`,
  })
  linkNode()
}

/** npm before version 11 leaves out the commands of optional packages, so that its scripts would run on its own Node.js. */
function linkNode() {
  const packages = join(project, 'node_modules')
  const node = join('..', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  const link = join(packages, '.bin', 'node')
  if (existsSync(link) || !existsSync(join(packages, '.bin', node))) return
  rmSync(link, { force: true })
  symlinkSync(node, link)
}

function installRedis() {
  if (process.platform !== 'linux' || !onPath('apt-get'))
    throw new NotPossible(
      "redis-server is missing, and this is no Debian or Ubuntu where it could be installed with apt. Install Redis 7 or newer by this system's own means, then start again.",
    )
  if (!mayInstall())
    throw new NotPossible(
      'redis-server is missing: runherald keeps its queue of deliveries in it. Install it with\n\n    sudo apt-get install -y --no-install-recommends redis-server\n\nand start again.',
    )
  tell('- redis-server, which holds the queue of deliveries (apt-get install redis-server)')
  tell('  Its system service is not started: runherald runs a private one, on a socket under its own folder.')
  install(['redis-server'], {
    advice:
      'redis-server could not be installed. Try it by hand and read what apt says: apt-get install -y --no-install-recommends redis-server',
  })
}

function mayInstall() {
  return process.platform === 'linux' && onPath('apt-get') && process.getuid?.() === 0
}

function missingForTests() {
  return FOR_TESTS.filter(({ programs }) => !programs.some(onPath)).map((one) => one.package)
}

function installForTests(packages) {
  tell(`- ${packages.join(', ')}: what some tests use (apt-get install ${packages.join(' ')})`)
  install(packages, { mayFail: true })
  const missing = missingForTests()
  if (missing.length > 0)
    tell(`  Not to be had here: ${missing.join(', ')}. The tests that use it are skipped, and say so.`)
}

/** By apt. The services that come with packages are not started, now or at the next boot. */
function install(packages, { advice, mayFail = false }) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = ['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=120']
  run([...apt, 'update'], { env, mayFail: true })
  withServicesBlocked(() =>
    run([...apt, 'install', '-y', '--no-install-recommends', ...packages], { env, advice, mayFail }),
  )
  if (!onPath('systemctl')) return
  const services = packages.map((one) => `${one}.service`)
  spawnSync('systemctl', ['disable', ...services], { stdio: 'ignore' })
}

/** Runs `work` while no package may start a service, then puts the machine's own policy back. */
function withServicesBlocked(work) {
  // While apt runs, Ctrl-C reaches apt, and we live on to put the policy back.
  const stay = () => {}
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stay)
  // What a set-up that was killed left aside is the machine's own, the file in its place is ours.
  if (!existsSync(policyAside) && existsSync(policy)) renameSync(policy, policyAside)
  try {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n')
    chmodSync(policy, 0o755)
    work()
  } finally {
    rmSync(policy, { force: true })
    if (existsSync(policyAside)) renameSync(policyAside, policy)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stay)
  }
}

/** Runs a command, quietly when it succeeds and with all it said when it fails. */
function run([command, ...rest], { cwd, env, advice, mayFail = false }) {
  const done = spawnSync(command, rest, { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (done.status === 0 || mayFail) return
  const said = [done.error?.message, done.stdout, done.stderr].filter(Boolean).join('\n').trim()
  throw new NotPossible(`${said}\n\n${advice}`)
}

function onPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function tell(line) {
  console.error(line)
}
