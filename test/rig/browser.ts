/** The browser that is installed on this machine, for tests that look at pages as people do. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PROGRAM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

export const hasBrowser = PROGRAM !== undefined
if (!hasBrowser) console.log('skipped: no Chromium is installed here (apt-get install chromium)')

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM ?? '', args: ['--no-sandbox'] })
