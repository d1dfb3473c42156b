/** One life of the daemon with its window: from one reading of the configuration to its end, or to the next reading. */
import { type Config, listenAddress, readSecret } from '../../config.ts'
import { type StartFault, startDaemon } from '../../daemon.ts'
import type { Herald } from '../../events.ts'
import type { Journal } from '../../journal/journal.ts'
import { viewOf } from '../../ops/daemon-view.ts'
import { startNotifying } from '../../ops/notify.ts'
import { openWindow } from '../../ops/server.ts'
import type { View } from '../../ops/view.ts'
import { err, ok, type Result } from '../../result.ts'
import { journalFile } from '../journal.ts'
import { EXIT } from '../terminal.ts'
import { version } from '../version.ts'

export type Life = {
  config: Config
  herald: Herald
  journal: Journal
  view: View
  url: string
  /** Resolves with a sentence when it cannot go on. */
  failed: Promise<string>
  /** Ends everything it started; what is on the wire gets its own time-out. */
  close(): Promise<void>
}

export async function begin(
  config: Config,
  herald: Herald,
  parts: { watch: boolean; work: boolean },
): Promise<Result<Life, StartFault>> {
  const started = await startDaemon(config, herald, parts)
  if (!started.ok) return started
  const daemon = started.value
  const view = viewOf(config, daemon, { herald, version, journalFile: journalFile(config) })
  const address = listenAddress(config.http.listen)
  if (address === null) throw new Error(`${config.http.listen} was checked before`)
  try {
    const token = config.http.tokenFile === null ? null : await readSecret(config.http.tokenFile)
    // Two halves of one daemon read one configuration.
    const fallBack = config.embedded || !(parts.watch && parts.work)
    const window = await openWindow(view, { ...address, token, fallBack })
    const notifying = startNotifying(config.notify, view, { kept: daemon.journal, page: window.url })
    herald.emit('http.listening', { url: window.url })
    return ok({
      ...{ config, herald, view, journal: daemon.journal, url: window.url, failed: daemon.failed },
      async close() {
        notifying.close()
        await window.close()
        await daemon.close()
      },
    })
  } catch (thrown) {
    await daemon.close()
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown
    const sentence = `${config.http.listen} is taken by another program; set another http.listen`
    return err({ exit: EXIT.away, sentence })
  }
}
