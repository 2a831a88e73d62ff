import { createBtrfsBackend } from '../../src-engine/snapshots/btrfs';
import { createPlainBackend } from '../../src-engine/snapshots/plain';
import { createZfsBackend } from '../../src-engine/snapshots/zfs';
import { assertNever } from '../../src-shared/assert-never';
import type { SnapshotBackend } from '../../src-engine/snapshots/backend';

/** How a separate process opens the backend that a test uses. */
export type BackendArguments =
  | { readonly kind: 'btrfs' | 'plain'; readonly buildData: string; readonly store: string }
  | { readonly kind: 'zfs'; readonly dataset: string; readonly mountpoint: string };

function open(given: BackendArguments): SnapshotBackend {
  switch (given.kind) {
    case 'zfs':
      return createZfsBackend(given);
    case 'btrfs':
      return createBtrfsBackend(given);
    case 'plain':
      return createPlainBackend(given);
    default:
      return assertNever(given);
  }
}

/** Performs one operation, during which it is killed: `snapshot-child.cjs BACKEND-JSON OPERATION NAME`. */
async function main(): Promise<void> {
  const [given = '', operation, name = ''] = process.argv.slice(2);
  const backend = open(JSON.parse(given) as BackendArguments);
  process.stdout.write('go\n');
  if (operation === 'take') await backend.take(name);
  else if (operation === 'rollback') await backend.rollback(name);
  else if (operation === 'reset') await backend.reset();
  else if (operation === 'open') {
    process.stdout.write(`${await (await backend.open(name)).folder()}\n`);
    await new Promise((resolve) => process.stdin.on('end', resolve).resume());
  } else throw new Error(`no such operation: ${operation}`);
}

void main();
