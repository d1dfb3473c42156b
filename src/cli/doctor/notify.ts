/** The mail server by which people are told: is it there, and does it let us in? Nothing is sent. */
import type { Config } from '../../config.ts'
import { mailServerFault } from '../../ops/notify/mail.ts'
import { type Check, checksOf } from './check.ts'

export async function checkNotify({ notify }: Config): Promise<Check[]> {
  const mail = notify?.mail
  if (!mail) return []
  const { fine, away } = checksOf('mail', 'Mail server')
  const fault = await mailServerFault(mail)
  if (fault === null) return [fine(`${mail.server} answers${mail.auth === null ? '' : ' and lets us in'}`)]
  return [
    away(
      `${mail.server}: ${fault}`,
      'Check notify.mail: server, port, user name and password file. Meanwhile everything else works.',
    ),
  ]
}
