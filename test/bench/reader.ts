/** Reads every run folder below a root once, and prints the seconds of processor time that took. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inspectPath } from '../../src/inspect.ts'

const [root = ''] = process.argv.slice(2)
const folders = readdirSync(root).map((name) => join(root, name))
const before = process.cpuUsage()
for (const folder of folders) inspectPath(folder, { root })
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1e6)
