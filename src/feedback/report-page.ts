/** A sheet's report as one HTML page that needs nothing else: no script, no network, by double click from a share. */
import { Eta } from 'eta'
import { count, moment } from './numbers.ts'
import { groupProblems, type ProblemGroup, rowWords } from './problem-groups.ts'
import { stateWords, subjectWords, wholeSubjectWords } from './registration-words.ts'
import type { Outcome, ReportedRegistration, ReportedSubject, SheetReport } from './report.ts'
import { STYLE, STYLE_HASH } from './report-style.ts'
import { visible } from './visible.ts'
import { aboutWords, headlineOf, subjectsWord } from './words.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '<%= it.styleHash %>'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title><%= it.file %>: <%= it.headline.sent %></title>
<style><%~ it.style %></style>
</head>
<body>
<main>
<header class="<%= it.headline.tone %>">
<h1><%= it.headline.sent %> <span><%= it.headline.todo %></span></h1>
</header>
<p class="sheet"><strong><%= it.file %></strong></p>
<% for (const one of it.notes) { %><p class="soft"><%= one %></p>
<% } %>
<% if (it.errors.length > 0) { %>
<section aria-labelledby="errors">
<h2 id="errors"><%= it.errorCount %></h2>
<%~ include('@problems', { groups: it.errors }) %>
</section>
<% } %>
<% if (it.subjects.length > 0) { %>
<section aria-labelledby="subjects">
<h2 id="subjects">What was sent and what was not</h2>
<% for (const one of it.subjects) { %>
<article class="<%= one.tone %>">
<div class="title"><h3><%= one.name %></h3><span class="badge <%= one.badge %>"><%= one.words %></span></div>
<p class="soft"><%= one.rows %></p>
<% if (one.note) { %><p><%= one.note %></p><% } %>
<% if (one.registrations.length > 0) { %><%~ include('@registrations', { rows: one.registrations }) %><% } %>
</article>
<% } %>
<% if (it.moreSubjects) { %><p><%= it.moreSubjects %></p><% } %>
</section>
<% } %>
<% if (it.earlier.length > 0) { %>
<section aria-labelledby="earlier">
<h2 id="earlier">From an earlier version of this sheet</h2>
<article>
<p>This version does not speak of it, so it stays as it is.</p>
<%~ include('@registrations', { rows: it.earlier }) %>
</article>
</section>
<% } %>
<% if (it.warnings.length > 0) { %>
<section aria-labelledby="warnings">
<h2 id="warnings"><%= it.warningCount %></h2>
<%~ include('@problems', { groups: it.warnings }) %>
</section>
<% } %>
</main>
<footer>
<p>As of <%= it.at %>; times are of <%= it.zone %>. <%= it.reload %></p>
<p>runherald wrote this page; it never changes the sheet itself.<% if (it.sha256) { %> SHA-256 of the sheet: <span class="id"><%= it.sha256 %></span><% } %></p>
</footer>
</body>
</html>
`

const PROBLEMS = `<% for (const one of it.groups) { %>
<article class="<%= one.severity %>">
<h3><%= one.title %></h3>
<ul class="places">
<% for (const place of one.places) { %>
<li><% if (place.where) { %><span class="where"><%= place.where %></span> <% } %><%= place.found %><% if (place.suggestion) { %> <span class="meant">Did you mean <strong><%= place.suggestion %></strong>?</span><% } %></li>
<% } %>
<% if (one.more > 0) { %><li>and <%= one.more %> more of the same</li><% } %>
</ul>
<p><strong>What to do:</strong> <%= one.fix %></p>
<p class="soft"><%= one.severity === 'error' ? 'Error' : 'Remark' %> <span class="id"><%= one.code %></span></p>
</article>
<% } %>`

const REGISTRATIONS = `<ul class="registrations">
<% for (const one of it.rows) { %>
<li><p><%= one.subject %>: <strong><%= one.words %></strong> at <%= one.registry %>, since <%= one.since %>. <%= one.meaning %></p>
<% if (one.said.length > 0) { %><p><%= one.registry %> says:</p>
<% for (const words of one.said) { %><blockquote><%= words %></blockquote>
<% } %><% } %>
<dl>
<% for (const [name, value] of one.ids) { %><dt><%= name %> at <%= one.registry %></dt><dd class="id"><%= value %></dd>
<% } %><dt>our registration</dt><dd class="id"><%= one.id %></dd>
</dl>
</li>
<% } %>
</ul>`

const eta = new Eta()
eta.loadTemplate('@report', PAGE)
eta.loadTemplate('@problems', PROBLEMS)
eta.loadTemplate('@registrations', REGISTRATIONS)

/** A page of more is read by nobody; the JSON beside it has them all. */
const MOST_SUBJECTS = 200

/** The whole page. Everything that came from a sheet or a registry is escaped, and made visible where it is not. */
export function reportPage(report: SheetReport): string {
  const { problems, subjects } = report
  const errors = problems.filter((one) => one.severity === 'error')
  const warnings = problems.filter((one) => one.severity !== 'error')
  const urgentFirst = subjects.toSorted((a, b) => URGENCY.indexOf(a.outcome) - URGENCY.indexOf(b.outcome))
  const { sent, todo, tone } = headlineOf(report)
  return eta.render('@report', {
    style: STYLE,
    styleHash: STYLE_HASH,
    file: visible(report.file),
    sha256: report.sha256,
    headline: { sent: visible(sent, 600), todo: visible(todo, 600), tone },
    notes: notesOf(report).map((one) => visible(one, 600)),
    errorCount: count(errors.length, 'error'),
    errors: groupProblems(errors).map(shownGroup),
    warningCount: count(warnings.length, 'remark'),
    warnings: groupProblems(warnings).map(shownGroup),
    subjects: urgentFirst.slice(0, MOST_SUBJECTS).map((one) => shownSubject(one, report)),
    moreSubjects: moreWords(urgentFirst.slice(MOST_SUBJECTS)),
    earlier: report.earlier.map((one) => shownRegistration(one, wholeSubjectWords(one), report)),
    at: moment(report.at, report.timeZone),
    zone: report.timeZone ?? 'UTC',
    reload:
      report.state === 'received' || report.state === 'waiting' ? 'Reload this page to see what is new.' : '',
  })
}

const URGENCY: Outcome[] = [
  'attention',
  'blocked',
  'unwanted',
  'under-way',
  'replaced',
  'ended',
  'registered',
]

function notesOf(report: SheetReport): string[] {
  const { sameAs, savedAgain, liesIn, liesAs = report.file, timeZone, state } = report
  const as = liesAs === report.file ? '' : ` as ${liesAs}, since there is another sheet called ${report.file}`
  const about = aboutWords(report)
  const notes = [
    about && `${about}.`,
    sameAs && `The same sheet was dropped before as ${sameAs.file}, on ${moment(sameAs.since, timeZone)}.`,
    savedAgain &&
      `It was saved again without a change on ${moment(savedAgain, timeZone)}: nothing was sent because of that.`,
    liesIn === 'done' && `It now lies in the folder done${as}.`,
    liesIn === 'needs-fixing' &&
      state !== 'received' &&
      `It lies in the folder needs-fixing${as}: correct it there and save it.`,
  ]
  return notes.filter((one) => typeof one === 'string')
}

function shownGroup(group: ProblemGroup): ProblemGroup {
  return {
    ...group,
    fix: visible(group.fix, 2000),
    places: group.places.map(({ where, found, suggestion }) => ({
      where: visible(where),
      found: visible(found),
      suggestion: suggestion === null ? null : visible(suggestion),
    })),
  }
}

const OUTCOMES: Record<Outcome, { words: string; badge: string; tone: string }> = {
  registered: { words: 'Registered', badge: 'good', tone: 'well' },
  'under-way': { words: 'On its way', badge: 'wait', tone: 'to-wait' },
  blocked: { words: 'Not sent', badge: 'act', tone: 'to-act' },
  attention: { words: 'Needs attention', badge: 'act', tone: 'to-act' },
  unwanted: { words: 'Not sent', badge: 'act', tone: 'to-act' },
  replaced: { words: 'A newer sheet counts', badge: 'plain', tone: '' },
  ended: { words: 'Given up', badge: 'plain', tone: '' },
}

function shownSubject(subject: ReportedSubject, report: SheetReport) {
  const { type, name, rows, samples, outcome, registrations } = subject
  const sample = type === 'batch' ? 'tube' : 'biosample'
  return {
    ...OUTCOMES[outcome],
    name: visible(`${type === 'batch' ? 'Batch' : 'Library'} ${name}`),
    rows: [rowWords(rows), count(samples, sample)].filter((one) => one !== '').join(', '),
    note: visible(noteOf(subject), 600),
    registrations: registrations.map((one) => shownRegistration(one, subjectWords(one), report)),
  }
}

/** Why it stands as it does, where its registrations do not say so. */
function noteOf({ type, outcome, registrations }: ReportedSubject): string {
  const before = registrations.some(({ state }) => state === 'registered')
  switch (outcome) {
    case 'blocked':
      return before
        ? `Errors stand in it, so nothing of this version of the ${type} was sent. What was registered before stays as it is:`
        : `Errors stand in it, so nothing of this ${type} was sent.`
    case 'unwanted':
      return `No registry that is set up takes this ${type}.`
    case 'replaced':
      return `A newer sheet speaks of this ${type} and counts. What became of that:`
    default:
      return ''
  }
}

function moreWords(rest: ReportedSubject[]): string | null {
  if (rest.length === 0) return null
  const words = [...Map.groupBy(rest, ({ outcome }) => OUTCOMES[outcome].words)].map(
    ([outcome, some]) => `${subjectsWord(some, some.length)}: ${outcome.toLowerCase()}`,
  )
  return `And ${words.join('; ')}.`
}

function shownRegistration(one: ReportedRegistration, subject: string, report: SheetReport) {
  const { words, meaning } = stateWords(one, report)
  return {
    id: one.id,
    subject: visible(subject),
    registry: visible(one.registry),
    words: visible(words),
    meaning: meaning === null ? '' : visible(meaning, 600),
    since: moment(one.since, report.timeZone),
    said: (report.said.get(one.id) ?? []).map((text) => visible(text, 1000)),
    ids: Object.entries(one.remoteIds).map(([name, value]) => [visible(name), visible(value)]),
  }
}
