import { dirname, join, normalize } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import type { Transport } from '../../transport/transport';
import { visibleName } from '../../../src-shared/visible';

/** An entry of a host's folder. */
export interface RemoteEntry {
  name: string;
  path: string;
  kind: 'folder' | 'manifest' | 'file';
  /** Bytes of a file; missing where the host has no `stat` command of GNU or BusyBox. */
  size?: number;
  /** Time of the last change, in milliseconds since 1970. */
  modified?: number;
}

/** More is no list for a dialog. */
const MAX_ENTRIES = 10_000;

/**
 * Prints the folder's path, then its entries, folders with a slash. When none is named it is the home folder of the account that logged
 * in, which is not that of root where commands become root. After a line that no name can be, sizes and times follow where the host
 * has a command for them.
 */
const LIST = `home=$HOME user=\${SUDO_USER:-\${DOAS_USER:-}}
case $user in '' | -* | *[!A-Za-z0-9._-]*) ;; *) eval "home=~$user"; [ -d "$home" ] || home=$HOME;; esac
cd -- "\${1:-$home}" && pwd -P && LC_ALL=C ls -1p && { echo /; stat -L -c '%s %Y %n' -- * 2>/dev/null || :; }`;

/** Lists a folder of a host, folders first, without hidden entries. An empty path is the account's home folder. Throws `AppError('missing')`. */
export async function listRemoteFolder(
  transport: Transport,
  path: string,
): Promise<{ folder: string; parent?: string; entries: RemoteEntry[] }> {
  const { code, stdout, stderr } = await transport.run(['sh', '-c', LIST, 'sh', path]);
  const [folder = '', ...rest] = stdout.toString('utf8').split('\n').slice(0, -1);
  const end = rest.indexOf('/');
  const names = end < 0 ? rest : rest.slice(0, end);
  const facts = new Map(
    rest.slice(names.length + 1).flatMap((line) => {
      const [, size, seconds, name = ''] = /^(\d{1,15}) (\d{1,12}) (.+)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, { size: Number(size), modified: Number(seconds) * 1000 }] as const];
    }),
  );
  if (code !== 0 || folder === '')
    throw new AppError('missing', `${path} cannot be listed: ${stderr.trim()}`, 'Choose another folder.');
  const entries = names.slice(0, MAX_ENTRIES).map((name): RemoteEntry => {
    const isFolder = name.endsWith('/');
    const plain = isFolder ? name.slice(0, -1) : name;
    const { size, modified } = facts.get(plain) ?? {};
    return {
      name: visibleName(plain),
      path: join(folder, plain),
      kind: isFolder ? 'folder' : kindOf(plain),
      ...(size !== undefined && !isFolder && { size }),
      ...(modified !== undefined && { modified }),
    };
  });
  entries.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return { folder: normalize(folder), ...(folder !== '/' && { parent: dirname(folder) }), entries };
}

const kindOf = (name: string): RemoteEntry['kind'] => (name.endsWith('.xml') ? 'manifest' : 'file');
const rank = ({ kind }: RemoteEntry): number => ['folder', 'manifest', 'file'].indexOf(kind);
