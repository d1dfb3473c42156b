/** What `npm start` shows a newcomer, by the real daemon: examples brought in, registered, and told in plain lines. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDesk, PROJECT } from './rig.ts'

const desk = openDesk()
let running: ChildProcess | null = null
afterAll(() => {
  running?.kill('SIGKILL')
  desk[Symbol.dispose]()
})

/** Starts it in an empty folder; `until` resolves with all it printed once a line fits. */
function start() {
  const env = { PATH: process.env['PATH'], HOME: desk.folder }
  const child = spawn(process.execPath, [join(PROJECT, 'src/launcher.js'), 'run'], { cwd: desk.folder, env })
  running = child
  let printed = ''
  const followers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk
      for (const follow of followers) follow()
    })
  return {
    until: (text: string) =>
      new Promise<string>((resolve, reject) => {
        const look = () => printed.includes(text) && resolve(printed)
        followers.add(look)
        child.once('exit', (code) => reject(new Error(`it ended with ${code} before "${text}":\n${printed}`)))
        look()
      }),
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      return (await ended)[0] as number | null
    },
  }
}

test('brings in the examples once, registers them, and says what went where', async () => {
  const first = start()
  const printed = await first.until('registrations are made')
  const url = /status page +(\S+)/.exec(printed)?.[1] ?? ''
  expect((await fetch(url)).status).toBe(200)
  expect(printed).toContain('4 of 4 registrations are made.')
  for (const line of [
    /Found +run 260303_A01290_0214_AHWKDRDRXX of Illumina/,
    /Read +sheet stool-batch-7\.csv: 3 samples, no errors/,
    /Registered +Stool batch 7 at demo-batches, which calls it \S+/,
    /Registered +WGS-2026-09 at demo-illumina/,
    /Registered +20260304_1021_X2_FAY41207_5f0b6c1d at demo-nanopore/,
  ])
    expect(printed).toMatch(line)
  expect(await first.stop()).toBe(0)

  const before = JSON.parse(desk.runherald(['ls', '--json']).out).registrations
  expect(before.map((row: { state: string }) => row.state)).toEqual(Array(4).fill('registered'))

  const second = start()
  const again = await second.until('registrations are made')
  expect(again).toContain('brought in at an earlier start')
  expect(again).not.toContain('Sending')
  expect(await second.stop()).toBe(0)
  expect(JSON.parse(desk.runherald(['ls', '--json']).out).registrations).toEqual(before)
  expect(readdirSync(join(desk.folder, '.runherald/demo/sheets/done')).toSorted()).toEqual([
    'sars2-2026-10.csv',
    'stool-batch-7.csv',
    'wgs-2026-09.csv',
  ])
})
