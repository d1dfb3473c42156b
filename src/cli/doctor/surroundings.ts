/** The runtime, the clocks and the files with secrets. */
import { statSync } from 'node:fs'
import type { Config } from '../../config.ts'
import { uncheckedCertificates } from '../certificates.ts'
import { type Check, checksOf } from './check.ts'

export function checkNode(env: NodeJS.ProcessEnv): Check[] {
  const { fine, wrong } = checksOf('node', 'Runtime')
  const found = `Node.js ${process.versions.node} (${process.platform} ${process.arch})`
  const unchecked = uncheckedCertificates(env)
  return [
    Number(process.versions.node.split('.')[0]) >= 24
      ? fine(found)
      : wrong(found, 'Start runherald by its launcher, which brings Node.js 24: npx runherald'),
    ...(unchecked === null ? [] : [checksOf('tls', 'Certificates').wrong(unchecked.found, unchecked.fix)]),
  ]
}

/** Wall clocks of instruments become instants only with a zone; without one, times are left out of what is sent. */
export function checkZone(config: Config): Check {
  const { fine, warning } = checksOf('time-zone', 'Time zone')
  const roots = config.watch.filter((root) => 'runs' in root)
  const without = roots.filter((root) => root.timeZone === null)
  if (config.site.timeZone !== null || (roots.length > 0 && without.length === 0))
    return fine(config.site.timeZone ?? 'set for each root')
  return warning(
    'none is configured: times that an instrument writes without a zone are not sent',
    'Set site.timeZone, such as Europe/London.',
  )
}

/** Each file with a secret should be readable by its owner alone. */
export function checkSecrets(config: Config): Check[] {
  const files = [
    ...config.registries.flatMap(({ name, auth }) => [
      { name, file: auth.tokenFile },
      ...(auth.oauth === null ? [] : Object.values(auth.oauth).map((file) => ({ name, file: String(file) }))),
    ]),
    { name: 'status page', file: config.http.tokenFile },
    { name: 'Redis', file: config.redis?.passwordFile ?? null },
    { name: 'mail server', file: config.notify?.mail?.auth?.passwordFile ?? null },
    { name: 'notifications', file: config.notify?.webhook?.tokenFile ?? null },
  ]
  if (config.embedded) return []
  // One file may serve several.
  return [...Map.groupBy(files, ({ file }) => file)].flatMap(([file, some]) => {
    const names = new Set(some.map(({ name }) => name))
    return file === null ? [] : [checkSecret([...names].join(', '), file)]
  })
}

function checkSecret(names: string, file: string): Check {
  const { fine, warning } = checksOf('secret', `Secret of ${names}`)
  const { mode } = statSync(file)
  return (mode & 0o007) === 0
    ? fine(file)
    : warning(`${file} may be read by every user of this machine`, `chmod o-rwx ${file}`)
}
