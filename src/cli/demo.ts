/** The demonstration: sandbox registries, and example runs and sheets brought in as an instrument and a person would. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEMO_TOKEN, demoRuns, demoSheets, demoTokenFile, SANDBOX_PLACEHOLDER } from '../config/embedded.ts'
import type { Config } from '../config.ts'
import type { Herald } from '../events.ts'
import type { Journal } from '../journal/journal.ts'
import { startSandbox } from '../sandbox/index.ts'
import { narrate } from './demo/narrator.ts'
import { illuminaRun } from './simulate/illumina.ts'
import { nanoporeRun } from './simulate/nanopore.ts'
import { type RunIds, type RunTemplate, writeRun } from './simulate/run-template.ts'
import type { Terminal } from './terminal.ts'

const SHEETS = new URL('../../fixtures/sheets/demo/', import.meta.url)
const RUN_SECONDS = 6

const illuminaExample: RunIds = {
  start: new Date('2026-03-03T09:12:44Z'),
  end: new Date('2026-03-04T05:40:10Z'),
  serial: 'A01290',
  number: 214,
  flowcell: 'HWKDRDRXX',
  uuid: 'b3c5de0e-5d8c-4f5e-9b1a-0c7b8a1a2f36',
  experiment: 'WGS-2026-09',
}

const nanoporeExample: RunIds = {
  start: new Date('2026-03-04T10:21:07Z'),
  end: new Date('2026-03-06T10:30:00Z'),
  serial: 'GXB03129',
  number: 1,
  flowcell: 'FAY41207',
  uuid: '5f0b6c1d-2a52-4d3e-8f0a-9d7c41be2e50',
  experiment: 'SARS2-2026-10',
}

type Demo = {
  /** The configuration with the address of the sandbox filled in. */
  config: Config
  /** Tells what happens, and brings what is not there yet. Resolves when all is brought, or when it is stopped. */
  begin(daemon: { url: string; journal: Journal; herald: Herald }): Promise<void>
  close(): Promise<void>
}

export async function startDemo(config: Config, terminal: Terminal): Promise<Demo> {
  const { state } = config
  for (const folder of [demoRuns(state), demoSheets(state)])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(demoTokenFile(state), `${DEMO_TOKEN}\n`, { mode: 0o600 })
  const sandbox = await startSandbox({ stateFile: join(state, 'demo', 'sandbox.jsonl') })
  const stopping = new AbortController()
  const registries = config.registries.map((one) => ({
    ...one,
    url: one.url.replace(SANDBOX_PLACEHOLDER, sandbox.url),
  }))
  return {
    config: { ...config, registries },
    async begin({ url, journal, herald }) {
      const narrator = await narrate({ terminal, herald, journal, config, url, sandboxUrl: sandbox.url })
      await bring(state, stopping.signal).then(narrator.brought, (thrown: unknown) => {
        if (!stopping.signal.aborted) throw thrown
      })
    },
    async close() {
      stopping.abort()
      await sandbox.close()
    },
  }
}

/** Runs side by side, each with its sheet: one dropped while the run is still being written, one after its end. */
async function bring(state: string, signal: AbortSignal): Promise<void> {
  const wait = (ms: number) => sleep(ms, undefined, { signal })
  const write = { into: demoRuns(state), seconds: RUN_SECONDS, marked: false, wait }
  const [illumina, nanopore] = [illuminaRun(illuminaExample), nanoporeRun(nanoporeExample)]
  await Promise.all([
    isWhole(state, illumina) || writeRun(illumina, write).then(() => drop(state, 'wgs-2026-09.csv')),
    isWhole(state, nanopore) || writeRun(nanopore, write),
    drop(state, 'sars2-2026-10.csv'),
    drop(state, 'stool-batch-7.csv'),
  ])
}

/** Is the file there that ends it? */
const isWhole = (state: string, { folder, files }: RunTemplate): boolean =>
  existsSync(join(demoRuns(state), folder, files.at(-1)?.path ?? ''))

/** Copies a sheet into the drop folder, unless it was dropped before and lies where it was put away. */
async function drop(state: string, name: string): Promise<void> {
  const folder = demoSheets(state)
  for (const place of ['', 'done', 'needs-fixing']) {
    if (existsSync(join(folder, place, name))) return
  }
  await copyFile(new URL(name, SHEETS), join(folder, name))
}
