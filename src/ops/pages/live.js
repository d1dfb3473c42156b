// Shows times in the reader's own zone, and fetches the page anew when something happens. The page works without it.
const local = () => {
  for (const time of document.querySelectorAll('time[datetime]')) {
    time.title = `${time.dateTime} (UTC)`
    time.textContent = new Date(time.dateTime).toLocaleString()
  }
}
let isDue = false
const renew = async () => {
  isDue = false
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  document.title = page.title
  document.querySelector('main').replaceWith(page.querySelector('main'))
  local()
}
const soon = () => {
  if (!isDue) setTimeout(renew, 500)
  isDue = true
}
local()
const events = new EventSource('/api/events')
for (const name of ['planned', 'registered', 'held', 'refused', 'retrying', 'unknown', 'resolved'])
  events.addEventListener(`registration.${name}`, soon)
for (const name of ['paused', 'opened']) events.addEventListener(`registry.${name}`, soon)
