/** The values that stand in where no configuration is given: a demonstration that touches nothing but its state folder. */
import { join } from 'node:path'

export const DEMO_STATE = '.runherald'

/** Where the demonstration's sandbox registries are: replaced by the real address as soon as that is known. */
export const SANDBOX_PLACEHOLDER = 'http://127.0.0.1:1'

/** The sandbox's own account. */
const DEMO_USER = 'sandbox'
export const DEMO_TOKEN = 'sandbox-token'

const demoFolder = (state: string) => join(state, 'demo')
export const demoRuns = (state: string): string => join(demoFolder(state), 'runs')
export const demoSheets = (state: string): string => join(demoFolder(state), 'sheets')
export const demoTokenFile = (state: string): string => join(demoFolder(state), 'token')
export const demoLog = (state: string): string => join(state, 'runherald.log')

/** As an operator would write it. Each registry takes other runs, so that what goes where can be followed. */
export function demonstration(state: string): Record<string, unknown> {
  const tokenFile = demoTokenFile(state)
  const url = (kind: string) => `${SANDBOX_PLACEHOLDER}/${kind}`
  return {
    site: { name: 'Demonstration' },
    state,
    watch: [
      { runs: demoRuns(state), depth: 3, timeZone: 'Europe/London', adopt: 'register', sweepSeconds: 5 },
      { sheets: demoSheets(state), settleSeconds: 2, sweepSeconds: 5 },
    ],
    registries: [
      {
        name: 'demo-illumina',
        kind: 'majora-2020-03-25',
        url: url('majora-2020-03-25'),
        auth: { username: DEMO_USER, tokenFile },
        when: { make: ['ILLUMINA'] },
      },
      {
        name: 'demo-nanopore',
        kind: 'majora-2020-03-24',
        url: url('majora-2020-03-24'),
        auth: { username: DEMO_USER, tokenFile },
        when: { make: ['OXFORD_NANOPORE'] },
      },
      {
        name: 'demo-batches',
        kind: 'onecodex-v1',
        url: url('onecodex-v1'),
        auth: { tokenFile },
        // No runs; batches have no make and always go.
        when: { make: [] },
        graceSeconds: 0,
      },
    ],
  }
}
