/** Holds what the files of one folder say against its name and against each other, so that no two runs are mixed. */
import { type Problem, problem } from '../../problems.ts'
import type { RunFacts, Source } from '../../record/run.ts'
import type { Account, Claim, ClaimedFact } from './account.ts'
import { moreExact } from './models.ts'

export type Weighed = {
  facts: Pick<RunFacts, ClaimedFact>
  provenance: Partial<Record<ClaimedFact, Source>>
  /** Accounts of this folder's run, the most trusted first. */
  members: Account[]
  /** Accounts of some other run whose file got in here. */
  strangers: Account[]
  /** The members themselves speak of several runs: MinKNOW's data pooling, or files thrown together. */
  mixed: boolean
  problems: Problem[]
}

/** For ids and times the final summary is the most trusted, then the reports; the folder's name is the last resort. */
const TRUST: ReadonlyArray<Account['kind']> = [
  'final-summary',
  'report-json',
  'report-md',
  'sample-sheet',
  'folder-name',
]

const WORDS: Record<Exclude<ClaimedFact, 'instrumentModel' | 'softwareVersion'>, string> = {
  sequencingUuid: 'protocol run id',
  flowcellId: 'flow cell',
  flowcellType: 'flow cell product',
  kit: 'kit',
  instrumentSerial: 'instrument',
  position: 'position',
  experimentName: 'experiment',
  sampleId: 'sample',
}

/**
 * A file belongs to the folder's run when its flow cell or its run id is the one in the folder's name; where one file
 * fits both, one that fits only half is a stranger (a flow cell used again). Strangers give nothing. Members that
 * contradict each other give a problem and null for what they contradict on. Where every file is a stranger, the name
 * keeps only what they do not contradict.
 */
export function weigh(named: Account, accounts: readonly Account[]): Weighed {
  const fits = accounts.map((account) => ({ account, fit: fitOf(account, named) }))
  const sure = fits.some(({ fit }) => fit === 'whole')
  const belongs = (fit: Fit) => fit === 'whole' || fit === 'silent' || (fit === 'half' && !sure)
  const members = fits
    .filter(({ fit }) => belongs(fit))
    .map(({ account }) => account)
    .toSorted((a, b) => TRUST.indexOf(a.kind) - TRUST.indexOf(b.kind))
  const strangers = fits.filter(({ fit }) => !belongs(fit)).map(({ account }) => account)

  const problems = strangers.map((one) => strangerProblem(one, named))
  const mixed = new Set(members.flatMap((one) => one.shortId ?? [])).size > 1
  if (mixed) problems.push(mixedProblem(members))

  const believed = members.some((one) => one.flowcellIds.length > 0 || one.shortId !== null)
  const sources = [...members, named]
  const facts: Weighed['facts'] = { ...NOTHING }
  const provenance: Weighed['provenance'] = {}
  const tell = (fact: ClaimedFact, told: Told | null) => {
    if (told === null) return
    facts[fact] = told.claim.value
    provenance[fact] = { file: told.account.file, at: told.claim.at }
  }
  for (const fact of CONTESTED) {
    const agreed = agreedOn(fact, sources)
    if (agreed === 'contradiction') {
      if (!mixed) problems.push(contradiction(fact, sources))
    } else if (believed || agreedOn(fact, [...sources, ...strangers]) !== 'contradiction') tell(fact, agreed)
  }
  tell('softwareVersion', firstClaim('softwareVersion', sources))
  tell('instrumentModel', mixed ? null : mostExactModel(sources))
  if (facts.sequencingUuid !== null && !isOfFolder(facts.sequencingUuid, named)) {
    problems.push(
      problem(
        'run-folder.ids-disagree',
        `${provenance.sequencingUuid?.file} is of run ${facts.sequencingUuid}, this folder's name of run ${named.shortId}`,
        { file: provenance.sequencingUuid?.file ?? null },
      ),
    )
    facts.sequencingUuid = null
    delete provenance.sequencingUuid
  }
  return { facts, provenance, members, strangers, mixed, problems }
}

type Told = { account: Account; claim: Claim }
type Fit = 'whole' | 'half' | 'silent' | 'stranger'

const CONTESTED = Object.keys(WORDS) as Array<keyof typeof WORDS>

const NOTHING: Weighed['facts'] = {
  sequencingUuid: null,
  flowcellId: null,
  flowcellType: null,
  kit: null,
  instrumentModel: null,
  instrumentSerial: null,
  position: null,
  experimentName: null,
  sampleId: null,
  softwareVersion: null,
}

function fitOf(account: Account, named: Account): Fit {
  const [mine, theirs] = [account.flowcellIds.map(comparable), named.flowcellIds.map(comparable)]
  const checks = [
    mine.length > 0 && theirs.length > 0 ? mine.some((id) => theirs.includes(id)) : null,
    account.shortId !== null && named.shortId !== null ? account.shortId === named.shortId : null,
  ].filter((one) => one !== null)
  if (checks.length === 0) return 'silent'
  if (checks.every(Boolean)) return 'whole'
  return checks.some(Boolean) ? 'half' : 'stranger'
}

const isOfFolder = (uuid: string, named: Account): boolean =>
  named.shortId === null || uuid.startsWith(named.shortId)

/** The claim all sources share, by the most trusted of them; null where none claims anything. */
function agreedOn(
  fact: ClaimedFact,
  sources: readonly Account[],
): { account: Account; claim: Claim } | 'contradiction' | null {
  const first = firstClaim(fact, sources)
  if (first === null) return null
  if (fact === 'flowcellId') return sharedFlowcell(first, sources)
  const spellings = new Set(
    sources.flatMap((one) => one.facts[fact] ?? []).map((one) => comparable(one.value, fact)),
  )
  return spellings.size > 1 ? 'contradiction' : first
}

/** A report may know a flow cell by two ids, the stored and the typed one: the one that all sources know counts. */
function sharedFlowcell(first: Told, sources: readonly Account[]): Told | 'contradiction' {
  const lists = sources.filter((one) => one.flowcellIds.length > 0)
  const shared = first.account.flowcellIds.find((id) =>
    lists.every((one) => one.flowcellIds.some((other) => comparable(other) === comparable(id))),
  )
  return shared === undefined ? 'contradiction' : { ...first, claim: { ...first.claim, value: shared } }
}

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
  const order = [...sources.filter(isReport), ...sources.filter((one) => !isReport(one))]
  let best: Told | null = null
  for (const account of order) {
    const claim = account.facts.instrumentModel
    if (!claim) continue
    const model = moreExact(best?.claim.value ?? null, claim.value)
    if (best === null || model !== best.claim.value) best = { account, claim }
  }
  return best
}

/**
 * What is left of a value when spellings that mean the same are taken for one: a Mk1C's position with `_0`, a product
 * code with the letter of its packaging (FLO-PRO114, FLO-PRO114M).
 */
function comparable(value: string, fact: ClaimedFact | number = 'flowcellId'): string {
  const upper = value.toUpperCase()
  if (fact === 'position') return upper.replace(/_\d$/, '').replace(/^P2S_/, 'P2S-')
  if (fact === 'flowcellType') return upper.replace(/(?<=\d)[A-Z]{1,2}$/, '')
  if (fact === 'sampleId' || fact === 'experimentName') return value
  return upper
}

const strangerProblem = (stranger: Account, named: Account): Problem =>
  problem(
    'run-folder.ids-disagree',
    `${stranger.file} is of ${identity(stranger)}, this folder's name of ${identity(named)}`,
    { file: stranger.file },
  )

function mixedProblem(members: readonly Account[]): Problem {
  const told = members.filter((one) => one.shortId !== null)
  const list = told.slice(0, 6).map((one) => `${one.file} is of ${identity(one)}`)
  return problem('run-folder.ids-disagree', list.join(', '), { file: told.at(-1)?.file ?? null })
}

function contradiction(fact: keyof typeof WORDS, sources: readonly Account[]): Problem {
  const told = sources.flatMap((one) => {
    const claim = one.facts[fact]
    const where = one.kind === 'folder-name' ? "this folder's name" : one.file
    return claim ? [`${where} says ${WORDS[fact]} ${claim.value}`] : []
  })
  return problem('run-folder.ids-disagree', told.slice(0, 6).join(', '))
}

const identity = (account: Account): string =>
  [
    ...(account.shortId === null ? [] : [`run ${account.shortId}`]),
    ...(account.flowcellIds[0] === undefined ? [] : [`flow cell ${account.flowcellIds[0]}`]),
  ].join(' on ')
