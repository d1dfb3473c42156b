/**
 * Asks the makes what a folder on disk is, without a reader that waits for the disk.
 *
 * A make answers from names alone. Names of folders below are fetched when a make first asks for them, and the make is
 * then asked again: it is pure, so the last answer, with nothing left to fetch, is the true one.
 */
import { type Stats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { RunFolder } from '../handovers.ts'
import {
  type Entry,
  isAbsent,
  listAtOnce,
  listEntries,
  namesOf,
  statAtOnce,
  statOrNull,
} from './file-system.ts'
import { fingerprintOf, type Look } from './fingerprint.ts'
import { MOST_NAMES } from './open-folder.ts'

export type FolderNames = Pick<RunFolder, 'name' | 'names' | 'list'>

/** The make whose run folder this is, with the files worth looking at; null where no make knows it. */
export type Recognise = (folder: FolderNames) => { make: string; marks: string[] } | null

type FolderLook = Look & {
  make: string
  /** Folders below whose names decided, relative: what happens in them matters. */
  folders: string[]
}

/** A folder that is no run folder: the folders in it, and whether a make had to look into them to know that. */
export type PlainLook = { run: null; stats: Stats; below: string[]; askedDeeper: boolean }

/** How a disk is asked. */
type Asking = {
  list(folder: string, most: number): Entry[] | Promise<Entry[]>
  stat(path: string): Stats | null | Promise<Stats | null>
}

const LOCAL: Asking = { list: listAtOnce, stat: statAtOnce }
const NETWORK: Asking = { list: listEntries, stat: statOrNull }

/** A run folder's look, or what else the folder is. Throws what the file system throws. */
export async function lookAtFolder(
  path: string,
  recognise: Recognise,
  { isLocal }: { isLocal: boolean },
): Promise<{ run: FolderLook } | PlainLook> {
  const disk = isLocal ? LOCAL : NETWORK
  const folder = isLocal ? statSync(path) : await stat(path)
  const names = await namesIn(path, disk)
  const { answer, folders } = await askMakes(path, names, recognise, disk)
  if (answer === null) {
    const below = names.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1))
    return { run: null, stats: folder, below, askedDeeper: folders.length > 0 }
  }
  const marks = new Map<string, Stats>()
  for (const mark of answer.marks) {
    const stats = await disk.stat(join(path, mark))
    if (stats !== null) marks.set(mark, stats)
  }
  return { run: { ...fingerprintOf(marks, folder), make: answer.make, folders } }
}

const MOST_ROUNDS = 8
const MOST_FOLDERS = 500

async function askMakes(
  path: string,
  names: string[],
  recognise: Recognise,
  disk: Asking,
): Promise<{ answer: ReturnType<Recognise>; folders: string[] }> {
  const listed = new Map<string, string[]>()
  for (let round = 0; ; round++) {
    const wanted = new Set<string>()
    const answer = recognise({
      name: basename(path),
      names,
      list(below) {
        const parts = below.split('/').filter((part) => part !== '' && part !== '.')
        if (parts.length === 0 || parts.includes('..')) return []
        const key = parts.join('/')
        const known = listed.get(key)
        if (known === undefined) wanted.add(key)
        return known ?? []
      },
    })
    if (wanted.size === 0 || round === MOST_ROUNDS || listed.size + wanted.size > MOST_FOLDERS)
      return { answer, folders: [...listed.keys()] }
    for (const below of wanted) listed.set(below, await namesBelow(path, below, { names, listed, disk }))
  }
}

/** Names in a folder below; none where it is not a folder, or a link to one. */
async function namesBelow(
  path: string,
  below: string,
  { names, listed, disk }: { names: string[]; listed: ReadonlyMap<string, string[]>; disk: Asking },
): Promise<string[]> {
  const cut = below.lastIndexOf('/')
  const siblings = cut === -1 ? names : (listed.get(below.slice(0, cut)) ?? null)
  if (siblings !== null && !siblings.includes(`${below.slice(cut + 1)}/`)) return []
  try {
    return await namesIn(join(path, below), disk)
  } catch (thrown) {
    if (isAbsent(thrown)) return []
    throw thrown
  }
}

const namesIn = async (folder: string, disk: Asking): Promise<string[]> =>
  namesOf(await disk.list(folder, MOST_NAMES))
