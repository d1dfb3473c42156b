/** A mail server as small as the protocol allows (RFC 5321): it takes letters, and can be told to misbehave. */
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createWaiting } from './waiting.ts'

type Letter = { from: string; to: string[]; text: string }

/** How one connection is treated. `silent`: it is never answered. */
type Treatment = 'fine' | 'cut' | 'busy' | 'silent'

export type MailServer = AsyncDisposable & {
  url: string
  letters: Letter[]
  /** Every line it was sent outside of letters. */
  heard: string[]
  connections(): number
  /** Resolves once so many connections were made. */
  connected(count: number): Promise<void>
  /** Resolves once so many letters have come. */
  received(count: number): Promise<Letter[]>
}

/** `treatments`: of the first connections, in order. `password`: required, of whoever calls himself runherald. */
export async function startMailServer({
  treatments = [],
  password = null,
}: {
  treatments?: Treatment[]
  password?: string | null
} = {}): Promise<MailServer> {
  const letters: Letter[] = []
  const heard: string[] = []
  const { changed, until } = createWaiting()
  const take = (letter: Letter) => {
    letters.push(letter)
    changed()
  }
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    const treatment = treatments[connections++] ?? 'fine'
    open.add(socket)
    changed()
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    if (treatment === 'cut') return socket.destroy()
    if (treatment === 'silent') return
    serve(socket, { isBusy: treatment === 'busy', password, hear: (line) => heard.push(line), take })
  })

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    ...{ url: `smtp://127.0.0.1:${port}`, letters, heard, connections: () => connections },
    connected: (count) => until(() => connections >= count),
    async received(count) {
      await until(() => letters.length >= count)
      return letters
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

type Service = {
  isBusy: boolean
  password: string | null
  hear(line: string): void
  take(letter: Letter): void
}

/** Speaks the server's part over one connection. */
function serve(socket: Socket, { isBusy, password, hear, take }: Service): void {
  const say = (line: string) => socket.write(`${line}\r\n`)
  let letter = { from: '', to: [] as string[] }
  let text: string[] | null = null
  const lines = createInterface({ input: socket })
  // Who verifies a server alone goes without waiting for the farewell.
  lines.on('error', () => {})
  lines.on('line', (line) => {
    if (text !== null) {
      if (line !== '.') return text.push(line.replace(/^\.\./, '.'))
      // Long lines are broken on their way (quoted-printable).
      const whole = text.join('\n').replaceAll('=\n', '')
      text = null
      say('250 taken')
      return take({ ...letter, text: whole })
    }
    hear(line)
    const [verb = '', ...rest] = line.split(' ')
    switch (verb.toUpperCase()) {
      case 'EHLO':
        say('250-mail.example.org')
        return say(password === null ? '250 SIZE 1000000' : '250 AUTH PLAIN')
      case 'AUTH': {
        const given = Buffer.from(rest[1] ?? '', 'base64')
          .toString()
          .split('\0')
        return say(given[2] === password ? '235 welcome' : `535 not with ${rest[1]}`)
      }
      case 'MAIL':
        letter = { from: line, to: [] }
        return say(isBusy ? '451 come back later' : '250 well')
      case 'RCPT':
        letter.to.push(line)
        return say('250 well')
      case 'DATA':
        text = []
        return say('354 go on')
      case 'QUIT':
        say('221 farewell')
        return socket.end()
      default:
        return say('250 well')
    }
  })
  say('220 mail.example.org ESMTP')
}
