/** Redis of the simulation: it keeps jobs until it loses them, runs some twice, and forgets everything when told. */
import type { Wake } from '../../../src/decision.ts'

export type Job = {
  jobId: string
  registry: string
  registration: string
  revision: number
  /** By a clock that nobody sets. */
  at: number
  /** Which process works on it; null: nobody. */
  worker: number | null
}

export type ModelQueue = {
  up: boolean
  jobs: Map<string, Job>
  /** Registries whose queue is paused in Redis. */
  paused: Set<string>
  /** Gives it a job unless one of its name is there; true when it was not. */
  give(wake: Wake, delayMs: number, now: number): boolean
  finish(job: Job): void
  flush(): void
}

export function openQueue(): ModelQueue {
  const jobs = new Map<string, Job>()
  const queue: ModelQueue = {
    up: true,
    jobs,
    paused: new Set(),
    give({ id, registry, revision, wake, at }, delayMs, now) {
      const jobId = `${id}-r${revision}-w${wake}${at === null ? '-now' : ''}`
      if (jobs.has(jobId)) return false
      jobs.set(jobId, { jobId, registry, registration: id, revision, at: now + delayMs, worker: null })
      return true
    },
    finish(job) {
      if (jobs.get(job.jobId) === job) jobs.delete(job.jobId)
    },
    flush() {
      jobs.clear()
      queue.paused.clear()
    },
  }
  return queue
}
