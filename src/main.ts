/** The program: a command line in, an exit code out. The only file that ends the process. */
import { fstatSync, writeFileSync } from 'node:fs'
import { runCommandLine } from './cli/program.ts'
import { EXIT, type ExitCode, json, onScreen, Stop, type Terminal } from './cli/terminal.ts'
import { version } from './cli/version.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
// A terminal sends Ctrl-C to everything in front of it, so that one press may arrive twice.
const SAME_PRESS_MS = 1000

const hangUps = followHangUps()
const { env, stdout, stderr } = process
const dumb = env['TERM'] === 'dumb'
const terminal: Terminal = {
  out: (text) => print(`${text}\n`),
  say: (text) => void stderr.write(`${text}\n`),
  interactive: stdout.isTTY === true,
  colour: stdout.isTTY === true && !dumb && (env['NO_COLOR'] ?? '') === '',
  // A terminal that was never told its size says 0.
  columns: stdout.columns || 100,
  env,
  stopped: () =>
    new Promise((resolve) => {
      let first = 0
      for (const signal of SIGNALS)
        process.on(signal, () => {
          if (signal === 'SIGHUP' && hangUps.areFollowed()) return
          if (first === 0) first = Date.now()
          else if (Date.now() - first > SAME_PRESS_MS) end(EXIT.finding)
          resolve(signal)
        })
    }),
  hungUp: hangUps.next,
}

// Whoever reads us has gone, as `head` does: nothing is left to say.
stdout.on('error', () => end(EXIT.fine))
process.on('uncaughtException', (thrown) => failed(thrown))
process.on('unhandledRejection', (thrown) => failed(thrown))

try {
  end(await runCommandLine(process.argv.slice(2), terminal, version))
} catch (thrown) {
  failed(thrown)
}

/** Each SIGHUP is told to whoever asked for the next; one that comes while nobody asks is kept for him. */
function followHangUps(): { areFollowed(): boolean; next(): Promise<'SIGHUP'> } {
  let isFollowed = false
  let kept = false
  let tell: (() => void) | null = null
  const follow = () => {
    kept = tell === null
    tell?.()
    tell = null
  }
  return {
    areFollowed: () => isFollowed,
    next() {
      if (!isFollowed) process.on('SIGHUP', follow)
      isFollowed = true
      return new Promise((resolve) => {
        if (kept) resolve('SIGHUP')
        else tell = () => resolve('SIGHUP')
        kept = false
      })
    },
  }
}

function failed(thrown: unknown): void {
  const isTold = thrown instanceof Stop
  const { exit, sentence } = isTold ? { exit: thrown.exit, sentence: thrown.message } : explained(thrown)
  // Who asked for a document gets one, whatever became of it.
  if (process.argv.includes('--json')) {
    const problems = isTold ? thrown.problems : []
    const message = problems.length === 0 ? sentence : sentence.split(':\n')[0]
    try {
      terminal.out(json({ error: { exit, message, problems } }))
    } catch {
      // It is just this that the disk does not take; the sentence below says so.
    }
  }
  terminal.say(onScreen(`runherald: ${sentence}`, terminal))
  end(exit)
}

/** Faults of the machine in plain words; whatever is left is a fault of ours. */
function explained(thrown: unknown): { exit: ExitCode; sentence: string } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const code = String((error as { code?: unknown }).code ?? '')
  if (code === 'EACCES' || code === 'EPERM')
    return { exit: EXIT.permission, sentence: `this user may not do that: ${error.message}` }
  if (['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG'].includes(code) || code === 'ERR_SQLITE_ERROR')
    return { exit: EXIT.storage, sentence: `the disk or the journal does not take it: ${error.message}` }
  const where =
    error.stack
      ?.split('\n')
      .find((line) => /\/(src|dist)\//.test(line))
      ?.trim() ?? ''
  const sentence = `this is a fault of runherald itself, please report it: ${error.name}: ${error.message} ${where}`
  return { exit: EXIT.bug, sentence: sentence.trim() }
}

/** Into a file all of it, or a fault: Node.js itself passes over what a full disk does not take of a write. */
function print(text: string): void {
  if (fstatSync(stdout.fd).isFile()) writeFileSync(stdout.fd, text)
  else stdout.write(text)
}

/** Ends once everything said has been handed over. */
function end(exit: number): void {
  stdout.write('', () => stderr.write('', () => process.exit(exit)))
}
