import { expect, test } from 'vitest'
import { createFaults } from '../../src/discover/faults.ts'
import { createHerald } from '../../src/events.ts'

function faultsOfRuns() {
  const told: string[] = []
  const herald = createHerald(() => {})
  herald.subscribe((one) => {
    if (one.event === 'run.unreadable') told.push(`${one.fields.path}: ${one.fields.error.message}`)
  })
  return { told, faults: createFaults('run-folder', herald.emit) }
}

test('a fault is told once for as long as it lasts, and again when it is another or has come back', () => {
  const { told, faults } = faultsOfRuns()
  faults.tell('/A', 'look', new Error('EIO'))
  faults.tell('/A', 'look', new Error('EIO'))
  faults.tell('/A', 'look', new Error('EACCES'))
  faults.mend('/A', 'look')
  faults.tell('/A', 'look', new Error('EACCES'))
  faults.forget('/A')
  faults.tell('/A', 'look', new Error('EACCES'))
  expect(told).toEqual(['/A: EIO', '/A: EACCES', '/A: EACCES', '/A: EACCES'])
})

test('a file that cannot be read is told once, however often a look at its folder goes well or ill', () => {
  const { told, faults } = faultsOfRuns()
  faults.tell('/A', 'reading', new Error('EIO'))
  faults.mend('/A', 'look')
  faults.tell('/A', 'look', new Error('EIO'))
  faults.mend('/A', 'look')
  faults.tell('/A', 'reading', new Error('EIO'))
  expect(told).toEqual(['/A: EIO'])
  faults.mend('/A', 'reading')
  faults.tell('/A', 'reading', new Error('EIO'))
  expect(told).toHaveLength(2)
})
