/** The kinds of registry that are emulated, each under the path of its own name. */
export const kinds = ['majora-2020-03-24', 'majora-2020-03-25', 'majora-2', 'onecodex-v1', 'webhook'] as const
export type SandboxKind = (typeof kinds)[number]
