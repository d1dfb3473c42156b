/** Every kind of registry we speak to, by the `kind` an operator writes. A new kind is a new file and a new line here. */
import { majora20200325 } from './majora-2020-03-25.ts'
import type { Registry } from './registry.ts'

export const registries = {
  'majora-2020-03-25': majora20200325,
} satisfies Record<string, Registry>

export type RegistryKind = keyof typeof registries
