/** Answers of Majora's that no recording holds: what is somebody else's, and faults that come together. */
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/handovers.ts'
import { registries } from '../../src/registries/index.ts'
import { asRun, NOW, run, sent, settings } from './subjects.ts'

type Told = { made?: Array<[kind: string, id: string, name: string]>; messages?: unknown[] }

const LIBRARY = 'BIRM-LIBRARY-20200409'
const ours = run().sequencingId
const KEPT = 'Libraries cannot be updated after they have been created.'
const field = (name: string, message: string) => ({ [name]: [{ message, code: 'invalid_choice' }] })

function judged(kind: 'majora-2' | 'majora-2020-03-24', { made = [], messages = [] }: Told): Verdict {
  const mapped = registries[kind].map(asRun(), settings(), NOW)
  if (!mapped.ok) throw new Error('an ordinary run is refused')
  const errors = messages.length
  const body = { errors, messages, new: made, updated: [], ignored: [], success: errors === 0 }
  const answer = { status: 200, headers: {}, body: JSON.stringify(body) }
  return registries[kind].judge(sent(asRun(), mapped.value), answer, { earlierUnknown: false })
}

/** The verdict holds these members as they are, and may hold more. */
function expectSaid(verdict: Verdict, members: Partial<Verdict>): void {
  for (const [name, value] of Object.entries(members)) expect(verdict).toHaveProperty(name, value)
}

test.for<[what: string, told: Told, verdict: Partial<Verdict>]>([
  [
    'the run beside something else',
    {
      made: [
        ['Library', 'l', LIBRARY],
        ['Sequencing', 's', ''],
      ],
    },
    { is: 'accepted', remoteIds: { sequencing: 's' } },
  ],
  ['something else alone', { made: [['Library', 'l', LIBRARY]] }, { is: 'partial', remoteIds: {} }],
  [
    'a library that is not there',
    { messages: [field('library_name', 'Library does not exist')] },
    { is: 'try-later', because: 'prerequisite', library: LIBRARY },
  ],
  [
    'a library that is not there, and a make it does not know',
    { messages: [field('library_name', 'Library does not exist'), field('instrument_make', 'unknown')] },
    { is: 'refused' },
  ],
  [
    'something else that is not there',
    { messages: [field('flowcell_id', 'Flow cell does not exist')] },
    { is: 'refused' },
  ],
  ['a library it does not like', { messages: [field('library_name', 'too short')] }, { is: 'refused' }],
  ['a value twice, in its database', { messages: ['Duplicate entry'] }, { is: 'look-up' }],
  ['a value twice, in a field', { messages: [field('run_name', 'Duplicate entry')] }, { is: 'refused' }],
  [
    'another fault of its database',
    { messages: ['Lock wait timeout'] },
    { is: 'try-later', because: 'race' },
  ],
])('Majora 2: %s', ([, told, verdict]) => {
  expectSaid(judged('majora-2', told), verdict)
})

test.for<[what: string, told: Told, verdict: Partial<Verdict>]>([
  [
    'a library of another name',
    { made: [['Library', 'x', 'OTHER']], messages: [field('sequencing_id', 'wrong')] },
    { is: 'partial', remoteIds: {} },
  ],
  [
    'something of our library’s name that is none',
    { made: [['Biosample', 'x', LIBRARY]], messages: [field('sequencing_id', 'wrong')] },
    { is: 'partial', remoteIds: {} },
  ],
  [
    'our run, and its library kept',
    { made: [['Sequencing', ours, '']], messages: [KEPT] },
    { is: 'accepted', adopted: false, remoteIds: { sequencing: ours } },
  ],
  [
    'our run, and another fault',
    { made: [['Sequencing', ours, '']], messages: ['Lock wait timeout'] },
    { is: 'partial', remoteIds: { sequencing: ours } },
  ],
  [
    'the library kept, and a run that is not ours',
    { made: [['Sequencing', 'another', '']], messages: [KEPT] },
    { is: 'partial', remoteIds: {} },
  ],
  ['the library kept, and nothing else', { messages: [KEPT] }, { is: 'conflict' }],
  ['the library kept, and another fault', { messages: [KEPT, 'Lock wait timeout'] }, { is: 'try-later' }],
])('Majora of 2020-03-24: %s', ([, told, verdict]) => {
  expectSaid(judged('majora-2020-03-24', told), verdict)
})
