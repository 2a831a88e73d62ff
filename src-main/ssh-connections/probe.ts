import { AppError } from '../../src-shared/errors';
import type { Transport } from '../transport/transport';
import { visibleName } from '../../src-shared/visible';

/** Properties of a host. */
export interface Probe {
  readonly system: string;
  readonly name: string;
  readonly user: string;
  readonly home: string;
  /** A Node that can run Slipway's engine. */
  readonly node?: { readonly path: string; readonly version: string };
  /** Description of a Node that is too old. */
  readonly oldNode?: string;
  /** The host's own `distro_const`. */
  readonly original?: string;
}

/** The oldest major version of Node that can run the engine. */
const OLDEST_NODE = 18;

/** The facts are a few lines. */
const MAX_BYTES = 1024 * 1024;

/** Prints one fact per line, its name first. Also checks folders of Node that are not on the PATH of a non-interactive shell. */
const PROBE = `echo "system $(uname -s)"; echo "name $(uname -n)"; echo "user $(id -un)"; echo "home $HOME"
case $HOME in /*) [ -d "$HOME" ] || echo "nohome $HOME";; esac
for n in "$(command -v node)" "$(command -v nodejs)" /usr/local/bin/node /opt/local/bin/node /usr/bin/node /opt/node*/bin/node \
  /usr/node/*/bin/node "$HOME"/.nvm/versions/node/*/bin/node "$HOME"/.volta/bin/node "$HOME"/.local/bin/node
do [ -n "$n" ] && [ -x "$n" ] && v=$("$n" --version 2>/dev/null) && echo "node $v $n"; done
d=$(command -v distro_const) || { [ -x /usr/bin/distro_const ] && d=/usr/bin/distro_const; }
[ -n "$d" ] && echo "original $d"
exit 0`;

/** Reads a host's properties with one POSIX shell command. */
export async function probe(transport: Transport): Promise<Probe> {
  const { code, stdout, stderr } = await transport.run(['sh', '-c', PROBE], { maxBytes: MAX_BYTES });
  const facts = stdout
    .toString('utf8')
    .split('\n')
    .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
  const all = (name: string): string[] => facts.flatMap(([fact, value]) => (fact === name ? [value] : []));
  const one = (name: string): string => all(name)[0] ?? '';
  if (code !== 0 || one('system') === '')
    throw new AppError(
      'unsupported',
      `The host does not respond like a UNIX system: ${stderr.trim() || 'no output'}`,
      'The account needs a POSIX shell.',
    );
  if (!one('home').startsWith('/'))
    throw new AppError(
      'unsupported',
      `The account ${visibleName(one('user'))} has no home folder on the host: ${visibleName(one('home')) || 'HOME is not set'}.`,
      'Give the account a home folder with an absolute path.',
    );
  // The account may be allowed to make it, but it is the administrator's.
  if (one('nohome') !== '')
    throw new AppError(
      'unsupported',
      `The home folder ${visibleName(one('nohome'))} of the account ${visibleName(one('user'))} does not exist on the host.`,
      'Create it, or give the account another home folder.',
    );
  const nodes = all('node').map((found) => /^v?(\d+)(\S*) (.+)$/.exec(found));
  const node = nodes.find((found) => Number(found?.[1]) >= OLDEST_NODE);
  const old = nodes.find((found) => found !== null);
  return {
    system: visibleName(one('system')),
    name: visibleName(one('name')),
    user: visibleName(one('user')),
    home: one('home'),
    ...(node && { node: { path: node[3] ?? '', version: `${node[1]}${node[2]}` } }),
    ...(!node && old && { oldNode: `${old[3]} is Node ${old[1]}${old[2]}` }),
    ...(one('original') !== '' && { original: one('original') }),
  };
}
