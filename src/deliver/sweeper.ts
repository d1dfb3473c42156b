/**
 * Looks again and again that everything the journal wants delivered has a job.
 *
 * At the start, every so often, when Redis has come back, and as soon as another process has written in the journal.
 */

type Sweeper = {
  /** Sweeps now, or once more after the sweep that is under way. */
  soon(isRepair?: boolean): void
  close(): Promise<void>
}

export function createSweeper(options: {
  everyMs: number
  lookElsewhereMs: number
  changedElsewhere(): Promise<boolean>
  /** A repair expects to find nothing; other sweeps follow something that happened. */
  sweep(isRepair: boolean): Promise<void>
  onFault(thrown: unknown): void
}): Sweeper {
  const { everyMs, lookElsewhereMs, changedElsewhere, sweep, onFault } = options
  let wanted: { isRepair: boolean } | null = null
  let sweeping: Promise<void> | null = null
  let isClosing = false

  async function run(): Promise<void> {
    while (wanted !== null && !isClosing) {
      const { isRepair } = wanted
      wanted = null
      await sweep(isRepair).catch(onFault)
    }
  }

  function soon(isRepair = false): void {
    if (isClosing) return
    wanted = { isRepair: isRepair || wanted?.isRepair === true }
    sweeping ??= run().finally(() => {
      sweeping = null
      if (wanted !== null) soon(wanted.isRepair)
    })
  }

  const regular = setInterval(() => soon(true), everyMs)
  const elsewhere = setInterval(() => {
    changedElsewhere().then((changed) => changed && soon(), onFault)
  }, lookElsewhereMs)

  return {
    soon,
    async close() {
      isClosing = true
      clearInterval(regular)
      clearInterval(elsewhere)
      await sweeping
    },
  }
}
