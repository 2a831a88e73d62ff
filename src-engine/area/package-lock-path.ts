import { resolve } from 'node:path';
import { lockNameOf } from '../../src-shared/packages/lock-name';

/** The absolute path of the lock of a manifest, which may not exist. */
export const lockPathOf = (manifest: string): string => resolve(lockNameOf(manifest));
