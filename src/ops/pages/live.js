// Keeps the page up to date, sends its forms without leaving it, and lets commands be copied. The page works without it.
const live = document.getElementById('live')
const said = () => document.getElementById('said')

/** A part in which somebody is busy is left alone: it is renewed when he is done. */
const isBusy = (part) =>
  part.querySelector('.acts details[open]') !== null ||
  (part.contains(document.activeElement) && document.activeElement.matches('input, button, summary'))

const show = (page, isAct) => {
  document.title = page.title
  const parts = [...page.querySelectorAll('section[id]')]
  const wanted = new Set(parts.map((part) => part.id))
  for (const old of document.querySelectorAll('main section[id]')) if (!wanted.has(old.id)) old.remove()
  for (const part of parts) {
    const old = document.getElementById(part.id)
    if (old === null) return location.reload()
    if (!old.isEqualNode(part) && (isAct || !isBusy(old))) old.replaceWith(part)
  }
  document.querySelector('footer').replaceWith(page.querySelector('footer'))
  addCopying()
}

const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), 'text/html')
const tell = (text) => {
  const place = said()
  place.textContent = text
  place.hidden = text === ''
}

let isDue = false
const renew = async () => {
  isDue = false
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } })
    if (answer.url.endsWith('/login')) return location.reload()
    if (answer.ok) show(await parsed(answer), false)
  } catch {
    lost()
    setTimeout(soon, 5_000)
  }
}
// One after the other: an answer that took long would else be shown after a newer one.
let renewing = Promise.resolve()
const soon = () => {
  if (isDue) return
  isDue = true
  setTimeout(() => {
    renewing = renewing.then(renew)
  }, 300)
}

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (form.getAttribute('action') === '/logout') return
  event.preventDefault()
  const button = event.submitter
  // A button that is disabled would not tell which verdict it stands for.
  const fields = new FormData(form, button)
  if (button) button.disabled = true
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(fields) })
    if (!(answer.headers.get('content-type') ?? '').includes('html')) {
      tell((await answer.json()).detail)
    } else {
      const page = await parsed(answer)
      if (answer.ok) show(page, true)
      tell(
        answer.ok ? (page.getElementById('said')?.textContent ?? '') : page.querySelector('h1').textContent,
      )
    }
    said().tabIndex = -1
    said().focus()
  } catch {
    tell('runherald does not answer. Nothing is known to have been done.')
  }
  if (button) button.disabled = false
})

const addCopying = () => {
  for (const item of document.querySelectorAll('.commands li')) {
    if (item.querySelector('button') !== null) continue
    const button = document.createElement('button')
    button.className = 'plain'
    button.textContent = 'Copy'
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(item.querySelector('code').textContent)
      button.textContent = 'Copied'
    })
    item.append(button)
  }
}

const found = () => {
  live.textContent = 'live'
  live.className = 'state tone-good'
}
const lost = () => {
  const since = new Date().toLocaleTimeString()
  if (live.className !== 'state tone-needs') live.textContent = `not live since ${since}`
  live.className = 'state tone-needs'
}

live.hidden = false
found()
addCopying()
if (location.search.includes('done=')) history.replaceState(null, '', location.pathname)
const events = new EventSource('/api/events')
events.addEventListener('open', () => {
  found()
  soon()
})
events.addEventListener('error', lost)
const TELLING = {
  registration: [
    'planned',
    'waiting',
    'sending',
    'registered',
    'retrying',
    'refused',
    'unknown',
    'held',
    'superseded',
    'resolved',
  ],
  registry: ['paused', 'opened'],
  root: ['away', 'back', 'first-scan'],
  redis: ['away', 'back'],
  run: ['found', 'completed'],
  sheet: ['judged'],
}
for (const [thing, happenings] of Object.entries(TELLING))
  for (const one of happenings) events.addEventListener(`${thing}.${one}`, soon)
// Ages grow, and other programs act, without a happening here.
setInterval(soon, 30_000)
