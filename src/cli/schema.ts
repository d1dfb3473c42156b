/** `schema [NAME]`: the JSON Schema of what a command writes with `--json`; without a name, which there are. */
import { published, schemas } from './schemas.ts'
import { EXIT, json, type Terminal, unknown } from './terminal.ts'

export async function schema(terminal: Terminal, name: string | undefined): Promise<number> {
  const names = Object.keys(schemas) as Array<keyof typeof schemas>
  const found = names.find((one) => one === name)
  if (name === undefined) terminal.out(names.join('\n'))
  else if (found !== undefined) terminal.out(json(published(found)))
  else throw unknown('document', name, names)
  return EXIT.fine
}
