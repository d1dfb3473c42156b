/** The probe of every Majora: any answer in its own envelope shows that it is there and knows us. */
import type { RegistrySettings, Request } from '../handovers.ts'
import { probed } from './http-answer.ts'
import { openEnvelope } from './majora-envelope.ts'
import type { Registry } from './registry.ts'

/** `request` must be one that commits nothing. */
export const majoraProbe = (
  request: (settings: RegistrySettings) => Request,
  rules: { busyIsSafe: boolean },
): Registry['probe'] => ({
  request,
  judge(answer) {
    const opened = openEnvelope(answer, rules)
    return opened.ok ? { is: 'open' } : probed(opened.error)
  },
})
