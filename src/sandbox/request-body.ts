/** The body of a request as far as it comes: all of it, or no more than its beginning. */
import type { IncomingMessage } from 'node:http'

/** More than any registry takes, little enough to hold. */
const mostBytes = 8 * 1024 * 1024

export async function wholeBody(request: IncomingMessage): Promise<{ body: Uint8Array; complete: boolean }> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      bytes += chunk.byteLength
      if (bytes <= mostBytes) chunks.push(chunk)
    }
  } catch {
    return { body: Buffer.concat(chunks), complete: false }
  }
  return { body: Buffer.concat(chunks), complete: request.complete }
}

/** Some of the body, as it comes; none where there is none. */
export function firstBytes(request: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve) => {
    request.once('data', (chunk: Uint8Array) => {
      request.pause()
      resolve(chunk)
    })
    request.once('end', () => resolve(new Uint8Array()))
    request.once('error', () => resolve(new Uint8Array()))
  })
}
