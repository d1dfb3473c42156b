/** Folders that are gone when what used them has ended. */
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const PREFIX = join(tmpdir(), 'runherald-test-')

export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(PREFIX)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The path of one that is there until the end of the test which asks for it. */
export function folderOfTest(): string {
  const path = mkdtempSync(PREFIX)
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
