/** Certificates that Node.js was told not to check, which would let a token go to anybody. */
export const uncheckedCertificates = (env: NodeJS.ProcessEnv): { found: string; fix: string } | null =>
  env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
    ? {
        found: 'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody pose as a registry and take the tokens',
        fix: 'Take it away; for a certificate of your own authority set NODE_EXTRA_CA_CERTS=FILE.',
      }
    : null
