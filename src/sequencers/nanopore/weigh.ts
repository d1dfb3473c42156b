/** Holds what the files of one folder say against its name and against each other, so that no two runs are mixed. */
import type { Problem } from '../../problems.ts'
import type { Sourced } from '../facts.ts'
import { type Account, type Claim, type ClaimedFact, CONTESTED_FACTS, type ContestedFact } from './account.ts'
import { ofAnotherRun, ofSeveralRuns, onOneFact, onTheRunId } from './disagreement.ts'
import { moreExact } from './models.ts'

export type Weighed = {
  told: Partial<Record<ClaimedFact, Sourced | null>>
  /** Accounts of this folder's run, the most trusted first. */
  members: Account[]
  /** Accounts of some other run whose file got in here. */
  strangers: Account[]
  /** The members themselves speak of several runs: MinKNOW's data pooling, or files thrown together. */
  mixed: boolean
  problems: Problem[]
}

/**
 * A file belongs to the folder's run when its flow cell or its run id is the one in the folder's name; where one file
 * fits both, one that fits only half is a stranger (a flow cell used again). Strangers give nothing. Members that
 * contradict each other give a problem and null for what they contradict on. Where every file is a stranger, the name
 * keeps only what they do not contradict.
 */
export function weigh(named: Account, accounts: readonly Account[]): Weighed {
  const { members, strangers } = divide(named, accounts)
  const mixed = new Set(members.flatMap((one) => one.shortId ?? [])).size > 1
  const problems = strangers.map((one) => ofAnotherRun(one, named))
  if (mixed) problems.push(ofSeveralRuns(members))

  const told: Weighed['told'] = {}
  const sources = [...members, named]
  const identified = members.some((one) => one.flowcellIds.length > 0 || one.shortId !== null)
  for (const fact of CONTESTED_FACTS) {
    const agreed = agreedOn(fact, sources)
    if (agreed === 'contradiction') {
      if (!mixed) problems.push(onOneFact(fact, sources))
    } else if (fact === 'sequencingUuid' && agreed !== null && !isOfFolder(agreed.claim.value, named))
      problems.push(onTheRunId(agreed.account.file, agreed.claim.value, named))
    else if (identified || agreedOn(fact, [...sources, ...strangers]) !== 'contradiction')
      told[fact] = sourced(agreed)
  }
  told.softwareVersion = mixed ? null : sourced(firstClaim('softwareVersion', sources))
  told.instrumentModel = mixed ? null : sourced(mostExactModel(sources))
  return { told, members, strangers, mixed, problems }
}

/** For ids and times the final summary is the most trusted, then the reports; the folder's name is the last resort. */
const TRUST: ReadonlyArray<Account['kind']> = ['final-summary', 'report-json', 'report-md', 'sample-sheet']

type Told = { account: Account; claim: Claim }
type Fit = 'whole' | 'half' | 'silent' | 'stranger'

const sourced = (told: Told | null): Sourced | null =>
  told && { value: told.claim.value, from: { file: told.account.file, at: told.claim.at } }

function divide(named: Account, accounts: readonly Account[]): Pick<Weighed, 'members' | 'strangers'> {
  const fits = accounts.map((account) => ({ account, fit: fitOf(account, named) }))
  const sure = fits.some(({ fit }) => fit === 'whole')
  const isMember = ({ fit }: { fit: Fit }) => fit === 'whole' || fit === 'silent' || (fit === 'half' && !sure)
  return {
    members: fits
      .filter(isMember)
      .map(({ account }) => account)
      .toSorted((a, b) => TRUST.indexOf(a.kind) - TRUST.indexOf(b.kind)),
    strangers: fits.filter((one) => !isMember(one)).map(({ account }) => account),
  }
}

function fitOf(account: Account, named: Account): Fit {
  const checks: boolean[] = []
  if (account.flowcellIds.length > 0 && named.flowcellIds.length > 0)
    checks.push(named.flowcellIds.some((id) => knows(account, id)))
  if (account.shortId !== null && named.shortId !== null) checks.push(account.shortId === named.shortId)
  if (checks.length === 0) return 'silent'
  if (checks.every(Boolean)) return 'whole'
  return checks.some(Boolean) ? 'half' : 'stranger'
}

const isOfFolder = (uuid: string, named: Account): boolean =>
  named.shortId === null || uuid.startsWith(named.shortId)

/** The claim all sources share, by the most trusted of them; null where none claims anything. */
function agreedOn(fact: ContestedFact, sources: readonly Account[]): Told | 'contradiction' | null {
  const first = firstClaim(fact, sources)
  if (first === null) return null
  if (fact === 'flowcellId') return sharedFlowcell(first, sources)
  const claims = sources.flatMap((one) => one.facts[fact] ?? [])
  return new Set(claims.map(({ value }) => comparable(fact, value))).size > 1 ? 'contradiction' : first
}

/** A report may know a flow cell by two ids, the stored and the typed one: the one that all sources know counts. */
function sharedFlowcell(first: Told, sources: readonly Account[]): Told | 'contradiction' {
  const lists = sources.filter((one) => one.flowcellIds.length > 0)
  const shared = first.account.flowcellIds.find((id) => lists.every((one) => knows(one, id)))
  return shared === undefined ? 'contradiction' : { ...first, claim: { ...first.claim, value: shared } }
}

const knows = (account: Account, flowcellId: string): boolean =>
  account.flowcellIds.some((one) => comparable('flowcellId', one) === comparable('flowcellId', flowcellId))

function firstClaim(fact: ClaimedFact, sources: readonly Account[]): Told | null {
  for (const account of sources) {
    const claim = account.facts[fact]
    if (claim) return { account, claim }
  }
  return null
}

/** Reports know the instrument better than serials and positions do, so they go before the final summary here. */
function mostExactModel(sources: readonly Account[]): Told | null {
  const isReport = ({ kind }: Account) => kind === 'report-json' || kind === 'report-md'
  let best: Told | null = null
  for (const account of [...sources.filter(isReport), ...sources.filter((one) => !isReport(one))]) {
    const claim = account.facts.instrumentModel
    if (!claim) continue
    const model = moreExact(best?.claim.value ?? null, claim.value)
    if (best === null || model !== best.claim.value) best = { account, claim }
  }
  return best
}

/** A value with the spellings that mean the same taken for one. */
function comparable(fact: ContestedFact, value: string): string {
  switch (fact) {
    case 'experimentName':
    case 'sampleId':
      return value
    case 'position':
      // A Mk1C counts its only position: MC-110675_0.
      return value.toUpperCase().replace(/_\d$/, '').replace(/^P2S_/, 'P2S-')
    case 'flowcellType':
      // The last letters tell the packaging: FLO-PRO114, FLO-PRO114M.
      return value.toUpperCase().replace(/(?<=\d)[A-Z]{1,2}$/, '')
    case 'kit':
      // Sold as SQK-NBD114.96, written SQK-NBD114-96.
      return value.toUpperCase().replaceAll('.', '-')
    default:
      return value.toUpperCase()
  }
}
