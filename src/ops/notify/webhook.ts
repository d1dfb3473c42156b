/** A notification as a JSON event, signed after Standard Webhooks as those of the registry kind `webhook` are. */
import { type Config, readSecret } from '../../config.ts'
import { createWire } from '../../deliver/exchange.ts'
import type { Channel } from './channel.ts'

type Webhook = NonNullable<NonNullable<Config['notify']>['webhook']>

const PATIENCE_SECONDS = 30

export function webhookChannel({ url, tokenFile }: Webhook): Channel {
  return {
    name: 'webhook',
    async send({ id, at, ...data }) {
      const wire = createWire()
      try {
        const exchanged = await wire.exchange(
          {
            url,
            limits: { concurrency: 1, perSecond: 1, timeoutSeconds: PATIENCE_SECONDS },
            secrets: () => readSecret(tokenFile),
          },
          {
            ...{ method: 'POST', path: '', headers: { 'webhook-signature': '***' } },
            body: { type: 'person.needed', timestamp: at.toISOString(), data },
            secrets: [{ in: 'header', name: 'webhook-signature', secret: 'signature' }],
          },
          { id, fresh: true, now: at },
        )
        if (exchanged.type !== 'answer') return exchanged.detail
        const { status } = exchanged.answer
        return status >= 200 && status < 300 ? null : `answered ${status}`
      } finally {
        await wire.close()
      }
    },
  }
}
