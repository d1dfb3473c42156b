/** One cell in ten of the fault matrix over real sockets: the real client, queue and journal against an emulated registry each. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Destination } from '../../src/deliver/destination.ts'
import type { RegistrationRow } from '../../src/journal/journal.ts'
import { registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import { type FaultScript, type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import type { SandboxKind } from '../../src/sandbox/kinds.ts'
import { destinationOf, lab as openDelivery, planOf } from '../deliver/rig.ts'
import { asBatch, asLibrary, asRun, NOW, settings } from '../registries/subjects.ts'

type Fault = NonNullable<FaultScript['rules']>[number]['fault']
type Lost = 'resent' | 'asked' | 'held'
const PLACES: Array<{ kind: SandboxKind; type: 'library' | 'run' | 'batch'; lost: Lost; path: string }> = [
  { kind: 'majora-2020-03-24', type: 'run', lost: 'resent', path: '/api/v2/process/sequencing/add/' },
  { kind: 'majora-2020-03-25', type: 'library', lost: 'held', path: '/api/v2/artifact/library/add/' },
  { kind: 'majora-2', type: 'library', lost: 'resent', path: '/api/v2/artifact/library/add/' },
  { kind: 'onecodex-v1', type: 'batch', lost: 'asked', path: '/api/v1/sequencing/batches/register' },
  { kind: 'webhook', type: 'batch', lost: 'resent', path: '*' },
]

/** `taken`: the registry has it, whatever was heard. `safe`: provably not taken, so that it goes in the end. */
const FAULTS: Array<{ what: string; fault: Fault; is: 'safe' | 'taken' | 'not taken' }> = [
  { what: '429', fault: { do: 'status', status: 429, retryAfter: 0 }, is: 'safe' },
  { what: 'credentials refused', fault: { do: 'credentials' }, is: 'safe' },
  { what: 'redirect', fault: { do: 'redirect', status: 302, location: '/login' }, is: 'safe' },
  { what: '404', fault: { do: 'status', status: 404 }, is: 'safe' },
  { what: '500 before the commit', fault: { do: 'status', status: 500 }, is: 'not taken' },
  { what: '502 after the commit', fault: { do: 'status', status: 502, at: 'after-commit' }, is: 'taken' },
  { what: 'reset before the commit', fault: { do: 'reset', at: 'before-commit' }, is: 'not taken' },
  { what: 'reset after the commit', fault: { do: 'reset', at: 'after-commit' }, is: 'taken' },
  { what: 'closed after the commit', fault: { do: 'fin', at: 'after-commit' }, is: 'taken' },
  { what: 'silence after the commit', fault: { do: 'hang', at: 'after-commit' }, is: 'taken' },
  { what: 'reset in the middle of the answer', fault: { do: 'reset', at: 'mid-answer' }, is: 'taken' },
  { what: 'a log-in page after the commit', fault: { do: 'html', at: 'after-commit' }, is: 'taken' },
]
const STAGES = ['first try', 'retry'] as const

describe.for(PLACES)('$type at $kind', ({ kind, type, lost, path }) => {
  const cells = FAULTS.flatMap((fault) => STAGES.map((stage) => ({ ...fault, stage }))).map(
    (cell, index) => ({
      ...cell,
      name: `cell-${index}`,
    }),
  )
  const kinds: Record<SandboxKind, Registry> = registries
  const sandboxes = new Map<string, Sandbox>()
  let rows: RegistrationRow[] = []

  beforeAll(async () => {
    const destinations: Destination[] = []
    for (const { name, fault, stage } of cells) {
      const match = path === '*' ? { method: 'POST' } : { path }
      const busy = { match, times: 1, fault: { do: 'status', status: 429, retryAfter: 0 } as const }
      const rules = [...(stage === 'retry' ? [busy] : []), { match, times: 1, fault }]
      const sandbox = await startSandbox({ faults: { rules } })
      sandboxes.set(name, sandbox)
      const { judge, probe, lookUp } = kinds[kind]
      const url = sandbox.urlOf(kind)
      destinations.push(
        destinationOf(
          { url },
          {
            ...{ name, kind, judge, probe, lookUp },
            settings: settings({ name, url, username: 'sandbox' }),
            limits: { concurrency: 1, perSecond: 1000, timeoutSeconds: 2 },
            secrets: async () => 'sandbox-token\n',
          },
        ),
      )
    }
    await using delivery = await openDelivery(destinations, { sweepSeconds: 1000 })
    const subject = type === 'library' ? asLibrary() : type === 'run' ? asRun() : asBatch()
    await delivery.plan(
      ...cells.map(({ name }) => {
        const mapped = kinds[kind].map(subject, settings({ name, username: 'sandbox' }), NOW)
        if (!mapped.ok) throw new Error(`${kind} refuses the ordinary ${type}`)
        const plan = planOf({ id: name, registry: name, type, name, traits: kinds[kind].traits(type) })
        return { ...plan, submission: { ...plan.submission, kind, mapped: mapped.value } }
      }),
    )
    const isEnded = ({ state }: RegistrationRow) => ['registered', 'held', 'refused'].includes(state)
    rows = await delivery.rows((all) => all.length === cells.length && all.every(isEnded))
  }, 60_000)

  afterAll(async () => {
    for (const sandbox of sandboxes.values()) await sandbox.close()
  })

  test.for(cells)('$stage: $what', ({ name, is }) => {
    const row = rows.find((one) => one.id === name)
    const made = (sandboxes.get(name)?.log() ?? []).filter(
      (one) =>
        one.entry === 'commit' && one.effect === 'created' && (one.type === type || one.type === 'event'),
    )
    const isHeld = is !== 'safe' && (lost === 'held' || (lost === 'asked' && is === 'not taken'))
    expect([row?.state, row?.reason]).toEqual(isHeld ? ['held', 'unknown-outcome'] : ['registered', null])
    expect(made).toHaveLength(isHeld && is === 'not taken' ? 0 : 1)
  })
})
