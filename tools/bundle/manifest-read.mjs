import { transform } from 'esbuild';

// ManifestRead is one file in three languages, so that every copy of it has both clients. To the shell the first lines are commands, to
// Node they are strings and comments. Perl skips to its own first line (`perl -x`), which Node reads as a comment.
const FIRST_LINES = `#!/bin/sh
':' //; command -v perl >/dev/null 2>&1 && { unset PERL5OPT PERL5LIB PERL5DB PERLIO PERL_UNICODE; LC_ALL=C; export LC_ALL; exec perl -x "$0" "$@"; }
':' //; command -v node >/dev/null 2>&1 && exec node "$0" "$@"
':' //; echo 'ManifestRead: neither perl nor node is on PATH' >&2; exit 127
`;

/** The file ManifestRead. `program`: the bundle of cli.ts; `perl`: client.pl; `usage`: usage.ts, for its `@USAGE@`. */
export async function manifestRead(program, perl, usage) {
  const { code } = await transform(usage, { loader: 'ts' });
  const { MANIFEST_READ_USAGE } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const client = perl.replace('@USAGE@\n', () => MANIFEST_READ_USAGE);
  if (client.includes('*/')) throw new Error('client.pl stands in a comment and must not end it');
  return `${FIRST_LINES}/*\n${client}*/\n${program}`;
}
