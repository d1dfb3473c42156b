import { expect, test } from 'vitest'
import { answer, destinationOf, fakeRegistry, lab, NEITHER, planOf, TOKEN } from './rig.ts'

test('a planned run is registered once, with its receipt and its secret in place', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  await here.plan(planOf())
  await here.until('registration.registered')
  expect(await here.row()).toMatchObject({ state: 'registered', attempts: 1, remoteIds: { run: 'remote-1' } })
  expect(registry.commits).toEqual([{ name: 'run-1', token: TOKEN }])
  const story = await here.journal.story('run-1')
  expect(story?.attempts).toMatchObject([{ outcome: 'accepted', url: `${registry.url}/add` }])
  expect(story?.receipt?.remoteIds).toEqual({ run: 'remote-1' })
  expect(JSON.stringify([story, here.happened])).not.toContain(TOKEN)
})

test('a registry that is busy twice takes it the third time', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next(answer(429, '', { 'retry-after': '0' }), answer(429, '', { 'retry-after': 'soon' }))
  await here.plan(planOf())
  await here.until('registration.registered')
  expect(registry.heard).toHaveLength(3)
  expect(await here.row()).toMatchObject({ state: 'registered', attempts: 3 })
})

test('where neither a repeat nor a question is possible, a lost answer is held for a person', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next((heard) => {
    registry.commits.push(heard.body)
    heard.response.socket?.destroy()
  })
  await here.plan(planOf({ traits: NEITHER }))
  await here.until('registration.held')
  expect(await here.row()).toMatchObject({ state: 'held', reason: 'unknown-outcome', attempts: 1 })
  await here.until('registry.opened')
  expect(registry.heard).toHaveLength(1)
})
