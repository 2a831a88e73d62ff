/**
 * The first lines of `distro_const.cjs`. To the shell they are commands that start Node on the file, to Node strings and comments.
 *
 * With `NODE_EXTRA_CA_CERTS`, Node up to version 20 reads all certificates at every start, which takes longer than the rest of the start.
 * Few commands need them. They are passed on under another name, and `src-engine/system/extra-certificates.ts` reads them. `NODE_OPTIONS` can name
 * another list of certificates, so that Node then does it itself.
 *
 * One thread for V8 is enough: the threads collect garbage, of which a short program has little. On a busy computer more threads take as
 * much processor time as the program.
 */
export const START_LINES = `#!/bin/sh
':' //; [ -n "$NODE_EXTRA_CA_CERTS" ] && [ -z "$NODE_OPTIONS" ] && { SLIPWAY_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS; export SLIPWAY_EXTRA_CA_CERTS; unset NODE_EXTRA_CA_CERTS; }
':' //; command -v node >/dev/null 2>&1 && exec node --v8-pool-size=1 "$0" "$@"
':' //; echo 'distro_const: node is not on PATH' >&2; exit 127
`;
