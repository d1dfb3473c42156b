/** What only shows when the parts of a configuration are seen together, or with the files they name. */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { registries } from '../registries/index.ts'
import { type Fault, fault, type Path } from './faults.ts'
import { type Places, secretPath } from './places.ts'
import type { Config } from './schema.ts'
import { isBlock, type Values, whyUnreadable } from './sources.ts'
import { listenAddress } from './values.ts'

/** Looks at raw values, since it must speak up beside faults of other sorts. */
export function crossFaults(values: Values): Fault[] {
  return [
    ...repeatedNames(values),
    ...openPage(values),
    ...overlaps(values),
    ...tellsNobody(values),
    ...journalElsewhere(values),
  ]
}

function repeatedNames(values: Values): Fault[] {
  const repeated = (list: string, key: string): Fault[] => {
    const names = blocks(values[list]).map((one) => one[key])
    return names.flatMap((name, index) => {
      const first = names.indexOf(name)
      if (typeof name !== 'string' || first === index) return []
      return [
        fault('config.name-repeated', `"${name}" stands in ${list}[${first}] already`, [list, index, key]),
      ]
    })
  }
  return [...repeated('registries', 'name'), ...repeated('instruments', 'serial')]
}

function openPage({ http }: Values): Fault[] {
  if (!isBlock(http) || typeof http['listen'] !== 'string' || http['tokenFile'] !== undefined) return []
  const address = listenAddress(http['listen'])
  if (address === null || address.loopback) return []
  const found = `${http['listen']} can be reached from other machines`
  return [fault('config.token-needed', found, ['http', 'listen'])]
}

function overlaps(values: Values): Fault[] {
  const roots = blocks(values['watch']).flatMap((root, index) => {
    const key = 'runs' in root ? 'runs' : 'sheets'
    const folder = root[key]
    return typeof folder === 'string' ? [{ folder, path: ['watch', index, key] }] : []
  })
  const among = roots.flatMap((one, index) =>
    roots
      .slice(0, index)
      .filter((other) => contains(one.folder, other.folder) || contains(other.folder, one.folder))
      .map((other) =>
        fault('config.folders-overlap', `${one.folder} overlaps with ${other.folder}`, one.path),
      ),
  )
  const state = values['state']
  if (typeof state !== 'string') return among
  const around = roots
    .filter((root) => contains(root.folder, state))
    .map((root) =>
      fault('config.folders-overlap', `the state folder ${state} lies in ${root.folder}`, root.path),
    )
  return [...among, ...around]
}

const contains = (outer: string, inner: string): boolean => {
  const way = relative(resolve('/', outer), resolve('/', inner))
  return way === '' || !(way === '..' || way.startsWith('../'))
}

const tellsNobody = ({ notify }: Values): Fault[] =>
  isBlock(notify) && notify['mail'] === undefined && notify['webhook'] === undefined
    ? [fault('config.notify-nobody', 'it has neither `mail` nor `webhook`', ['notify'])]
    : []

const journalElsewhere = ({ journal }: Values): Fault[] =>
  journal === undefined
    ? []
    : [fault('config.journal-not-available', '`journal` names another place', ['journal'])]

/** What is possible, but does not do what it was written for. */
export const doubts = (config: Config): Fault[] =>
  config.registries.flatMap(({ kind, map }, index) => {
    const subjects: readonly string[] = registries[kind as keyof typeof registries].takes.subjects
    if (map.libraryName === null || !subjects.includes('run') || subjects.includes('library')) return []
    const found = `${kind} takes a run together with its library's samples, which a sheet alone tells: without one the run is refused`
    return [fault('config.library-name-in-vain', found, ['registries', index, 'map', 'libraryName'])]
  })

/** Every key ending in `File` under http, redis, notify and a registry's auth must name a file with something in it. */
export function secretFaults(values: Values, places: Places): Fault[] {
  const faults: Fault[] = []
  const look = (block: unknown, path: Path): void => {
    if (!isBlock(block)) return
    for (const [key, value] of Object.entries(block)) {
      const at = [...path, key]
      if (isBlock(value)) look(value, at)
      else if (key.endsWith('File') && typeof value === 'string') {
        const wrong = unreadable(secretPath(value, at.join('.'), places))
        if (wrong !== null) faults.push(fault('config.secret-unreadable', `${nameOf(value)}: ${wrong}`, at))
      }
    }
  }
  look(values['http'], ['http'])
  look(values['redis'], ['redis'])
  look(values['notify'], ['notify'])
  for (const [index, one] of blocks(values['registries']).entries())
    look(one['auth'], ['registries', index, 'auth'])
  return faults
}

// Someone may have written the secret itself where the path belongs.
const nameOf = (value: string): string => (/[/.]/.test(value) ? value : 'what is written here (not shown)')

function unreadable(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() === '' ? 'it is empty' : null
  } catch (thrown) {
    return whyUnreadable(thrown)
  }
}

const blocks = (list: unknown): Values[] =>
  Array.isArray(list) ? list.map((one) => (isBlock(one) ? one : {})) : []
