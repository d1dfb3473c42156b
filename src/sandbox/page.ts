/** The sandbox's page for people: what each registry holds and what came last. Plain HTML, no script. */
import { kinds, type SandboxKind } from './kinds.ts'
import type { SandboxLogEntry } from './log.ts'
import type { Sandbox } from './sandbox.ts'

const titles: { [kind in SandboxKind]: string } = {
  'majora-2020-03-24': 'Majora of 24 March 2020',
  'majora-2020-03-25': 'Majora of 25 March 2020',
  'majora-2': 'Majora 2',
  'onecodex-v1': 'One Codex',
  webhook: 'Webhook',
}
const mostRows = 200

export function renderPage(sandbox: Sandbox, strict: boolean): string {
  const log = sandbox.log()
  const commits = log.filter((entry) => entry.entry === 'commit')
  const requests = log.filter((entry) => entry.entry === 'request')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox registries</title>
<style>${style}</style>
</head>
<body>
<h1>Sandbox registries</h1>
<p>Emulated registries for trying things out. Nothing here leaves this machine.
${strict ? 'Strict: everything the documents refuse is refused.' : 'Behaving as the real servers were seen to behave.'}</p>
<p>${requests.length} requests received, ${commits.length} commits made.
<a href="/__sandbox/state">State</a> and <a href="/__sandbox/log">log</a> as JSON.</p>
${kinds.map((kind) => section(sandbox, kind, commits)).join('\n')}
<h2>Latest requests</h2>
${requestTable(log)}
</body>
</html>
`
}

type CommitEntry = Extract<SandboxLogEntry, { entry: 'commit' }>

function section(sandbox: Sandbox, kind: SandboxKind, commits: CommitEntry[]): string {
  const own = commits.filter((entry) => entry.kind === kind)
  const rows = own.slice(-mostRows).map((entry) => {
    const identity = Object.entries(entry.identity)
      .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
      .join(' · ')
    return row([entry.seq, clock(entry.at), entry.type, entry.effect, entry.name, identity, entry.id])
  })
  const table =
    rows.length === 0
      ? '<p class="none">Nothing has been registered here yet.</p>'
      : `<table><thead>${row(['no.', 'time (UTC)', 'what', 'effect', 'name', 'known by', 'id given'], 'th')}</thead><tbody>${rows.reverse().join('')}</tbody></table>`
  return `<h2>${escaped(titles[kind])}</h2>
<p><code>${escaped(kind)}</code> at <code>${escaped(sandbox.urlOf(kind))}</code></p>
${table}`
}

function requestTable(log: SandboxLogEntry[]): string {
  const answers = new Map(log.flatMap((entry) => (entry.entry === 'answer' ? [[entry.request, entry]] : [])))
  const faults = new Map(
    log.flatMap((entry) =>
      entry.entry === 'fault' && entry.request !== null ? [[entry.request, entry]] : [],
    ),
  )
  const rows = log
    .filter((entry) => entry.entry === 'request')
    .slice(-mostRows)
    .reverse()
    .map((entry) => {
      const answer = answers.get(entry.seq)
      const fault = faults.get(entry.seq)?.fault
      return row([
        entry.seq,
        clock(entry.at),
        entry.kind,
        `${entry.method} ${entry.path}`,
        answer === undefined ? 'under way' : (answer.status ?? 'no answer'),
        fault === undefined ? '' : JSON.stringify(fault),
      ])
    })
  if (rows.length === 0) return '<p class="none">No request has come yet.</p>'
  return `<table><thead>${row(['no.', 'time (UTC)', 'registry', 'request', 'answer', 'fault'], 'th')}</thead><tbody>${rows.join('')}</tbody></table>`
}

const row = (cells: ReadonlyArray<string | number>, tag: 'td' | 'th' = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join('')}</tr>`

const clock = (at: string): string => at.slice(11, 23)

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; vertical-align: top }
th { font-weight: 600 } td { font-variant-numeric: tabular-nums }
code { font-size: .95em } .none { opacity: .7 }
`
