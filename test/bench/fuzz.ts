/**
 * `npm run fuzz`: a million changed files per parser; the last result of each is kept beside this file.
 *
 * `-- --inputs N` reads another number, `--seed N` the inputs of an earlier time, `--minutes N` stops when they are over,
 * `--only NAME`, once or more, reads with these parsers alone.
 */
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fuzz, type Parser, parsers } from '../rig/fuzz.ts'

const RESULTS = fileURLToPath(new URL('./FUZZ.md', import.meta.url))

const { values } = parseArgs({
  options: {
    inputs: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
})
const inputs = Number(values.inputs ?? 1_000_000)
const seed = Number(values.seed ?? randomInt(2 ** 31))
const minutes = Number(values.minutes ?? Number.POSITIVE_INFINITY)
const asked = parsers.filter(({ name }) => values.only?.includes(name) ?? true)

console.log(`${inputs} inputs for each of ${asked.length} parsers, seed ${seed}`)
const begun = Date.now()
for (const [index, parser] of asked.entries()) {
  const until = begun + ((index + 1) / asked.length) * minutes * 60_000
  const started = Date.now()
  const { read, found } = fuzz(parser, { inputs, seed, until })
  const seconds = Math.round((Date.now() - started) / 1000)
  console.log(`${parser.name}: ${read} inputs in ${seconds} s, ${found === null ? 'no fault' : found.what}`)
  if (found !== null) {
    const kept = join(mkdtempSync(join(tmpdir(), 'runherald-fuzz-')), 'input')
    writeFileSync(kept, found.input)
    console.log(`  input ${found.index}, from ${found.from}, is kept in ${kept}`)
    process.exitCode = 1
  }
  const day = new Date(started).toISOString().slice(0, 10)
  keep(parser, [read, seconds, found === null ? 0 : 1, seed, day])
}

/** Puts the row of one parser in its place; those of the others stay as they are. */
function keep(parser: Parser, result: Array<number | string>): void {
  const rowOf = ({ name, of }: Parser) => `| ${name} | ${of} | `
  const lines = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8').split('\n') : []
  const rows = parsers.flatMap((one) =>
    one === parser
      ? [`${rowOf(one)}${result.join(' | ')} |`]
      : lines.filter((line) => line.startsWith(rowOf(one))),
  )
  writeFileSync(
    RESULTS,
    `# Last results of \`npm run fuzz\`

Each input is a fixture's file with one to four changes: a file of a run read alone in its folder or among the files that
belong to it, a sheet read as dropped or as lying in a run folder. A fault is an exception, an answer that is no valid
record, or one that contradicts itself; a parser stops at its first. Node.js ${process.version}.

| parser | of | inputs read | seconds | faults | seed | day |
|---|---|---:|---:|---:|---:|---|
${rows.join('\n')}
`,
  )
}
