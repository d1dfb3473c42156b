/** The two streams a command writes to, what the one at the other end can show, and how a command ends early. */
import { styleText } from 'node:util'

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
  constructor(exit: ExitCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.exit = exit
  }
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

/** A cell of a table; a style is applied after the columns are aligned. */
export type Cell = string | { text: string; style: Parameters<typeof styleText>[0] }

/** A table with aligned columns; the last may be as long as it likes. Empty columns are left out. */
export function table(header: readonly string[], rows: ReadonlyArray<readonly Cell[]>, paint: Paint): string {
  const used = header.map((_, column) => rows.some((row) => textOf(row[column]) !== ''))
  const keep = (row: readonly Cell[]) => row.filter((_, column) => used[column])
  const heads = keep(header)
  const cells = rows.map(keep)
  const widths = heads.map((head, column) =>
    Math.max(textOf(head).length, ...cells.map((row) => textOf(row[column]).length)),
  )
  const line = (row: readonly Cell[]) =>
    row
      .map((cell, column) => {
        const text = textOf(cell)
        const space = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - text.length)
        return (typeof cell === 'string' ? text : paint(cell.style, text)) + space
      })
      .join('  ')
  const top = line(heads.map((head) => ({ text: textOf(head), style: 'bold' })))
  return [...(heads.every((head) => head === '') ? [] : [top]), ...cells.map(line)].join('\n')
}

const textOf = (cell: Cell | undefined): string => plain(typeof cell === 'string' ? cell : (cell?.text ?? ''))

export const json = (document: unknown): string => JSON.stringify(document, null, 2)
