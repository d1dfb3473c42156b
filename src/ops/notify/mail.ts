/** A notification as a plain letter, by SMTP. */
import type { Transporter } from 'nodemailer'
import { type Config, isLoopback, readSecret } from '../../config.ts'
import { masker } from '../../deliver/secrets.ts'
import { loggedError } from '../../events.ts'
import type { Channel, News } from './channel.ts'

type Mail = NonNullable<NonNullable<Config['notify']>['mail']>

const PATIENCE_MS = 30_000

/** The password is read anew for each letter, so that a renewed one needs no restart. */
export function mailChannel(mail: Mail): Channel {
  return {
    name: 'mail',
    send: ({ at, ...news }) =>
      withServer(mail, (server) =>
        server.sendMail({
          ...{ from: mail.from, to: mail.to, date: at, subject: subjectOf(news), text: textOf(news) },
          // Told so, out-of-office replies and ticket systems keep still (RFC 3834).
          headers: { 'auto-submitted': 'auto-generated' },
        }),
      ),
  }
}

/** Whether the server is there and lets us in; nothing is sent. Resolves with what is wrong. */
export const mailServerFault = (mail: Mail): Promise<string | null> =>
  withServer(mail, (server) => server.verify())

async function withServer(
  mail: Mail,
  work: (server: Transporter) => Promise<unknown>,
): Promise<string | null> {
  let mask = (text: string) => text
  try {
    const password = mail.auth === null ? '' : await readSecret(mail.auth.passwordFile)
    mask = masker([password])
    const { protocol, hostname, port } = new URL(mail.server)
    const isSecure = protocol === 'smtps:'
    // Loaded only where somebody wants letters.
    const { createTransport } = await import('nodemailer')
    const server = createTransport({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isSecure ? 465 : 587) : Number(port),
      secure: isSecure,
      // A password never crosses a network in the clear.
      requireTLS: mail.auth !== null && !isLoopback(hostname),
      ...(mail.auth !== null && { auth: { user: mail.auth.username, pass: password } }),
      ...{ connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS },
      ...{ dnsTimeout: PATIENCE_MS, disableFileAccess: true, disableUrlAccess: true },
    })
    await work(server)
    return null
  } catch (thrown) {
    const { code, message } = loggedError(thrown)
    return mask(code === null || message.includes(code) ? message : `${code}: ${message}`)
  }
}

type Told = Omit<News, 'at'>

const subjectOf = ({ site, held, refused, lockedOut, broken }: Told): string => {
  const all = held + refused + lockedOut + broken
  return `runherald${site === '' ? '' : ` ${site}`}: ${all} ${all === 1 ? 'thing needs' : 'things need'} a person`
}

function textOf({ held, refused, lockedOut, broken, page, links }: Told): string {
  const counts: Array<[number, string, string]> = [
    [held, 'registration waits for a decision', 'registrations wait for a decision'],
    [refused, 'registration was refused', 'registrations were refused'],
    [lockedOut, 'registry does not take our credentials', 'registries do not take our credentials'],
    [broken, 'part of runherald does not work', 'parts of runherald do not work'],
  ]
  const left = held + refused - links.length
  return [
    ...counts.flatMap(([count, one, many]) => (count === 0 ? [] : [`${count} ${count === 1 ? one : many}`])),
    ...['', 'What to do about each is said here:', '', page, ...links],
    ...(left > 0 ? [`and ${left} more`] : []),
    ...['', 'Only numbers are written here; names and reasons are on that page.', ''],
  ].join('\n')
}
