import { createHash } from 'node:crypto';
import { readFile } from '../system/files';
import { join } from 'node:path';
import { dirname, join as onHost } from 'node:path/posix';
import { APP_CLIENT } from '../../src-shared/journal/records';
import { AppError } from '../../src-shared/errors';
import type { Argv } from '../transport/transport';
import type { SshTransport } from '../transport/ssh/ssh-transport';
import type { EngineCommand } from '../build-hosts/engine/engine-host';

const FILES = ['distro_const.cjs', 'ManifestRead.cjs'] as const;

/** Prints the hash of each file. Needs nothing but Node. */
const HASHES = `for (const file of process.argv.slice(1)) try {
  console.log(require('crypto').createHash('sha256').update(require('fs').readFileSync(file)).digest('hex'));
} catch { console.log('-'); }`;

/** Marks a folder as used, and removes its siblings that were not used for a month. */
const TOUCH = `touch "$1" && cd "$1/.." && find . -type d -name '[0-9a-f]*' -prune -mtime +30 -exec rm -rf {} +`;

/**
 * Copies the engine to a host, to a folder named by its hash, and returns the command that runs it. An intact copy that is there is
 * reused.
 *
 * @param engine the folder of the engine's commands on this computer
 * @param node path of Node on the host
 * @param folder Slipway's folder on the host
 */
export async function installEngine(
  transport: SshTransport,
  engine: string,
  node: string,
  folder: string,
): Promise<EngineCommand> {
  const files = await Promise.all(FILES.map(async (name) => ({ name, bytes: await readFile(join(engine, name)) })));
  const hashes = files.map(({ bytes }) => sha256(bytes));
  const home = onHost(folder, 'engine', sha256(Buffer.from(hashes.join())).slice(0, 32));
  const paths = FILES.map((name) => onHost(home, name));
  const isThere = async (): Promise<boolean> => {
    const { stdout } = await transport.runAsAccount([node, '-e', HASHES, ...paths]);
    return stdout.toString('utf8') === hashes.map((hash) => `${hash}\n`).join('');
  };
  if (!(await isThere())) {
    for (const { name, bytes } of files) await transport.send({ path: onHost(home, name), bytes, mode: 0o755 });
    if (!(await isThere()))
      throw new AppError(
        'unsupported',
        `The engine in ${home} differs from the files that were sent.`,
        'Check the disk of the host.',
      );
  }
  await transport.runAsAccount(['sh', '-c', TOUCH, 'sh', home]);
  return {
    argv: [...withNodeOnPath(node), node, onHost(home, FILES[0])],
    env: { SLIPWAY_CLIENT: APP_CLIENT, SLIPWAY_SSH: '1' },
  };
}

/** Scripts call `ManifestRead`, which finds Node through env(1), so an unusual folder is appended to PATH. */
function withNodeOnPath(node: string): Argv | [] {
  if (['/usr/bin', '/bin', '/usr/local/bin'].includes(dirname(node))) return [];
  return ['sh', '-c', 'PATH=$PATH:$0; export PATH; exec "$@"', dirname(node)];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
