/** The cases of `fixtures/registries`: what a kind is given, what it sends, and what it makes of an answer. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Answer, RegistrySettings, Request, Subject, Verdict } from '../../src/handovers.ts'

type Case = {
  name: string
  subject: Subject
  settings: RegistrySettings
  now: string
  request: Request
  claims: string[]
  prerequisite: string | null
  warnings: string[]
  answer?: Answer
  earlierUnknown?: boolean
  verdict?: Verdict
}

const root = new URL('../../fixtures/registries/', import.meta.url)

export function casesOf(kind: string): Case[] {
  const folder = new URL(`${kind}/`, root)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace('.json', ''),
      ...JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
    }))
}
