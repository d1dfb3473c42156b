/** Real exchanges with Majora servers beside the project, where they are to be had: read in tests, never copied here. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Answer } from '../../src/handovers.ts'
import type { Body } from '../../src/registries/request-body.ts'

export type Recorded = { name: string; path: string; request: Body; answer: Answer }

type Line = {
  name: string
  path: string
  method: string
  request?: unknown
  response?: { status: number; headers?: Record<string, string>; body: string }
}

/** The POSTs of a recording whose request was a JSON object; null, with a printed line, where it is not there. */
export function recording(file: string): Recorded[] | null {
  const path = fileURLToPath(new URL(`../../../shared/recordings/${file}`, import.meta.url))
  if (!existsSync(path)) {
    console.log(`skipped: no recording of a real server beside this checkout (${path})`)
    return null
  }
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
    .flatMap(({ name, path, method, request, response }) =>
      method === 'POST' && isBody(request) && response !== undefined
        ? [{ name, path, request, answer: toAnswer(response) }]
        : [],
    )
}

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const toAnswer = ({ status, headers = {}, body }: NonNullable<Line['response']>): Answer => ({
  status,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  body,
})
