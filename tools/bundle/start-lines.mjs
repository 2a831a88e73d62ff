/**
 * The first lines of `distro_const.cjs`. To the shell they are commands that start Node on the file, to Node strings and comments.
 *
 * With `NODE_EXTRA_CA_CERTS`, Node up to version 20 reads all certificates at every start, which takes longer than the rest of the start.
 * Few commands need them. They are passed on under another name, and `src-engine/system/extra-certificates.ts` reads them. `NODE_OPTIONS` can name
 * another list of certificates, so that Node then does it itself.
 */
export const START_LINES = `#!/bin/sh
':' //; [ -n "$NODE_EXTRA_CA_CERTS" ] && [ -z "$NODE_OPTIONS" ] && { SLIPWAY_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS; export SLIPWAY_EXTRA_CA_CERTS; unset NODE_EXTRA_CA_CERTS; }
':' //; command -v node >/dev/null 2>&1 && exec node "$0" "$@"
':' //; echo 'distro_const: node is not on PATH' >&2; exit 127
`;
