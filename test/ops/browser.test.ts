/** The status page in a real browser: what its buttons do, who can read it, and what it forbids itself. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { State } from '../../src/record/registration.ts'
import { hasBrowser, openBrowser } from '../rig/browser.ts'
import { fortnight, lost, openRig, type Rig, refused, registered } from './rig.ts'

/** For the README: where to put pictures of the page, if anywhere. */
const PICTURES = process.env['RUNHERALD_PICTURES']

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  /** A page that remembers whatever it complained of, until the end of the block. */
  async function visit(
    url: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<AsyncDisposable & { page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (said) => {
      if (said.type() === 'error' || said.text().includes('Content Security Policy'))
        complaints.push(said.text())
    })
    page.on('pageerror', (thrown) => complaints.push(String(thrown)))
    await page.goto(url)
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
  }

  type Given = 'refused' | 'held' | 'open' | 'paused'

  const stateOf = async (rig: Rig, id: string): Promise<State | undefined> =>
    (await rig.journal.story(id))?.registration.state

  /** Every button of the page, as a person would use it: what is opened first, filled in, pressed, and comes of it. */
  const buttons: Array<{
    does: string
    given: Given
    open?: string
    fill?: string
    press: string
    comes: (rig: Rig, id: string) => Promise<unknown>
    to: unknown
    said: string
  }> = [
    {
      does: 'tries again',
      given: 'refused',
      press: 'Try again',
      comes: stateOf,
      to: 'queued',
      said: 'It is queued again.',
    },
    {
      does: 'gives up what was refused',
      given: 'refused',
      open: 'Give up',
      fill: 'repeated',
      press: 'Give it up',
      comes: stateOf,
      to: 'abandoned',
      said: 'It is given up.',
    },
    {
      does: 'says that it is there',
      given: 'held',
      open: 'It is there',
      fill: 'R-77',
      press: 'It is registered',
      comes: async (rig, id) => (await rig.journal.story(id))?.registration.remoteIds,
      to: { run: 'R-77' },
      said: 'It is taken as registered.',
    },
    {
      does: 'sends again',
      given: 'held',
      open: 'Send again',
      fill: 'looked there',
      press: 'Send it again',
      comes: stateOf,
      to: 'queued',
      said: 'It will be sent again.',
    },
    {
      does: 'gives up what is in doubt',
      given: 'held',
      open: 'Give up',
      fill: 'repeated',
      press: 'Give it up',
      comes: stateOf,
      to: 'abandoned',
      said: 'It is given up.',
    },
    {
      does: 'pauses a registry',
      given: 'open',
      press: 'Pause climb',
      comes: async (rig) => (await rig.journal.registries())[0]?.reason,
      to: 'operator',
      said: 'The registry is paused. What is on the wire still ends.',
    },
    {
      does: 'resumes a registry',
      given: 'paused',
      press: 'Resume climb',
      comes: async (rig) => (await rig.journal.registries())[0]?.state,
      to: 'open',
      said: 'open again',
    },
  ]
  /** Resolves with the id of the registration, where there is one. */
  const given = async (rig: Rig, what: Given): Promise<string> => {
    if (what === 'paused') await rig.journal.pauseRegistry('climb', 'operator', 'paused', new Date())
    if (what === 'open' || what === 'paused') return ''
    const outcome = what === 'refused' ? refused('no such biosample') : lost
    const id = await registered(rig.journal, { name: 'run-1' }, { at: new Date(), outcome })
    await rig.journal.openRegistry('climb', 'probe', new Date())
    return id
  }

  for (const javaScriptEnabled of [true, false])
    describe(javaScriptEnabled ? 'with script' : 'without script', () => {
      test.for(buttons)('a button $does', async ({ given: what, open, fill, press, comes, to, said }) => {
        await using rig = await openRig()
        const id = await given(rig, what)
        await using visited = await visit(rig.url, { javaScriptEnabled })
        const { page, complaints } = visited
        if (open !== undefined) await page.locator('summary', { hasText: open }).click()
        if (fill !== undefined) await page.locator('details[open] input:visible').fill(fill)
        await page.getByRole('button', { name: press }).click()
        await page.getByRole('status').filter({ hasText: said }).waitFor()
        expect(await comes(rig, id)).toEqual(to)
        expect(complaints).toEqual([])
      })

      test('a verdict is given on the page of the registration too', async () => {
        await using rig = await openRig()
        const id = await given(rig, 'held')
        await using visited = await visit(`${rig.url}/registrations/${id}`, { javaScriptEnabled })
        const { page } = visited
        await page.locator('summary', { hasText: 'Give up' }).click()
        await page.locator('details[open] input:visible').fill('the run was repeated')
        await page.getByRole('button', { name: 'Give it up' }).click()
        await page.getByRole('status').filter({ hasText: 'It is given up.' }).waitFor()
        expect(await page.locator('#history').textContent()).toContain('the run was repeated')
        expect(await page.locator('#history').textContent()).toContain('by status page at 127.0.0.1')
      })

      test('a person logs in and out', async () => {
        await using rig = await openRig({ token: 'the-token-of-this-lab' })
        await using visited = await visit(rig.url, { javaScriptEnabled })
        const { page, complaints } = visited
        await page.getByLabel('Token').fill('the-token-of-this-lab')
        await page.getByRole('button', { name: 'Log in' }).click()
        await page.getByText('Nothing needs you').waitFor()
        await page.getByRole('button', { name: 'Log out' }).click()
        await page.getByRole('heading', { name: 'Log in' }).waitFor()
        expect(complaints).toEqual([])
      })
    })

  test('what happens shows without a reload, and does not disturb who is deciding', async () => {
    await using rig = await openRig()
    const id = await given(rig, 'held')
    await using visited = await visit(rig.url)
    const { page } = visited
    await page.locator('summary', { hasText: 'Give up' }).click()
    await page.locator('details[open] input:visible').fill('because')
    await registered(rig.journal, { name: 'run-new' }, { at: new Date() })
    rig.herald.emit('registration.planned', {
      ...{
        registration: id,
        registry: 'climb',
        subject: 'run-new',
        revision: 1,
        state: 'queued',
        reason: null,
      },
    })
    await page.locator('#under-way').getByText('run-new').waitFor()
    expect(await page.locator('details[open] input:visible').inputValue()).toBe('because')
  })

  test('everything is reached by the keyboard alone, in the order in which it stands', async () => {
    await using rig = await openRig()
    const id = await given(rig, 'refused')
    await using visited = await visit(rig.url)
    const { page } = visited
    const focused = async () => {
      await page.keyboard.press('Tab')
      return page.locator(':focus').evaluate((element) => element.textContent?.trim().split('\n')[0])
    }
    expect(await focused()).toBe('To the content')
    expect(await focused()).toBe('runherald')
    expect(await focused()).toBe('run-1')
    expect(await focused()).toBe('Try again')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'It is queued again.' }).waitFor()
    expect(await stateOf(rig, id)).toBe('queued')
  })

  const looks = [
    { name: 'desktop', path: '/', width: 1280, height: 900, colorScheme: 'light' },
    { name: 'desktop-dark', path: '/', width: 1280, height: 900, colorScheme: 'dark' },
    { name: 'phone', path: '/', width: 360, height: 780, colorScheme: 'light' },
    { name: 'wall', path: '/?kiosk', width: 1920, height: 1080, colorScheme: 'dark' },
    { name: 'registration', path: 'held', width: 1280, height: 900, colorScheme: 'light' },
    { name: 'registration-phone', path: 'registered', width: 360, height: 780, colorScheme: 'dark' },
  ] as const
  test('a laboratory in full swing is readable by all and fits every screen', async () => {
    await using rig = await openRig()
    await fortnight(rig)
    const rows = await rig.journal.registrations()
    for (const { name, path, width, height, colorScheme } of looks) {
      const row = rows.findLast((one) => one.state === path && one.subject.type === 'run')
      const url = row === undefined ? `${rig.url}${path}` : `${rig.url}/registrations/${row.id}`
      await using visited = await visit(url, { viewport: { width, height }, colorScheme })
      const { page, complaints } = visited
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map((one) => [name, one.id, one.nodes.map((node) => node.html).slice(0, 3)])).toEqual(
        [],
      )
      expect([name, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([
        name,
        0,
      ])
      expect(complaints).toEqual([])
      if (PICTURES !== undefined) {
        const clip = { x: 0, y: 0, width, height: 2 * height }
        await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true, clip })
      }
    }
  })

  test('on paper stands what is to be known, and nothing that can only be pressed', async () => {
    await using rig = await openRig()
    await given(rig, 'held')
    await using visited = await visit(rig.url, { colorScheme: 'dark' })
    const { page } = visited
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.locator('button:visible, summary:visible, .skip:visible').count()).toBe(0)
    expect(await page.locator('article h3:visible').count()).toBe(1)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
  })

  test('login and refusals are readable by all too', async () => {
    await using rig = await openRig({ token: 'the-token-of-this-lab' })
    for (const colorScheme of ['light', 'dark'] as const) {
      await using visited = await visit(`${rig.url}/login`, { colorScheme })
      const { page } = visited
      await page.getByLabel('Token').fill('wrong')
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByText('This is not the token').waitFor()
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    }
  })
})
