/** The kinds against what real Majora servers were sent and answered. */
import { describe, expect, test } from 'vitest'
import type { Json, Submission } from '../../src/handovers.ts'
import type { Library } from '../../src/record/library.ts'
import type { RunRecord } from '../../src/record/run.ts'
import { registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import type { Body } from '../../src/registries/request-body.ts'
import { type Recorded, recording } from './recordings.ts'
import { asRun, biosample, library, NOW, run, sent, settings, utc } from './subjects.ts'

const MAPPED = { claims: [], prerequisite: null, warnings: [] }

/** What was recorded, as if we had sent it. */
const asSent = ({ path, request }: Recorded): Submission =>
  sent('runs' in request ? asRun() : { type: 'library', library: library() }, {
    ...MAPPED,
    request: { method: 'POST', path, body: request, secrets: [] },
  })

/** What the exchanges of each server mean, by the name they were recorded under. */
const meanings: Array<[file: string, kind: keyof typeof registries, verdicts: Record<string, string>]> = [
  [
    'majora-20200324.jsonl',
    'majora-2020-03-24',
    {
      '0324 doc example verbatim values (valid biosamples)': 'accepted',
      '0324 identical repeat': 'conflict',
      "0324 full form: all documented 'required' keys": 'accepted',
      '0324 new sequencing_id, existing library': 'accepted',
      '0324 unknown biosample': 'try-later prerequisite',
      '0324 empty biosamples': 'refused',
      '0324 bad make, new library (partial: library kept)': 'partial',
      '0324 ...retry with fixed make': 'accepted',
      '0324 sequencing_id not uuid': 'partial',
      '0324 missing library_name': 'refused',
      '0324 bad token': 'pause credentials',
      '0324 no token': 'pause credentials',
      '0324 library endpoint exists?': 'pause answers-changed',
      '0324 first': 'accepted',
      '0324 same sequencing_id, other NEW library': 'partial',
      '0324 library_name with spaces around': 'partial',
      '0324 duplicate biosamples in the list': 'accepted',
    },
  ],
  [
    'majora-20200325.jsonl',
    'majora-2020-03-25',
    {
      '0325 library missing': 'try-later prerequisite',
      '0325 library.add': 'accepted',
      '0325 single, new id': 'accepted',
      '0325 PACIFIC_BIOSCIENCES': 'accepted',
      '0325 time without seconds': 'refused',
      '0325 no optional': 'accepted',
      '0325 no model': 'refused',
      '0325 bad uuid': 'refused',
      '0325 good + bad': 'partial',
      '0325 doc example (3 runs)': 'partial',
      '0325 bad token': 'pause credentials',
      '0325 get endpoint': 'pause answers-changed',
      '0325 lib': 'accepted',
      '0325 library.add unknown biosample': 'partial',
    },
  ],
  [
    'majora-2-head-sqlite.jsonl',
    'majora-2',
    {
      'library.add ok': 'accepted',
      'library.add identical repeat': 'accepted adopted',
      'library.add unknown biosample (one of two)': 'try-later prerequisite',
      'library.add VIRAL RNA with a space': 'partial',
      'library.add missing layout+kit': 'refused',
      'seq.add ok (run_name)': 'accepted',
      'seq.add identical repeat': 'accepted adopted',
      'seq.add repeat with changed model': 'accepted adopted',
      'seq.add missing library': 'try-later prerequisite',
      'seq.add bad make': 'refused',
      'seq.add times with seconds (as seed docs)': 'refused',
      'seq.add future end': 'refused',
      'seq.add run_name 4 chars': 'refused',
      'seq.add run_name with dot': 'refused',
      'seq.add sequencing_id repeat': 'look-up',
      'seq.add two runs, second bad (partial)': 'partial',
      'seq.add run in second library (link)': 'accepted adopted',
      'auth: bad token': 'pause credentials',
      'auth: expired token': 'pause credentials',
      'oauth: ok': 'accepted',
      'oauth: bad scope': 'pause credentials',
      'oauth: expired': 'pause credentials',
    },
  ],
  [
    'majora-2-head-mariadb.jsonl',
    'majora-2',
    {
      '(setup) library': 'accepted',
      'poison: instrument_model 60 chars (col 48)': 'partial',
      'poison: retry corrected': 'try-later race',
      'sequencing_id repeat second': 'look-up',
      'run_name case variant': 'accepted adopted',
    },
  ],
]

describe.for(meanings)('%s', ([file, kind, verdicts]) => {
  const recorded = recording(file)
  const registry: Registry = registries[kind]

  test.skipIf(recorded === null).for(Object.entries(verdicts))('%s: %s', ([name, meaning]) => {
    const found = recorded?.find((one) => one.name === name)
    if (found === undefined) throw new Error(`${file} holds nothing named ${name}`)
    const verdict = registry.judge(asSent(found), found.answer, { earlierUnknown: false })
    const more =
      verdict.is === 'try-later' ? ` ${verdict.because}` : verdict.is === 'pause' ? ` ${verdict.reason}` : ''
    const adopted = verdict.is === 'accepted' && verdict.adopted ? ' adopted' : ''
    expect(`${verdict.is}${more}${adopted}`).toBe(meaning)
  })

  test.skipIf(recorded === null)('no answer that names our run is ever called refused', () => {
    for (const one of recorded ?? []) {
      const verdict = registry.judge(asSent(one), one.answer, { earlierUnknown: false })
      if (verdict.is === 'refused') expect(one.answer.body).not.toContain('["Sequencing"')
    }
  })
})

/** What a real server took, made again from a record: the request comes out the same. */
describe('requests that real servers accepted come out of a record unchanged', () => {
  const cases: Array<[file: string, name: string, kind: keyof typeof registries]> = [
    ['majora-20200324.jsonl', "0324 full form: all documented 'required' keys", 'majora-2020-03-24'],
    ['majora-20200325.jsonl', '0325 library.add', 'majora-2020-03-25'],
    ['majora-20200325.jsonl', '0325 single, new id', 'majora-2020-03-25'],
    ['majora-20200325.jsonl', '0325 no optional', 'majora-2020-03-25'],
    ['majora-2-head-sqlite.jsonl', 'library.add ok', 'majora-2'],
    ['majora-2-head-sqlite.jsonl', 'seq.add ok (run_name)', 'majora-2'],
  ]
  test.for(cases)('%s: %s', ([file, name, kind], { skip }) => {
    const found = recording(file)?.find((one) => one.name === name)
    if (found === undefined) return skip()
    const { request } = found
    const registry: Registry = registries[kind]
    const of = libraryOf(request)
    const subject =
      'biosamples' in request && !('sequencing_id' in request)
        ? ({ type: 'library', library: of } as const)
        : ({ type: 'run', run: runOf(request), libraryName: of.name, library: of } as const)
    const made = registry.map(subject, settings({ username: 'sandbox' }), NOW)
    expect(made.ok && made.value.request.path).toBe(found.path)
    expect(made.ok && made.value.request.body).toEqual({ ...request, token: '***' })
  })
})

function libraryOf(body: Body): Library {
  const listed = Array.isArray(body['biosamples']) ? body['biosamples'] : []
  return library({
    name: String(body['library_name']),
    layoutConfig: textOf(body['library_layout_config']),
    seqKit: textOf(body['library_seq_kit']),
    seqProtocol: textOf(body['library_seq_protocol'] ?? body['library_seq_protocl']),
    sopName: textOf(body['library_sop_name']),
    sopVersion: textOf(body['library_sop_version']),
    biosamples: listed.map((one) => {
      const of = isBody(one) ? one : { ...body, central_sample_id: one }
      return biosample({
        centralSampleId: String(of['central_sample_id']),
        librarySource: textOf(of['library_source']),
        librarySelection: textOf(of['library_selection']),
        libraryStrategy: textOf(of['library_strategy']),
      })
    }),
  })
}

function runOf(body: Body): RunRecord {
  const first = Array.isArray(body['runs']) ? body['runs'][0] : body
  const one = isBody(first) ? first : {}
  const start = textOf(one['start_time'])
  const end = textOf(one['end_time'])
  return run({
    sequencingId: textOf(one['sequencing_id']) ?? '',
    folderName: textOf(one['run_name']) ?? '',
    instrumentModel: textOf(one['instrument_model']),
    flowcellId: textOf(one['flowcell_id']),
    flowcellType: textOf(one['flowcell_type']),
    start: start === null ? null : utc(`${start.replace(' ', 'T')}Z`),
    end: end === null ? null : utc(`${end.replace(' ', 'T')}Z`),
  })
}

const isBody = (value: Json | undefined): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null)
