/** How a report looks: on a phone, on a screen in light and dark, and on paper. */
import { createHash } from 'node:crypto'

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fff; --text: #1c1d21; --soft: #55585f; --line: #d5d7dc; --card: #f6f7f9;
  --act: #a3160c; --act-ground: #fdecea; --wait: #6b4b00; --wait-ground: #fdf3d8; --good: #14602a; --good-ground: #e5f5e9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16171a; --text: #ececee; --soft: #b3b6bd; --line: #3b3d44; --card: #1f2125;
    --act: #ffb0a8; --act-ground: #40140f; --wait: #f7d27a; --wait-ground: #382a05; --good: #93dea6; --good-ground: #0f3319;
  }
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; margin: 0; color: var(--text); background: var(--ground); overflow-wrap: anywhere; }
main, footer { max-width: 50rem; margin: 0 auto; padding: 0 1rem; }
header { margin: 1rem 0 0; padding: 1rem; border-radius: .6rem; border-left: .5rem solid; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0; }
h1 span { display: block; font-size: 1.1rem; font-weight: 500; margin-top: .35rem; }
.act { color: var(--act); background: var(--act-ground); } .wait { color: var(--wait); background: var(--wait-ground); }
.good { color: var(--good); background: var(--good-ground); }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; } h3 { font-size: 1rem; line-height: 1.4; margin: 0; }
p { margin: .35rem 0; } ul { list-style: none; margin: .5rem 0; padding: 0; }
.sheet { margin: 1rem 0 0; } .sheet strong { font-size: 1.05rem; }
.soft, footer { color: var(--soft); font-size: .9rem; }
article { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: .7rem 0; break-inside: avoid; }
article.error, article.to-act { border-left-color: var(--act); } article.warning, article.to-wait { border-left-color: var(--wait); }
article.well { border-left-color: var(--good); }
.places li { padding: .35rem 0; border-top: 1px solid var(--line); } .places li:first-child { border-top: 0; }
.where { display: block; font-weight: 600; } .meant { display: block; } .meant strong, .id { font-family: ui-monospace, Consolas, Menlo, monospace; font-size: .95em; }
.title { display: flex; flex-wrap: wrap; gap: .2rem .7rem; justify-content: space-between; align-items: baseline; }
.badge { font-size: .85rem; font-weight: 600; padding: .1rem .6rem; border-radius: 1rem; white-space: nowrap; }
.badge.plain { color: var(--text); background: var(--line); }
.registrations { margin-bottom: 0; } .registrations li { padding: .5rem 0; border-top: 1px solid var(--line); } .registrations li:last-child { padding-bottom: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .8rem; margin: .3rem 0 0; font-size: .9rem; } dt, dd { color: var(--soft); } dd { margin: 0; }
@media (max-width: 30rem) { dl { display: block; } dd { margin-bottom: .2rem; } }
blockquote { margin: .3rem 0; padding-left: .7rem; border-left: 2px solid var(--line); }
footer { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: .6rem; padding-bottom: 1.5rem; }
@media print {
  :root { --card: #fff; } body { font-size: 10.5pt; } main, footer { max-width: none; padding: 0; }
  header, article, .badge { border: 1px solid #000; print-color-adjust: economy; }
}
`

/** For the page's own policy: this style and nothing else. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`
