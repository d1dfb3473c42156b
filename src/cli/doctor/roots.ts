/** The watched folders: there, readable, writable where we put something, and how changes in them are noticed. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { whyUnreadable } from '../../config/sources.ts'
import type { Config, RunsRoot, SheetsRoot } from '../../config.ts'
import { folderOf } from '../explain/place.ts'
import { type Check, checksOf } from './check.ts'
import { fileSystemOf, isNetwork } from './file-system.ts'

const FEW_WATCHES = 8192
const FEW_INSTANCES = 16

export function checkRoots(config: Config): Check[] {
  if (config.watch.length === 0)
    return [checksOf('watch', 'Watched folders').warning('none', 'Name at least one under `watch`.')]
  return [...config.watch.flatMap(checkRoot), ...checkInotify()]
}

function checkRoot(root: RunsRoot | SheetsRoot): Check[] {
  const folder = folderOf(root)
  const { fine, warning, wrong } = checksOf('root', 'runs' in root ? 'Run folders' : 'Drop folder')
  try {
    if (readdirSync(folder).length > 0) accessSync(folder, constants.X_OK)
  } catch (thrown) {
    const fix = 'Make it, mount it, or let this user read it; meanwhile the other folders go on.'
    return [wrong(`${folder}: ${whyUnreadable(thrown)}`, fix)]
  }
  if ('sheets' in root && !isWritable(folder))
    return [
      wrong(
        `${folder} cannot be written by this user`,
        'Let this user write there: reports are put beside the sheets, in _status/.',
      ),
    ]
  const kind = fileSystemOf(folder)
  const far = isNetwork(kind)
  const how = far ? `, a network file system: found by scanning every ${root.sweepSeconds} s` : ''
  return [
    far && root.events === 'on'
      ? warning(
          `${folder} (${kind}) has events on, and a network file system raises none for what other machines write`,
          'Leave `events` at auto.',
        )
      : fine(`${folder}${kind === null ? '' : ` (${kind}${how})`}`),
    ...('sheets' in root ? checkPutAway(root) : []),
  ]
}

/** Sheets are put away by renaming them, which works within one file system alone. */
function checkPutAway({ sheets, finished }: SheetsRoot): Check[] {
  if (finished === 'keep') return []
  const { wrong } = checksOf('put-away', 'Drop folder')
  return ['done', 'needs-fixing'].flatMap((name) => {
    const folder = join(sheets, name)
    if (!existsSync(folder)) return []
    if (statSync(folder).dev !== statSync(sheets).dev)
      return [
        wrong(
          `${folder} lies on another file system, so that no sheet can be moved there`,
          'Make it a plain folder, or set `finished: keep`.',
        ),
      ]
    return isWritable(folder)
      ? []
      : [
          wrong(
            `${folder} cannot be written by this user`,
            'Let this user write there, or set `finished: keep`.',
          ),
        ]
  })
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
  const { fine, warning } = checksOf('inotify', 'File events')
  const watches = limit('max_user_watches')
  const instances = limit('max_user_instances')
  if (watches === null || instances === null) return []
  if (watches < FEW_WATCHES)
    return [warning(`only ${watches} watches are allowed`, 'sysctl fs.inotify.max_user_watches=65536')]
  return [
    instances < FEW_INSTANCES
      ? warning(`only ${instances} watchers are allowed`, 'sysctl fs.inotify.max_user_instances=128')
      : fine(`up to ${watches} watched folders`),
  ]
}

function limit(name: string): number | null {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'))
  } catch {
    return null
  }
}
