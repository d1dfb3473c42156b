/** The first line of a report: was anything sent, and what must I do? And what a sheet is, in a person's words. */
import type { SheetFormatName } from '../handovers.ts'
import type { State } from '../record/registration.ts'
import { count } from './numbers.ts'
import type { ReportedSubject, SheetReport } from './report.ts'

/** `sent` answers: was anything sent? `todo`: what must I do? `tone` is good, wait or act. */
type Headline = { sent: string; todo: string; tone: 'good' | 'wait' | 'act' }

export function headlineOf(report: SheetReport): Headline {
  switch (report.state) {
    case 'received':
      return receivedHeadline(report)
    case 'waiting':
      return { sent: sentWords(report), todo: waitingTodo(report), tone: 'wait' }
    case 'done':
      return doneHeadline(report)
    case 'needs-fixing':
    case 'partly':
      return { sent: sentWords(report), todo: todo(report), tone: 'act' }
    default:
      return report.state satisfies never
  }
}

function waitingTodo(report: SheetReport): string {
  if (report.problems.some(({ code }) => code === 'sheet.run-alike'))
    return 'Check the name of its run: that run has not come, but one of nearly that name is there. Read below.'
  return `You need not do anything: ${awaited(report)}.`
}

function receivedHeadline({ problems, sent }: SheetReport): Headline {
  const nothing = sent
    ? 'Nothing of this version has been sent yet; what was sent before stays as it is.'
    : 'Nothing has been sent yet.'
  const todo =
    problems.length > 0
      ? 'The file cannot be read for now; it is tried again by itself.'
      : 'You need not do anything: the sheet has arrived and is read as soon as its copy has ended.'
  return { sent: nothing, todo, tone: 'wait' }
}

function doneHeadline(report: SheetReport): Headline {
  const { subjects, sameAs } = report
  const outcomes = new Set(subjects.map(({ outcome }) => outcome))
  if (subjects.length === 0)
    return {
      sent: 'Nothing was sent: there is nothing in this sheet to register.',
      todo: 'If that surprises you, read below.',
      tone: 'wait',
    }
  if (outcomes.has('replaced') || outcomes.has('ended'))
    return { sent: sentWords(report), todo: 'You need not do anything. Read below why.', tone: 'wait' }
  const sent =
    sameAs === null
      ? 'Everything in this sheet was sent and is registered.'
      : `${again(sameAs)} Everything in it is registered.`
  return { sent, todo: 'You need not do anything.', tone: 'good' }
}

const again = ({ file }: { file: string }): string =>
  `Nothing was sent again: this is the same sheet as ${file}, which was dropped before.`

/** Was anything sent? Counted in libraries or batches where there are several. */
function sentWords(report: SheetReport): string {
  const { subjects, earlier, sameAs, state } = report
  if (sameAs !== null && state !== 'needs-fixing') return again(sameAs)
  const yet = state === 'waiting' ? ' yet' : ''
  const verb = state === 'waiting' ? 'has been' : 'was'
  const touched = subjects.filter(({ sent }) => sent !== 'none')
  if (touched.length === 0) {
    const rows = [...subjects.flatMap(({ registrations }) => registrations), ...earlier]
    return rows.some((one) => one.state === 'registered') && state !== 'waiting'
      ? 'Nothing of this sheet was sent; what was registered before stays as it is.'
      : `Nothing ${verb} sent${yet}.`
  }
  const [only] = subjects
  if (subjects.length === 1 && only !== undefined) return oneSubjectWords(only, verb, yet)
  if (touched.every(({ sent }) => sent === 'all') && touched.length === subjects.length)
    return `All ${subjectsWord(subjects, subjects.length)} of this sheet ${state === 'waiting' ? 'have been' : 'were'} sent.`
  return severalWords(subjects, yet)
}

function oneSubjectWords({ type, sent, registrations }: ReportedSubject, verb: string, yet: string): string {
  if (sent === 'all') return `The ${type} in this sheet ${verb} sent.`
  const library = registrations.some((one) => one.subject.type === 'library' && HAVE_LEFT.includes(one.state))
  if (library)
    return `The library in this sheet ${verb} sent, its run ${verb === 'was' ? 'was not' : 'has not'}${yet}.`
  return `Part of this sheet ${verb} sent, part ${verb === 'was' ? 'was not' : 'has not'}${yet}.`
}

const HAVE_LEFT: State[] = ['registered', 'sending', 'unknown']

/** `3 of 5 libraries were sent, 1 was sent in part, 1 was not.` */
function severalWords(subjects: ReportedSubject[], yet: string): string {
  const number = (sent: ReportedSubject['sent']) => subjects.filter((one) => one.sent === sent).length
  const [all, part, none] = [number('all'), number('part'), number('none')]
  const were = (many: number) => (many === 1 ? 'was' : 'were')
  const of = `of ${subjectsWord(subjects, subjects.length)}`
  const parts = [
    all > 0 ? `${all} ${of} ${were(all)} sent` : null,
    part > 0 ? `${part} ${all > 0 ? '' : `${of} `}${were(part)} sent in part` : null,
    none > 0 ? `${none} ${were(none)} not${yet}` : null,
  ]
  return `${parts.filter((one) => one !== null).join(', ')}.`
}

/** `1 library`, `3 batches`, `2 libraries and batches` */
export function subjectsWord(subjects: ReadonlyArray<{ type: 'library' | 'batch' }>, many: number): string {
  const types = new Set(subjects.map(({ type }) => type))
  if (types.size === 1) return types.has('batch') ? count(many, 'batch') : count(many, 'library')
  return `${many} libraries and batches`
}

/** What there is to do, in the order in which it helps: errors of the sheet, then refusals, then what others decide. */
function todo({ problems, subjects }: SheetReport): string {
  const errors = problems.filter((one) => one.severity === 'error' && isInTheSheet(one.code)).length
  const isRefused = subjects.some(
    ({ outcome, registrations }) =>
      outcome === 'attention' &&
      registrations.some(({ state, reason }) => state === 'refused' && reason === 'by-registry'),
  )
  if (errors > 0)
    return `Correct ${errors === 1 ? 'the error' : `the ${errors} errors`} below${isRefused ? ', and what the registry refused,' : ''} and save the file again.`
  if (isRefused) return 'Read below what was refused and why, correct it, and save the file again.'
  return 'There is nothing to correct in the sheet: the person who looks after runherald has to decide. Please show them this page, and do not register it in another way meanwhile.'
}

/** Can the person who wrote the sheet mend it there? */
const isInTheSheet = (code: string): boolean =>
  /^(?:sample-sheet|registry|path)\./.test(code) ||
  code === 'sheet.run-ambiguous' ||
  code === 'run.two-libraries'

function awaited({ subjects, paused }: SheetReport): string {
  const open = subjects.flatMap(({ registrations }) => registrations)
  const reasons = open.filter((one) => one.state === 'waiting').map((one) => one.reason)
  if (reasons.includes('run')) {
    const runs = open.filter((one) => one.reason === 'run').map(({ subject }) => subject.name)
    const its = new Set(runs).size === 1 ? `its run, ${runs[0]}` : 'its runs'
    return `it waits for ${its}. If that is finished, check that the sheet names it as the instrument does`
  }
  if (reasons.includes('run-completion')) return 'it waits for its run to finish'
  if (reasons.includes('grace'))
    return 'it will be sent in a moment, and until then you can still correct the sheet'
  if (open.some((one) => one.state === 'unknown'))
    return 'the connection was lost before the registry answered, and it is being looked up whether it arrived'
  if (open.some((one) => one.state === 'queued' && paused.has(one.registry)))
    return 'the registry takes nothing for now, and it is sent as soon as it does'
  return 'it is being registered'
}

const FORMATS: Record<SheetFormatName, [sheet: string, sample: string]> = {
  registration: ['Registration sheet', 'biosample'],
  'onecodex-batch': ['One Codex batch sheet', 'tube'],
  'illumina-v1': ['Illumina sample sheet', 'sample'],
  'illumina-v2': ['Illumina sample sheet, version 2', 'sample'],
  casava: ['Illumina sample sheet of CASAVA', 'sample'],
  minknow: ['MinKNOW sample sheet', 'sample'],
}

/** `Registration sheet with 2 libraries and 96 biosamples` */
export function aboutWords({ about, subjects }: SheetReport): string | null {
  if (about === null) return null
  const [sheet, sample] = FORMATS[about.format]
  const samples = count(about.samples, sample)
  return subjects.length === 0
    ? `${sheet} with ${samples}`
    : `${sheet} with ${subjectsWord(subjects, subjects.length)} and ${samples}`
}
