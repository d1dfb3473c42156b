/** A sheet's report as one HTML page that needs nothing else: no script, no network, by double click from a share. */
import { createHash } from 'node:crypto'
import { Eta } from 'eta'
import { groupProblems } from './problem-groups.ts'
import type { SheetReport } from './report.ts'
import { visible } from './visible.ts'
import { headlineOf, stateWords, subjectWords } from './words.ts'

const STYLE = `
:root { color-scheme: light dark; --act: #b3261e; --wait: #7a5900; --good: #1b6e2c; --line: #8886; --soft: #8881; }
@media (prefers-color-scheme: dark) { :root { --act: #ff8a80; --wait: #f2c94c; --good: #7ddb8f; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; line-height: 1.35; border-left: .4rem solid; padding-left: .8rem; margin: .5rem 0; }
h1.act { border-color: var(--act); } h1.wait { border-color: var(--wait); } h1.good { border-color: var(--good); }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
section { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .9rem; margin: .6rem 0; break-inside: avoid; }
section h3 { font-size: 1rem; margin: 0; } section p { margin: .3rem 0; }
.error h3::before { content: "✗ "; color: var(--act); } .warning h3::before { content: "! "; color: var(--wait); }
ul { margin: .3rem 0; padding-left: 1.3rem; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .8rem; margin: .3rem 0; }
dd { margin: 0; } small, footer { opacity: .75; font-size: .85rem; } q { background: var(--soft); } b.where { font-weight: 600; }
@media print { body { max-width: none; padding: 0; } }
`

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '<%= it.styleHash %>'">
<% if (it.refresh) { %><meta http-equiv="refresh" content="15"><% } %>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title><%= it.file %>: <%= it.headline.sent %></title>
<style><%~ it.style %></style>
</head>
<body>
<h1 class="<%= it.headline.tone %>"><%= it.headline.sent %> <%= it.headline.todo %></h1>
<p>Sheet <strong><%= it.file %></strong></p>
<% if (it.problems.length > 0) { %>
<h2><%= it.counted %></h2>
<% for (const one of it.problems) { %>
<section class="<%= one.severity %>">
<h3><%= one.title %></h3>
<ul>
<% for (const place of one.places) { %>
<li><% if (place.where) { %><b class="where"><%= place.where %>:</b> <% } %><%= place.found %><% if (place.suggestion) { %> <em>Did you mean <q><%= place.suggestion %></q>?</em><% } %></li>
<% } %>
<% if (one.more > 0) { %><li>and <%= one.more %> more of the same</li><% } %>
</ul>
<p><%= one.fix %></p>
<small><%= one.severity === 'error' ? 'Error' : 'Warning' %> <%= one.code %></small>
</section>
<% } %>
<% } %>
<% if (it.registrations.length > 0) { %>
<h2>What becomes of it</h2>
<% for (const one of it.registrations) { %>
<section>
<h3><%= one.subject %></h3>
<p><strong><%= one.words %></strong> at <%= one.registry %>, since <%= one.since %>. <%= one.meaning %></p>
<% for (const words of one.said) { %><p>The registry says: <q><%= words %></q></p>
<% } %>
<% if (one.ids.length > 0) { %><dl>
<% for (const [name, value] of one.ids) { %><dt><%= name %></dt><dd><%= value %></dd>
<% } %></dl><% } %>
<small>Registration <%= one.id %></small>
</section>
<% } %>
<% } %>
<footer><p>Written by runherald about the file with SHA-256 <%= it.sha256 %>. The sheet itself is never changed.</p></footer>
</body>
</html>
`

const eta = new Eta()
eta.loadTemplate('@report', PAGE)
const styleHash = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`

/** The whole page. Everything that came from a sheet or a registry is escaped, and made visible where it is not. */
export function reportPage(report: SheetReport): string {
  const errors = report.problems.filter((one) => one.severity === 'error').length
  return eta.render('@report', {
    style: STYLE,
    styleHash,
    refresh: report.state === 'received' || report.state === 'waiting',
    file: visible(report.file),
    sha256: report.sha256 ?? 'not known yet',
    headline: headlineOf(report),
    counted: [count(errors, 'error'), count(report.problems.length - errors, 'warning')]
      .filter(Boolean)
      .join(', '),
    problems: groupProblems(report.problems).map((group) => ({
      ...group,
      fix: visible(group.fix, 2000),
      places: group.places.map(({ where, found, suggestion }) => ({
        where: visible(where),
        found: visible(found),
        suggestion: suggestion === null ? null : visible(suggestion),
      })),
    })),
    registrations: report.registrations.map((one) => {
      const { words, meaning } = stateWords(one)
      return {
        id: one.id,
        subject: visible(subjectWords(one)),
        registry: visible(one.registry),
        words: visible(words),
        meaning: meaning === null ? '' : visible(meaning),
        since: `${one.since.slice(0, 16).replace('T', ' ')} UTC`,
        said: (report.said?.get(one.id) ?? []).map((text) => visible(text, 1000)),
        ids: Object.entries(one.remoteIds).map(([name, value]) => [visible(name), visible(value)]),
      }
    }),
  })
}

const count = (number: number, what: string): string =>
  number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`
