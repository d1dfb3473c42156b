/** Reports in a real browser: opened from the folder as by double click, on a phone and on a desk, in light and dark. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeReport } from '../../src/feedback/write-report.ts'
import { hasBrowser, openBrowser } from '../rig/browser.ts'
import { createDropFolder } from './rig.ts'
import { sampleReports } from './samples.ts'

/** Where to put pictures of the reports, for whoever wants to look at them. */
const PICTURES = process.env['RUNHERALD_PICTURES']

const names = ['bad', 'good', 'waiting', 'partly'] as const
const widths = [360, 1280]
const schemes = ['light', 'dark'] as const

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  test.for(
    names.flatMap((name) =>
      widths.flatMap((width) => schemes.map((scheme) => [name, width, scheme] as const)),
    ),
  )(
    'a sheet that is %s, at %i pixels in %s: nothing wider than the window, nothing to complain of',
    async ([name, width, scheme]) => {
      using drop = createDropFolder()
      const written = await writeReport(sampleReports(drop.folder)[name])
      if (!written.ok) throw new Error(written.error.message)
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: scheme,
      })
      const page = await context.newPage()
      const complaints: string[] = []
      const asked: string[] = []
      page.on('console', (said) => complaints.push(said.text()))
      page.on('pageerror', (thrown) => complaints.push(String(thrown)))
      page.on('request', (request) => asked.push(request.url()))
      const url = pathToFileURL(written.value.html).href
      await page.goto(url)
      expect(complaints).toEqual([])
      expect(asked).toEqual([url])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      const { violations, incomplete } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      expect(incomplete.map(({ id }) => id)).toEqual([])
      if (PICTURES !== undefined) {
        mkdirSync(PICTURES, { recursive: true })
        await page.screenshot({ path: join(PICTURES, `${name}-${width}-${scheme}.png`), fullPage: true })
      }
      await context.close()
    },
  )
})
