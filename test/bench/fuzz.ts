/**
 * `npm run fuzz`: a million changed files per parser, and the result beside this file.
 *
 * `-- --inputs N` reads another number, `--seed N` the inputs of an earlier time, `--minutes N` stops when they are over.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { anySeed, fuzz, parsers } from '../rig/fuzz.ts'

const RESULT = fileURLToPath(new URL('./FUZZ.md', import.meta.url))

const { values } = parseArgs({
  options: { inputs: { type: 'string' }, seed: { type: 'string' }, minutes: { type: 'string' } },
})
const inputs = Number(values.inputs ?? 1_000_000)
const seed = Number(values.seed ?? anySeed())
const minutes = Number(values.minutes ?? Number.POSITIVE_INFINITY)

console.log(`${inputs} inputs for each of ${parsers.length} parsers, seed ${seed}`)
const begun = Date.now()
const rows = parsers.map((parser, index) => {
  const until = begun + ((index + 1) / parsers.length) * minutes * 60_000
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
  return `| ${parser.name} | ${parser.of} | ${read} | ${seconds} | ${found === null ? 0 : 1} |`
})

writeFileSync(
  RESULT,
  `# Last run of \`npm run fuzz\`

${new Date(begun).toISOString().slice(0, 10)}, seed ${seed}, Node.js ${process.version}, ${inputs} inputs asked for per parser${
    Number.isFinite(minutes) ? `, stopped after ${minutes} minutes` : ''
  }. Each input is a fixture's file with one to four
changes: a file of a run read alone in its folder or among the files that belong to it, a sheet read as dropped or as lying
in a run folder. A fault is an exception, an answer that is no valid record, or one that contradicts itself; a parser stops
at its first.

| parser | of | inputs read | seconds | faults |
|---|---|---:|---:|---:|
${rows.join('\n')}
`,
)
