import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOriginalHost } from '../../src-main/build-hosts/original/original-host';
import type { BuildHost } from '../../src-main/build-hosts/build-host';
import { fileHashes } from '../../src-main/ssh-connections/bundles';
import { createLocalTransport } from '../../src-main/transport/local';
import type { Transport } from '../../src-main/transport/transport';
import { ENGINE } from './build-host';

/**
 * A host with only the original interface. The original does not run here. In its place a command accepts nothing but
 * `build` with its four options, and runs our engine.
 *
 * @param folder the folder where the command is written
 */
export function originalHost(folder: string, transport: Transport = createLocalTransport()): BuildHost {
  const command = join(folder, 'distro_const');
  writeFileSync(
    command,
    `#!/bin/sh
[ "$1" = build ] || { echo "Error: no such subcommand" >&2; exit 2; }
for word; do case $word in -l|-R|-p|-r|build|[!-]*) ;; *) exit 2;; esac; done
exec '${process.execPath}' '${join(ENGINE, 'distro_const.cjs')}' "$@"
`,
  );
  chmodSync(command, 0o755);
  return createOriginalHost({
    transport,
    command: async () => command,
    place: async (manifest) => manifest,
    hashes: fileHashes,
    whenReachable: async () => undefined,
  });
}
