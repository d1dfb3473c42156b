/** The journal of the simulation is a model: here the real one goes through the same histories, to the same end. */
import { expect, test } from 'vitest'
import { history } from './simulation/history.ts'
import { openSqliteJournal } from './simulation/sqlite-journal.ts'

const FIRST_SEED = Number(process.env['RUNHERALD_SEED'] ?? Date.now() % 2 ** 31)
const COUNT = 120

test(`from seed ${FIRST_SEED}, ${COUNT} histories end alike with the model and with SQLite`, {
  timeout: 600_000,
}, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + COUNT; seed++) {
    const real = await history(seed, { journal: openSqliteJournal, outcome: true })
    expect(real.violations, `seed ${seed}`).toEqual([])
    const model = await history(seed, { outcome: true })
    expect(JSON.parse(real.outcome ?? ''), `seed ${seed}`).toEqual(JSON.parse(model.outcome ?? ''))
  }
})
