/**
 * Questions to a disk that may never answer, as a network drive whose server is down: few at once, since a hung server
 * keeps the threads that ask; each is given up after a while, and a path is not asked again before its last question
 * has come back.
 */
import { createLimit, within } from '../event-loop.ts'

export type Disk = ReturnType<typeof createDisk>

const LATE = Symbol('late')

export function createDisk(patienceMs: number, atOnce: () => number) {
  const unanswered = new Set<string>()
  const limited = createLimit(atOnce)

  return {
    /** The answer, or what the file system throws; ETIMEDOUT when there is none in time. */
    ask: <T>(path: string, question: () => Promise<T>): Promise<T> =>
      limited(async () => {
        // Others that asked before may have been given up while this one waited for its turn.
        if (unanswered.has(path) || unanswered.size >= atOnce()) throw notAnswering()
        const asked = question()
        const answer = await within(patienceMs, asked, LATE)
        if (answer !== LATE) return answer as T
        unanswered.add(path)
        const back = () => unanswered.delete(path)
        asked.then(back, back)
        throw notAnswering()
      }),
    /** Are as many questions given up, and still out, as may be asked at once? */
    isSilent: () => unanswered.size >= atOnce(),
  }
}

export const notAnswering = (): Error =>
  Object.assign(new Error('the disk or network drive does not answer'), { code: 'ETIMEDOUT' })
