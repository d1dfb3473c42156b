/** The body of a request: built from what a record has, concluded as a mapping, and found again when judged. */
import type { Json, Mapped, Request, Submission } from '../handovers.ts'
import { hasErrors, type Problem } from '../problems.ts'
import { err, ok, type Result } from '../result.ts'

export type Body = { [member: string]: Json }

/**
 * Members that have a value, texts trimmed. An absent value is left out, never sent as null or empty:
 * Majora stores either over what it already has.
 */
export function present(members: { [member: string]: Json | undefined }): Body {
  const kept: Body = {}
  for (const [name, value] of Object.entries(members)) {
    const trimmed = typeof value === 'string' ? value.trim() : value
    if (trimmed !== undefined && trimmed !== null && trimmed !== '') kept[name] = trimmed
  }
  return kept
}

/** The end of every mapping: the request with its warnings, or every problem where one of them is an error. */
export function concluded(
  request: Request,
  problems: Problem[],
  needs: { claims?: string[]; prerequisite?: string } = {},
): Result<Mapped, Problem[]> {
  if (hasErrors(problems)) return err(problems)
  return ok({
    request,
    claims: needs.claims ?? [],
    prerequisite: needs.prerequisite ?? null,
    warnings: problems,
  })
}

/** The body that was sent. A submission that was sent has been mapped. */
export function sentBody(sent: Submission): Body {
  const body = sent.mapped?.request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Error(`submission ${sent.id} was judged without having been mapped`)
  return body
}
