/** The newest pair of tokens on disk: its own reader and writer, since the refresh token in it works once. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'

/** `origin` tells which of the operator's refresh tokens it all began with. */
const KeptTokens = z.object({
  origin: z.string(),
  refreshToken: z.string().min(1),
  accessToken: z.string().min(1).nullable(),
  endsAt: z.iso.datetime(),
})
export type KeptTokens = z.infer<typeof KeptTokens>

/** Null where nothing was kept, or nothing that can be read: then the operator's file is all there is. */
export async function readKept(path: string): Promise<KeptTokens | null> {
  try {
    return KeptTokens.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

/** Durable when it resolves, and whole at every moment. */
export async function writeKept(path: string, pair: KeptTokens): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(JSON.stringify(pair))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
