/** `resolve ID`: a person's verdict on a registration whose outcome only a person can know. */
import type { Act } from '../decision.ts'
import { needsPerson } from '../ops/words.ts'
import { actor, findRegistration, writingJournal } from './journal.ts'
import type { CommandOptions } from './settings.ts'
import { EXIT, json, painter, roomOf, Stop, type Terminal, wrapped } from './terminal.ts'
import { subjectWords } from './words.ts'

type ResolveOptions = CommandOptions & {
  registered?: string | true
  resend?: boolean
  abandon?: boolean
  reason?: string
}

export function resolve(terminal: Terminal, said: string, options: ResolveOptions): Promise<number> {
  const act = actOf(options)
  return writingJournal(terminal, options, async (journal) => {
    const row = await findRegistration(journal, said)
    const { declined } = await journal.act(row.id, act, actor(), new Date())
    const [now = row] = await journal.registrations({ ids: [row.id] })
    const { state } = now
    if (options.json) terminal.out(json({ id: row.id, done: declined === null, because: declined, state }))
    else if (declined === null)
      terminal.out(
        `${painter(terminal)('green', 'Noted')}: ${subjectWords(row.subject)} at ${row.registry} is now ${state}.`,
      )
    else terminal.say(wrapped(`Not possible: ${declined}.`, roomOf(terminal)))
    if (needsPerson(now)) return EXIT.person
    return declined === null ? EXIT.fine : EXIT.finding
  })
}

function actOf({ registered, resend, abandon, reason }: ResolveOptions): Act {
  const verdicts = [registered !== undefined, resend === true, abandon === true].filter(Boolean).length
  if (verdicts !== 1) throw new Stop(EXIT.usage, 'give one verdict: --registered, --resend or --abandon')
  if (registered !== undefined)
    return {
      resolve: 'registered',
      remoteId: registered === true ? null : registered,
      reason: reason ?? null,
    }
  if (resend) return { resolve: 'resend', reason: reason ?? 'it is not there' }
  if (reason === undefined || reason.trim() === '')
    throw new Stop(EXIT.usage, 'say why it is given up: --abandon --reason "run repeated"')
  return { resolve: 'abandon', reason }
}
