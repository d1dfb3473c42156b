/** What the disk has against paths of a root: each fault is told once, for as long as it lasts. */
import { type Emit, loggedError } from '../events.ts'
import type { Found } from '../handovers.ts'
import { type Entry, isUnspeakable } from './file-system.ts'

/** What a path was refused to: a look, or the reading of what was found. */
type Refused = 'look' | 'reading'

export function createFaults(type: Found['type'], emit: Emit) {
  const lasting = new Map<string, { message: string; refused: Refused }>()

  function tell(path: string, refused: Refused, thrown: unknown): void {
    const error = loggedError(thrown)
    const before = lasting.get(path)
    const outlasting = before?.refused === 'reading' ? 'reading' : refused
    lasting.set(path, { message: error.message, refused: outlasting })
    if (before?.message === error.message) return
    if (type === 'sheet') emit('sheet.unreadable', { path, error })
    else emit('run.unreadable', { path, error })
  }

  return {
    tell,
    /** Names that are not text cannot be opened; a person has to rename them. */
    tellUnspeakable(folder: string, entries: readonly Entry[]): void {
      const error = new Error('its name has characters that are not UTF-8 text: rename it')
      for (const { name } of entries) if (isUnspeakable(name)) tell(`${folder}/${name}`, 'look', error)
    },
    /** It went well: a look that does mends no reading. */
    mend(path: string, refused: Refused): void {
      if (lasting.get(path)?.refused === refused) lasting.delete(path)
    },
    forget: (path: string) => void lasting.delete(path),
  }
}
