/** Every kind of registry we speak to, by the `kind` an operator writes. A new kind is a new file and a new line here. */
import type { Registry } from './registry.ts'

export const registries = {} satisfies Record<string, Registry>
