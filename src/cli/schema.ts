/** `schema [NAME]`: the JSON Schema of what a command writes with `--json`; without a name, which there are. */
import { suggestion } from '../config/suggest.ts'
import { published, schemas } from './schemas.ts'
import { EXIT, json, Stop, type Terminal } from './terminal.ts'

export async function schema(terminal: Terminal, name: string | undefined): Promise<number> {
  const names = Object.keys(schemas)
  const found = (Object.keys(schemas) as Array<keyof typeof schemas>).find((one) => one === name)
  if (name === undefined) terminal.out(names.join('\n'))
  else if (found !== undefined) terminal.out(json(published(found)))
  else {
    const near = suggestion(name, names)
    const hint = near === null ? `there are: ${names.join(', ')}` : `did you mean ${near}?`
    throw new Stop(EXIT.usage, `no document is called "${name}"; ${hint}`)
  }
  return EXIT.fine
}
