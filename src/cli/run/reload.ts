/**
 * Reading the configuration anew while the daemon runs: all of it or nothing.
 *
 * A wrong one changes nothing. With a right one all parts are ended in order and started again in this process, as
 * after a restart: there is one way to come to life, and it is the one that is tested most.
 */
import type { Config, ConfigProblem } from '../../config.ts'
import type { StartFault } from '../../daemon.ts'
import type { Herald } from '../../events.ts'
import type { Result } from '../../result.ts'
import { stopWith } from '../terminal.ts'
import type { Life } from './life.ts'

export type Renewal = {
  read(): Result<Config, ConfigProblem[]>
  heraldFor(config: Config): Promise<Herald>
  begin(config: Config, herald: Herald): Promise<Result<Life, StartFault>>
}

/** The life that goes on: a new one, or the same where the configuration is wrong. Ends the command when none can. */
export async function renewed(life: Life, { read, heraldFor, begin }: Renewal): Promise<Life> {
  const began = performance.now()
  const config = read()
  if (!config.ok) {
    life.herald.emit('config.rejected', { problems: config.error.map(placeOf) })
    return life
  }
  const changes = differences(life.config, config.value)
  await life.close()
  const next = await begin(config.value, await heraldFor(config.value))
  if (next.ok) {
    next.value.herald.emit('config.reloaded', { changes, tookMs: Math.round(performance.now() - began) })
    return next.value
  }
  const back = await begin(life.config, life.herald)
  if (!back.ok) throw stopWith(back.error)
  life.herald.emit('config.rejected', { problems: [next.error.sentence] })
  return back.value
}

/** Where a fault stands and which it is; what was written there stays out of the log. */
const placeOf = ({ file, position, key, code }: ConfigProblem): string => {
  const place = position === null ? file : `${file}:${position.line}:${position.column}`
  return [place, key, code].filter((part) => part !== null && part !== '').join(' ')
}

/** Every value that differs, as `watch.0.sweepSeconds: 60 → 30`. Of secrets only the names of their files are known here. */
function differences(before: Config, after: Config): string[] {
  const [old, fresh] = [flat(before), flat(after)]
  const keys = new Set([...old.keys(), ...fresh.keys()])
  return [...keys].flatMap((key) => {
    const [one, other] = [old.get(key) ?? 'none', fresh.get(key) ?? 'none']
    return one === other ? [] : [`${key}: ${one} \u2192 ${other}`]
  })
}

function flat(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) flat(one, path === '' ? key : `${path}.${key}`, into)
  else into.set(path, JSON.stringify(value) ?? 'none')
  return into
}
