/** The sandbox of the running test, which ends with it, and what was committed there. */
import { onTestFinished } from 'vitest'
import { type Sandbox, type SandboxKind, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts'
import { library, libraryAdd, postJson } from './call.ts'

/** The one opened last. */
export let sandbox: Sandbox

export async function openSandbox(options?: SandboxOptions): Promise<Sandbox> {
  const opened = await startSandbox(options)
  onTestFinished(() => opened.close())
  sandbox = opened
  return opened
}

/** Opens one whose registry of this kind has a library, LIB-A; gives that registry's url. */
export async function openWithLibrary(kind: SandboxKind, options?: SandboxOptions): Promise<string> {
  await openSandbox(options)
  await postJson(sandbox.urlOf(kind) + libraryAdd, library('LIB-A'))
  return sandbox.urlOf(kind)
}

export const commits = () => sandbox.log().filter((one) => one.entry === 'commit')
