/** Gathers what the benchmarks measured: prints the table when all have run, and keeps it in RESULTS.md beside them. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'

const results = new URL('RESULTS.md', import.meta.url)
const gathered = join(tmpdir(), `runherald-bench-figures-${process.env['RUNHERALD_BENCH'] ?? process.pid}`)

/** One line of the table. `reached` null: a figure without a mark to reach. */
export type Figure = {
  figure: string
  size: string
  measured: string
  toReach: string
  reached: boolean | null
}

export function tell(figure: Figure): void {
  const [load = ''] = readFileSync('/proc/loadavg', 'utf8').split(' ')
  appendFileSync(gathered, `${rowOf({ ...figure, load })}\n`)
  const { size, measured, toReach, reached } = figure
  const said = reached === null ? '' : reached ? ': reached' : ': NOT reached'
  console.log(
    `${figure.figure}\n  size: ${size}\n  measured: ${measured} (load ${load})\n  goal: ${toReach}${said}`,
  )
}

const rowOf = ({ figure, size, measured, toReach, reached, load }: Figure & { load: string }): string => {
  const verdict = reached === null ? '' : reached ? 'yes' : '**no**'
  const cells = [figure, toReach, verdict, measured, size, load]
  return `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`
}

// ── before the first benchmark and after the last ───────────────────────────────────────────────────────────────

/** The processes of the benchmarks tell in one file. */
export function setup(): void {
  process.env['RUNHERALD_BENCH'] ??= String(process.pid)
}

/** A run of some benchmarks renews their rows alone. */
export function teardown(): void {
  const file = join(tmpdir(), `runherald-bench-figures-${process.env['RUNHERALD_BENCH']}`)
  if (!existsSync(file)) return
  const measured = readFileSync(file, 'utf8').trim().split('\n')
  rmSync(file)
  const kept = keptPage()
  const rows = new Map([...kept.rows, ...measured].map((row) => [row.split(' | ')[0], row]))
  writeFileSync(results, pageOf([...rows.values()], kept.below))
  console.log(['', HEADER, ...measured].join('\n'))
}

const HEADER = '| figure | goal | reached | measured | size | load |\n|---|---|---|---|---|---|'

/** The rows of the page as it is, and what people wrote below them. */
function keptPage(): { rows: string[]; below: string } {
  const page = existsSync(results) ? readFileSync(results, 'utf8') : ''
  const end = page.includes(BELOW) ? page.indexOf(BELOW) : page.length
  const rows = page
    .slice(0, end)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| figure '))
  return { rows, below: page.slice(end) }
}
const BELOW = '\n## '

const pageOf = (rows: string[], below: string): string => `# What the benchmarks measured

Written by \`npm run bench\`, last on ${new Date().toISOString().slice(0, 10)}; some of them alone:
\`npm run bench -- latency\`. Machine: ${machine()}.

Medians with [lowest..highest]; a ratio is of two measurements of the same run. \`load\` is the machine's one-minute load
average when the figure was taken: the benchmark's own work is in it; with other work beside it, times say little.

${HEADER}
${rows.join('\n')}
${below}`

function machine(): string {
  const [processor] = cpus()
  const redis = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]
  const disk = execFileSync('df', ['--output=fstype', tmpdir()], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1)
  return `${cpus().length} virtual cores (${processor?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, ${disk}, Node ${process.versions.node}, Redis ${redis}`
}
