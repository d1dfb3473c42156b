/** `sandbox`: the emulated registries, until Ctrl-C. */
import { readFileSync } from 'node:fs'
import {
  defaultCredentials,
  kinds,
  readFaultScript,
  type SandboxOptions,
  startSandbox,
} from '../sandbox/index.ts'
import { EXIT, painter, Stop, type Terminal } from './terminal.ts'

type SandboxCommandOptions = { port?: number; strict?: boolean; faults?: string; stateFile?: string }

export async function sandbox(terminal: Terminal, options: SandboxCommandOptions): Promise<number> {
  const stopped = terminal.stopped()
  const running = await startSandbox({
    strict: options.strict === true,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.stateFile === undefined ? {} : { stateFile: options.stateFile }),
    ...(options.faults === undefined ? {} : { faults: faultsIn(options.faults) }),
  }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'EADDRINUSE')
      throw new Stop(EXIT.away, `port ${options.port} is taken by another program`)
    if (thrown.code === 'ERR_SOCKET_BAD_PORT') throw new Stop(EXIT.usage, `${options.port} is no port`)
    throw thrown
  })
  const paint = painter(terminal)
  terminal.out(running.url)
  terminal.say('Emulated registries; as `url` of a registry write:')
  for (const kind of kinds) terminal.say(`  ${kind.padEnd(18)} ${paint('cyan', running.urlOf(kind))}`)
  const { username, token, oauth } = defaultCredentials
  terminal.say(
    `User ${username}, token ${token}; OAuth client ${oauth.clientId}. What it holds: ${running.url}/__sandbox`,
  )
  await stopped
  await running.close()
  return EXIT.fine
}

function faultsIn(file: string): NonNullable<SandboxOptions['faults']> {
  let document: unknown
  try {
    document = JSON.parse(readFileSync(file, 'utf8'))
  } catch (thrown) {
    throw new Stop(
      EXIT.usage,
      `${file} cannot be read as JSON: ${thrown instanceof Error ? thrown.message : thrown}`,
    )
  }
  const script = readFaultScript(document)
  if (!script.ok) throw new Stop(EXIT.usage, `${file} is no list of faults:\n  ${script.errors.join('\n  ')}`)
  return script.script
}
