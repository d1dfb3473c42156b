/**
 * Questions to a disk that may never answer, as a network drive whose server is down: each is given up after a while,
 * and a path is not asked again before its last question has come back.
 */
import { within } from './crawl.ts'

export type Disk = {
  /** The answer, or what the file system throws; ETIMEDOUT when there is none in time. */
  ask<T>(path: string, question: () => Promise<T>): Promise<T>
  /** How many questions are out that were given up. */
  unanswered(): number
}

const LATE = Symbol('late')

export function createDisk(patienceMs: number): Disk {
  const unanswered = new Set<string>()
  return {
    async ask(path, question) {
      if (unanswered.has(path)) throw notAnswering()
      const asked = question()
      const answer = await within(patienceMs, asked, LATE)
      if (answer !== LATE) return answer as Awaited<typeof asked>
      unanswered.add(path)
      const back = () => unanswered.delete(path)
      asked.then(back, back)
      throw notAnswering()
    },
    unanswered: () => unanswered.size,
  }
}

export const notAnswering = (): Error =>
  Object.assign(new Error('the disk or network drive does not answer'), { code: 'ETIMEDOUT' })
