/** The watched folders: there, readable, writable where we put something, and how changes in them are noticed. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import type { Config, RunsRoot, SheetsRoot } from '../../config.ts'
import { loggedError } from '../../events.ts'
import { type Check, fine, warning, wrong } from './check.ts'
import { fileSystemOf, isNetwork } from './file-system.ts'

const FEW_WATCHES = 8192

export function checkRoots(config: Config): Check[] {
  if (config.watch.length === 0)
    return [warning('watch', 'Watched folders', 'none', 'Name at least one under `watch`.')]
  return [...config.watch.map(checkRoot), ...checkInotify()]
}

function checkRoot(root: RunsRoot | SheetsRoot): Check {
  const folder = 'runs' in root ? root.runs : root.sheets
  const what = 'runs' in root ? 'Run folders' : 'Drop folder'
  try {
    readdirSync(folder)
  } catch (thrown) {
    const { code, message } = loggedError(thrown)
    const found = `${folder}: ${code === 'ENOENT' ? 'it does not exist' : code === 'EACCES' ? 'this user may not read it' : message}`
    return wrong(
      'root',
      what,
      found,
      'Make it, mount it, or let this user read it; meanwhile the other folders go on.',
    )
  }
  if ('sheets' in root && !isWritable(folder))
    return wrong(
      'root',
      what,
      `${folder} cannot be written by this user`,
      'Let this user write there: reports are put beside the sheets, in _status/.',
    )
  const kind = fileSystemOf(folder)
  const how = isNetwork(kind) ? `, a network file system: found by scanning every ${root.sweepSeconds} s` : ''
  return fine('root', what, `${folder}${kind === null ? '' : ` (${kind}${how})`}`)
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Few watches only make it slower, since the scan finds everything. */
function checkInotify(): Check[] {
  try {
    const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8'))
    return limit >= FEW_WATCHES
      ? [fine('inotify', 'File events', `up to ${limit} watched folders`)]
      : [
          warning(
            'inotify',
            'File events',
            `only ${limit} watches are allowed`,
            'sysctl fs.inotify.max_user_watches=65536',
          ),
        ]
  } catch {
    return []
  }
}
