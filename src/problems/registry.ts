/** Why a record cannot be registered at a registry of some kind, found before anything is sent. */
export const registryProblems = {
  'registry.value-missing': {
    title: 'This registry requires a value that neither the run folder nor the sheet gives',
    fix: "Add the column to the sheet, or set it under the registry's `defaults`.",
    severity: 'error',
  },
} as const
