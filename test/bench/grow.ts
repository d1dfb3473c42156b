/** Writes so many empty files a second into a folder until it is stopped. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '', aSecond = '0'] = process.argv.slice(2)
const began = performance.now()
let written = 0
setInterval(() => {
  const due = ((performance.now() - began) / 1000) * Number(aSecond)
  while (written < due) writeFileSync(join(folder, `grown${written++}.cbcl`), '')
}, 50)
