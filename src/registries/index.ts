/** Every kind of registry we speak to, by the `kind` an operator writes. A new kind is a new file and a new line here. */

import { majora2 } from './majora-2.ts'
import { majora20200324 } from './majora-2020-03-24.ts'
import { majora20200325 } from './majora-2020-03-25.ts'
import { onecodexV1 } from './onecodex-v1.ts'
import type { Registry } from './registry.ts'
import { webhook } from './webhook.ts'

export const registries = {
  'majora-2020-03-24': majora20200324,
  'majora-2020-03-25': majora20200325,
  'majora-2': majora2,
  'onecodex-v1': onecodexV1,
  webhook,
} satisfies Record<string, Registry>

export type RegistryKind = keyof typeof registries
