/** The two streams a command writes to, what the one at the other end can show, and how a command ends early. */
import { stripVTControlCharacters, styleText } from 'node:util'
import { suggestion } from '../config/suggest.ts'
import type { ConfigProblem } from '../config.ts'

/** Exit codes that scripts and systemd units rely on. */
export const EXIT = {
  fine: 0,
  finding: 1,
  usage: 2,
  person: 3,
  away: 69,
  bug: 70,
  storage: 74,
  running: 75,
  permission: 77,
  config: 78,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with a sentence for the person who gave it; no fault of ours. */
export class Stop extends Error {
  readonly exit: ExitCode
  /** The faults of the configuration that the sentence tells of. */
  readonly problems: readonly ConfigProblem[]
  constructor(exit: ExitCode, sentence: string, problems: readonly ConfigProblem[] = []) {
    super(sentence)
    this.exit = exit
    this.problems = problems
  }
}

/** Ends a command with what was said elsewhere. */
export const stopWith = ({ exit, sentence }: { exit: ExitCode; sentence: string }): Stop =>
  new Stop(exit, sentence)

/** Ends a command that was told a name there is not, with the one that was probably meant. */
export function unknown(what: string, said: string, names: readonly string[]): Stop {
  const near = suggestion(said, names)
  const hint = near === null ? `there are: ${names.join(', ')}` : `did you mean ${near}?`
  return new Stop(EXIT.usage, `no ${what} is called "${said}"; ${hint}`)
}

/** `out` takes data, `say` takes messages; both add the line feed. */
export type Terminal = {
  out(text: string): void
  say(text: string): void
  /** Standard output is a terminal; `colour` says so of its colours and of NO_COLOR. */
  interactive: boolean
  colour: boolean
  columns: number
  env: NodeJS.ProcessEnv
  /** Resolves with the first SIGINT, SIGTERM or SIGHUP; a later one ends the program at once. */
  stopped(): Promise<string>
  /** Resolves with the next SIGHUP; from the first call on it stops nothing any more. */
  hungUp(): Promise<'SIGHUP'>
}

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string

export const painter =
  (terminal: Pick<Terminal, 'colour'>): Paint =>
  (style, text) =>
    terminal.colour ? styleText(style, text, { validateStream: false }) : text

/** Text from files and registries made safe to show: what could move the cursor or change colours is replaced. */
export const plain = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')

/** Text broken at blanks to lines of `width`, each begun with `indent`. A command it ends with stays whole, to be copied. */
export function wrapped(text: string, width: number, indent = ''): string {
  const [prose = '', command] = text.split(/(?<=:) (?=runherald \S)/)
  const room = Math.max(20, width - indent.length)
  const lines: string[] = []
  let line = ''
  for (const word of prose.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (command === undefined) lines.push(line)
  else if (line.length + 1 + command.length <= room) lines.push(`${line} ${command}`)
  else lines.push(line, `  ${command}`)
  return lines.map((one) => indent + one).join('\n')
}

/** What a table may take: a screen has an edge, a pipe or a file has none. */
export const roomOf = ({ interactive, columns }: Terminal): number =>
  interactive ? columns : Number.POSITIVE_INFINITY

/** Lines of a message for a screen, as they are where they fit: else broken at blanks, going on under their own beginning. */
export const onScreen = (text: string, terminal: Terminal): string => fitted(text, roomOf(terminal))

/** The same for any width, each line after `indent`. */
export const fitted = (text: string, width: number, indent = ''): string =>
  text
    .split('\n')
    .map((line) => {
      const own = indent + (/^ */.exec(line)?.[0] ?? '')
      return indent.length + line.length <= width
        ? indent + plain(line)
        : wrapped(plain(line.trim()), width, own)
    })
    .join('\n')

/** Every line of a block below its heading. */
export const indented = (block: string): string => block.replaceAll(/^/gm, '  ')

/** Lines below a title, after an empty one; none where there is nothing to tell. */
export const section = (title: string, body: string, paint: Paint): string[] =>
  body === '' ? [] : ['', paint('underline', title), body]

/** Parts in one line, two blanks between them; what finds no room goes on below, each under `indent`. */
export function sideBySide(parts: readonly string[], width: number, indent = '  '): string {
  const lines: string[] = []
  for (const part of parts.filter((one) => one !== '')) {
    const line = lines.at(-1)
    if (line === undefined) lines.push(lengthOf(part) <= width ? part : wrapped(part, width))
    else if (lengthOf(line) + 2 + lengthOf(part) <= width) lines.push(`${lines.pop()}  ${part}`)
    else if (lengthOf(part) + indent.length <= width) lines.push(indent + part)
    else lines.push(wrapped(part, width, indent))
  }
  return lines.join('\n')
}

/** How wide a text is on the screen. */
export const lengthOf = (text: string): number => stripVTControlCharacters(text).length

export const json = (document: unknown): string => JSON.stringify(document, null, 2)
