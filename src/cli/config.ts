/** `config check|show|init`: is the configuration right, what does it amount to, and an example to begin with. */
import { readFileSync } from 'node:fs'
import { Document, isCollection, isScalar, visit } from 'yaml'
import { type Adopt, adoptText, durationText } from '../config/values.ts'
import { loadWithOrigins } from '../config.ts'
import { count } from '../feedback/numbers.ts'
import { type CommandOptions, faultsText, loaded, sourcesOf } from './settings.ts'
import { EXIT, json, painter, Stop, sideBySide, type Terminal } from './terminal.ts'

const EXAMPLE = new URL('../../config/runherald.yaml', import.meta.url)

export async function config(terminal: Terminal, act: string, options: CommandOptions): Promise<number> {
  if (act === 'init') {
    terminal.out(readFileSync(EXAMPLE, 'utf8').trimEnd())
    return EXIT.fine
  }
  if (act === 'check') return check(terminal, options)
  if (act === 'show') return show(terminal, options)
  throw new Stop(EXIT.usage, `"config ${act}" is no command; possible are check, show and init`)
}

function check(terminal: Terminal, options: CommandOptions): number {
  const read = loadWithOrigins(sourcesOf(terminal, options))
  const file = read.ok ? read.value.file : null
  const problems = read.ok ? read.value.warnings : read.error
  if (options.json) terminal.out(json({ valid: read.ok, file, problems }))
  else if (read.ok) {
    const { watch, registries } = read.value.config
    const what = `${count(watch.length, 'watched folder')}, ${count(registries.length, 'registry')}`
    terminal.out(
      sideBySide(
        [
          `${painter(terminal)('green', 'The configuration is right')}: ${file ?? 'embedded defaults'}`,
          `(${what})`,
        ],
        terminal.columns,
      ),
    )
  }
  if (!options.json && problems.length > 0) terminal.say(`runherald: ${faultsText(problems)}`)
  return read.ok ? EXIT.fine : EXIT.config
}

/** The effective values as YAML, each with where it was set; paths of secrets are shown, secrets never. */
function show(terminal: Terminal, options: CommandOptions): number {
  const { config, file, origins } = loaded(terminal, options)
  const basis = file === null ? 'embedded defaults' : 'default'
  if (options.json) {
    const { embedded: _, ...values } = config
    terminal.out(json({ file, values, origins: Object.fromEntries(origins), others: basis }))
    return EXIT.fine
  }
  const { embedded: _, timeScale, ...values } = config
  const document = new Document(asWritten(values))
  document.commentBefore = ` ${file ?? 'No configuration file: these are the embedded defaults'}${timeScale === 1 ? '' : `\n Waiting times are divided by ${timeScale} (RUNHERALD_TIME_SCALE)`}`
  visit(document, {
    Scalar(key, node) {
      if (key !== 'key') node.comment = ` ${basis}`
    },
    Collection(_, node) {
      if (isCollection(node) && node.items.length === 0) node.flow = true
    },
  })
  for (const [key, origin] of origins) {
    const node = document.getIn(key.split('.'), true)
    if (isScalar(node)) node.comment = ` ${origin}`
  }
  terminal.out(document.toString({ lineWidth: 0 }).trimEnd())
  return EXIT.fine
}

/** Values that were read into something else, written as in the file again. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
    if (key === 'adopt') return [key, adoptText(one as Adopt)]
    if (key === 'stalledAfterSeconds') return ['stalledAfter', durationText(Number(one))]
    return [key, asWritten(one)]
  })
  return Object.fromEntries(entries)
}
