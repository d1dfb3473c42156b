/** One tube is shipped once: of two batches that hold it, the one that came later is refused, with both places named. */
import { expect, test } from 'vitest'
import { memoryCatalogue, type SheetSource } from '../../src/planning/catalogue.ts'
import { planSheet } from '../../src/planning/sheet.ts'
import { refuseTakenTubes } from '../../src/planning/tubes.ts'
import { destination, options, read } from './rig.ts'

const COLUMNS = 'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth'
const sheet = (path: string, batch: string, ...tubes: string[]): SheetSource => ({
  path,
  reading: read([COLUMNS, ...tubes.map((tube) => `${batch},1Z,${tube},Human stool,Deep`), ''].join('\n')),
  since: '2025-12-31T12:00:00Z',
})

const monday = sheet('/drop/monday.csv', 'Monday', 'AAAAAAAAA1', 'AAAAAAAAA2')
const tuesday = sheet('/drop/tuesday.csv', 'Tuesday', 'AAAAAAAAA3', 'aaaaaaaaa2')
const to = options([destination('cloud', 'onecodex-v1')])

async function planned(sheets: SheetSource[]) {
  const asked = sheets.map((one) => planSheet(one, memoryCatalogue([], sheets), to))
  return (await Promise.all(asked)).flatMap(({ plans }) => plans)
}
const sheetAt = (path: string) => [monday, tuesday].find((one) => one.path === path)?.reading

test('of two batches planned together the later is refused, in its own cell', async () => {
  const plans = await planned([monday, tuesday])
  await refuseTakenTubes(plans, async () => [], sheetAt)
  expect(plans.map(({ submission }) => submission.stop?.reason)).toEqual([undefined, 'by-rule'])
  expect(plans[1]?.submission.problems).toMatchObject([
    {
      code: 'registry.tube-taken',
      found: expect.stringMatching(
        /stands in batch Tuesday \(tuesday\.csv, row 3\) and in batch Monday \(monday\.csv, row 3\)$/,
      ),
      ...{ file: 'tuesday.csv', rows: [3], column: { letter: 'C', name: 'tube_barcode' } },
    },
  ])
})

test('a batch is refused for one that was planned before, wherever that came from, and never for itself', async () => {
  const plans = await planned([monday])
  const [mine] = plans
  if (mine === undefined) throw new Error('nothing was planned')
  const claims = async (id: string) => {
    const subject = { ...mine.submission.subject, name: 'Sunday', path: null }
    await refuseTakenTubes(
      plans,
      async () => [{ claim: 'AAAAAAAAA2', submission: { id, subject, facts: null } }],
      sheetAt,
    )
    return mine.submission.problems.map(({ found }) => found)
  }
  expect(await claims(mine.submission.id)).toEqual([])
  expect(await claims('another')).toEqual([expect.stringMatching(/and in batch Sunday$/)])
})
