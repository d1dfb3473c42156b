/**
 * A webhook of the lab's own: each registration as one JSON event, POSTed to the configured url itself and signed
 * after Standard Webhooks (https://www.standardwebhooks.com).
 *
 * `webhook-id` is the registration's id, the same at every try, so that a receiver can tell a repeat; it goes with
 * `webhook-timestamp` and the signature, which are made when it is sent.
 */
import * as z from 'zod'
import type { Answer, RegistrySettings, Request, Subject, Verdict } from '../handovers.ts'
import type { Batch, Biosample, Library } from '../record/library.ts'
import { InstrumentMake, type RunRecord } from '../record/run.ts'
import type { Stamp } from '../record/time.ts'
import { judgeStatus, notTheRegistrys, probed } from './http-answer.ts'
import type { Registry } from './registry.ts'
import { type Body, concluded, present } from './request-body.ts'

const TRAITS = { repeatable: true, askable: false, busyIsSafe: true, corrects: false }

export const webhook = {
  title: 'A webhook: every run, library and batch as a signed event',
  settings: {
    // The signing secret, as Standard Webhooks writes it (whsec_…).
    auth: z.strictObject({ tokenFile: z.string().min(1) }),
    defaults: z.strictObject({}),
  },
  takes: { makes: InstrumentMake.options, subjects: ['library', 'run', 'batch'] },
  graceSeconds: 0,
  traits: () => TRAITS,
  map: (subject, settings) => concluded(toRequest(subject, settings), []),
  judge: (_sent, answer) => judge(answer),
  probe: {
    // An event would be taken as one, so the url is only looked at. A receiver need not know GET, hence any answer of
    // its own will do, until the next event shows the truth.
    request: () => ({ method: 'GET', path: '', body: null, secrets: [] }),
    judge(answer) {
      const decided = answer.status === 410 || !isClientError(answer) ? judgeStatus(answer, TRAITS) : null
      return decided ? probed(decided) : { is: 'open' }
    },
  },
  lookUp: null,
} satisfies Registry

const toRequest = (subject: Subject, settings: RegistrySettings): Request => ({
  method: 'POST',
  path: '',
  headers: { 'webhook-signature': '***' },
  body: toEvent(subject, settings),
  secrets: [{ in: 'header', name: 'webhook-signature', secret: 'signature' }],
})

const isClientError = ({ status }: Answer): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 429

/** Nothing in an event depends on where files lie or rows stand, so that a moved file is not a changed one. */
function toEvent(subject: Subject, settings: RegistrySettings): Body {
  switch (subject.type) {
    case 'library':
      return { type: 'library.described', data: libraryData(subject.library) }
    case 'batch':
      return { type: 'batch.shipped', data: batchData(subject.batch) }
    case 'run': {
      const library = subject.library === null ? {} : { library: libraryData(subject.library) }
      const run = runData(subject.run, settings)
      return { type: 'run.finished', data: { run, libraryName: subject.libraryName, ...library } }
    }
  }
}

const runData = (run: RunRecord, { endTimeFromMtime }: RegistrySettings): Body =>
  present({
    runId: run.runId,
    sequencingId: run.sequencingId,
    sequencingIdSource: run.sequencingIdSource,
    instrumentMake: run.instrumentMake,
    instrumentModel: run.instrumentModel,
    instrumentSerial: run.instrumentSerial,
    flowcellId: run.flowcellId,
    flowcellType: run.flowcellType,
    position: run.position,
    start: time(run.start),
    end: run.end?.zone === 'mtime' && !endTimeFromMtime ? null : time(run.end),
    status: run.status,
    experimentName: run.experimentName,
    sampleId: run.sampleId,
    readStructure: run.readStructure,
    laneCount: run.laneCount,
    kit: run.kit,
    softwareVersion: run.softwareVersion,
    bioinfoPipeName: run.bioinfoPipeName,
    bioinfoPipeVersion: run.bioinfoPipeVersion,
  })

/** An instant where the zone is known, else the wall clock of the instrument. */
const time = (stamp: Stamp | null): Body | null =>
  stamp === null
    ? null
    : present({ instant: stamp.instant, local: stamp.instant === null ? stamp.local : null })

const libraryData = (library: Library): Body => ({
  ...present({
    name: library.name,
    layoutConfig: library.layoutConfig,
    layoutNominalLength: library.layoutNominalLength,
    layoutReadLength: library.layoutReadLength,
    layoutInsertLength: library.layoutInsertLength,
    seqKit: library.seqKit,
    seqProtocol: library.seqProtocol,
    sopName: library.sopName,
    sopVersion: library.sopVersion,
  }),
  biosamples: library.biosamples.map(biosampleData),
})

const biosampleData = ({ rows: _, ...biosample }: Biosample): Body => present(biosample)

const batchData = (batch: Batch): Body => ({
  name: batch.name,
  returnTrackingNumbers: batch.returnTrackingNumbers,
  tubes: batch.tubes.map(({ rows: _, ...tube }) => present(tube)),
})

function judge(answer: Answer): Verdict {
  const { status } = answer
  // A network that wants a log-in answers every request so, and no receiver of events does.
  if (status >= 200 && status < 300 && A_PAGE.test(answer.body)) return notTheRegistrys(answer)
  if (status >= 200 && status < 300)
    return { is: 'accepted', adopted: false, remoteIds: {}, samples: [], notes: [] }
  if (status === 409)
    return {
      is: 'accepted',
      adopted: true,
      remoteIds: {},
      samples: [],
      notes: ['The receiver had it already.'],
    }
  const decided = judgeStatus(answer, TRAITS)
  if (decided) return decided
  return REFUSING.has(status) ? { is: 'refused', reasons: [reason(answer)] } : notTheRegistrys(answer)
}

const A_PAGE = /^\s*<(!doctype html|html)\b/i

/** What can be said of an event alone. */
const REFUSING = new Set([400, 413, 415, 422])

const reason = ({ status, body }: Answer): string =>
  `answered ${status}${body.trim() === '' ? '' : `: ${body.trim().slice(0, 300)}`}`
