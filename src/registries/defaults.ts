/** What an operator may write under a registry's `defaults`, forgiven in spelling where the meaning is certain. */
import * as z from 'zod'
import { text } from './check-body.ts'

/** One of the options as the registry spells them, read without case, and with blank, `_` and `-` alike. */
export const option = <const Options extends readonly string[]>(options: Options) =>
  z
    .string()
    .transform((written) => options.find((one) => plain(one) === plain(written)) ?? written)
    .pipe(z.enum(options))

/** A text; in YAML a version such as `2` is a number. */
export const freeText = (max: number) =>
  z
    .union([z.string(), z.number()])
    .transform((written) => String(written).trim())
    .pipe(text(1, max))

/** The other way to give what a sheet lacks, which a person at the bench can only ask for. */
export const orDefault = (column: string, { name }: { name: string }): string =>
  `If it is always the same, the person who looks after runherald can set it once: defaults.${column} of registry ${name}.`

const plain = (written: string): string =>
  written
    .trim()
    .toLowerCase()
    .replaceAll(/[ _-]+/g, '_')
