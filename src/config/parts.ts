/** Reads the values of a configuration part by part, so that a fault in one hides no fault in another. */
import * as z from 'zod'
import { registries } from '../registries/index.ts'
import type { Registry } from '../registries/registry.ts'
import { type Fault, fault, faultsOf, keyOf, type Path } from './faults.ts'
import { Auth, General, type RegistryConfig, RegistryEntry, RunsRoot, SheetsRoot } from './schema.ts'
import { isBlock, type Values } from './sources.ts'

const Defaults = z.record(z.string(), z.string())
const kinds = new Map<string, Registry>(Object.entries(registries))

type Part<T> = { value: T | null; faults: Fault[] }

/** All parts with their defaults filled in; `value` is null when anything is at fault. */
export function readParts({ watch, registries: entries, ...rest }: Values) {
  const general = read(General, rest, [], [...Object.keys(General.shape), 'watch', 'registries'])
  const roots = list(watch, ['watch'], readRoot)
  const destinations = list(entries, ['registries'], readRegistry)
  const faults = [...general.faults, ...roots.faults, ...destinations.faults]
  if (general.value === null || faults.length > 0) return { value: null, faults }
  return { value: { ...general.value, watch: roots.value, registries: destinations.value }, faults }
}

function list<T>(entries: unknown, path: Path, readOne: (entry: Values, path: Path) => Part<T>) {
  if (entries === undefined) return { value: [], faults: [] }
  if (!Array.isArray(entries)) return { value: [], faults: read(z.array(z.unknown()), entries, path).faults }
  const parts = entries.map((entry, index) => {
    const at = [...path, index]
    return isBlock(entry)
      ? readOne(entry, at)
      : { value: null, faults: read(z.strictObject({}), entry, at).faults }
  })
  return {
    value: parts.flatMap((one) => (one.value === null ? [] : [one.value])),
    faults: parts.flatMap((one) => one.faults),
  }
}

function readRoot(entry: Values, path: Path): Part<RunsRoot | SheetsRoot> {
  const runs = 'runs' in entry
  if (runs === 'sheets' in entry) {
    const found = runs ? 'it has both `runs` and `sheets`' : 'it has neither `runs` nor `sheets`'
    return { value: null, faults: [fault('config.watch-unclear', found, path)] }
  }
  return runs ? read(RunsRoot, entry, path) : read(SheetsRoot, entry, path)
}

function readRegistry(entry: Values, path: Path): Part<RegistryConfig> {
  const general = read(RegistryEntry, entry, path)
  const kind = kinds.get(String(entry['kind']))
  if (kind === undefined) return { value: null, faults: general.faults }
  const auth = read(kind.settings.auth, entry['auth'] ?? {}, [...path, 'auth'])
  const members = read(Auth, isBlock(entry['auth']) ? entry['auth'] : {}, [...path, 'auth'])
  const defaults = read(kind.settings.defaults, entry['defaults'] ?? {}, [...path, 'defaults'])
  const texts = Defaults.safeParse(defaults.value ?? {})
  const faults = [...general.faults, ...auth.faults, ...defaults.faults]
  if (faults.length === 0 && !texts.success)
    faults.push(...faultsOf(texts.error.issues, [...path, 'defaults'], () => []))
  if (faults.length > 0 || general.value === null || members.value === null || !texts.success)
    return { value: null, faults }
  const value = {
    ...general.value,
    auth: members.value,
    defaults: texts.data,
    graceSeconds: general.value.graceSeconds ?? kind.graceSeconds,
  }
  return { value, faults }
}

/** Reads one value by its schema; `known` are the keys possible at its top. */
function read<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: Path,
  known?: string[],
): Part<z.infer<Schema>> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return { value: parsed.data, faults: [] }
  const top = keyOf(path)
  const keys = (at: Path): string[] =>
    keyOf(at) === top && known !== undefined ? known : keysAt(schema, at.slice(path.length))
  return { value: null, faults: faultsOf(parsed.error.issues, path, keys) }
}

/** The keys a schema knows at a path, found through its defaults, optional wrappings and what is made of its value. */
function keysAt(schema: unknown, path: Path): string[] {
  const inner = unwrapped(schema)
  const [part, ...rest] = path
  if (part === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
  if (inner instanceof z.ZodArray) return keysAt(inner.element, rest)
  return inner instanceof z.ZodObject ? keysAt(inner.shape[String(part)], rest) : []
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in)
  const wrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  return wrapped ? unwrapped(schema.unwrap()) : schema
}
