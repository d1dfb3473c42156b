/** `check PATH…`: what lies there, how each value is known, what is wrong, and what would be sent. Sends nothing. */
import { resolve } from 'node:path'
import { type CheckDocument, checkPaths } from '../planning.ts'
import { hasErrors } from '../problems.ts'
import { resultText } from './check/result-text.ts'
import { countText } from './problems-text.ts'
import { type CommandOptions, configOf } from './settings.ts'
import { EXIT, json, painter, type Terminal, wrapped } from './terminal.ts'

export async function check(terminal: Terminal, paths: string[], options: CommandOptions): Promise<number> {
  const config = configOf(terminal, options)
  const document = await checkPaths(
    paths.map((path) => resolve(path)),
    config,
    { now: new Date() },
  )
  const paint = painter(terminal)
  if (options.json) terminal.out(json(document))
  else {
    for (const result of document.results) terminal.out(`${resultText(result, paint, terminal)}\n`)
    terminal.out(paint('bold', wrapped(verdict(document), terminal.columns)))
  }
  const problems = document.results.flatMap((one) => one.problems)
  return hasErrors(problems) ? EXIT.finding : EXIT.fine
}

function verdict({ results }: CheckDocument): string {
  const problems = results.flatMap((one) => one.problems)
  const found = countText(problems)
  const requests = results.flatMap((one) => one.submissions).filter((one) => one.requests.length > 0)
  const sendable = requests.filter((one) => one.waitingFor.length === 0).length
  const ready = `${sendable} of ${requests.length} requests could be sent as things are`
  const what = requests.length === 0 ? 'No request follows from this' : ready
  return `${found ?? 'No problems'}. ${what}. Nothing was sent.`
}
