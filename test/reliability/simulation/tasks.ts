/** Work that may be suspended between any two effects, and goes on when the history says so; or never, after a crash. */
type Suspended = { owner: number; resume: () => void }

export type Tasks = {
  suspended: Suspended[]
  /** Waits until the history resumes it. */
  suspend(owner: number): Promise<void>
  resume(index: number): void
  /** Forgets the work of a process that has died. */
  forget(owner: number): void
  /** Calls of a journal that has not answered yet; and all there ever were. */
  waiting: number
  stirred: number
  /** Resolves when all work stands still. */
  idle(): Promise<void>
}

export function openTasks(): Tasks {
  const tasks: Tasks = {
    suspended: [],
    waiting: 0,
    stirred: 0,
    suspend: (owner) => new Promise((resume) => tasks.suspended.push({ owner, resume })),
    resume(index) {
      const [one] = tasks.suspended.splice(index, 1)
      one?.resume()
    },
    forget(owner) {
      tasks.suspended = tasks.suspended.filter((one) => one.owner !== owner)
    },
    async idle() {
      // What is planned together begins a turn after it was found, and what waits in line for it later still.
      for (let quiet = 0, seen = tasks.stirred; quiet < 3; quiet++) {
        await new Promise((turned) => setImmediate(turned))
        if (tasks.waiting > 0 || tasks.stirred !== seen) quiet = 0
        seen = tasks.stirred
      }
    },
  }
  return tasks
}
