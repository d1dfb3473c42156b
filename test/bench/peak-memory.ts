/** Judges one large sheet, or only makes it, and prints the most memory the process ever had, in megabytes. */
import { readSheet } from '../../src/sample-sheets/index.ts'
import { type LargeFormat, largeSheet } from './large-sheets.ts'

const [format, rows, judge] = process.argv.slice(2)
const sheet = largeSheet(format as LargeFormat, Number(rows))
if (judge === 'judge') readSheet(sheet, { file: 'sheet.csv' })
console.log(process.resourceUsage().maxRSS / 1000)
