import { dirname } from 'node:path';
import { quoteCommand } from '../../src-shared/shell-quote';
import { accountName } from '../system/accounts';

/** The permissions that `zfs allow` has to give for a subcommand (zfs-allow(8)). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  clone: ['clone', 'create', 'mount', 'mountpoint', 'userprop'],
  create: ['create', 'mount', 'canmount'],
  destroy: ['destroy', 'mount'],
  mount: ['mount'],
  promote: ['promote', 'mount'],
  rename: ['rename', 'create', 'mount'],
  rollback: ['rollback', 'mount'],
  snapshot: ['snapshot', 'mount', 'userprop'],
  unmount: ['mount'],
};
/** Only root may do it on Linux, whatever `zfs allow` gives. */
const MOUNTS = ['mount', 'unmount'];
const DENIED = /permission denied|insufficient privileges/i;

/**
 * A message of `zfs` with the rights that the account lacks and the command that gives them. Other messages stay as they
 * are.
 *
 * @param dataset that of the build data; the rights are given for the build area
 */
export function withMissingRight(
  message: string,
  subcommand: string | undefined,
  dataset: string,
  { uid = process.getuid?.() ?? 0, platform = process.platform } = {},
): string {
  const needed = NEEDED[subcommand ?? ''];
  if (!needed || uid === 0 || !DENIED.test(message)) return message;
  const isRoots = platform === 'linux' && MOUNTS.includes(subcommand ?? '');
  const allow = quoteCommand(['zfs', 'allow', '-u', accountName(uid), needed.join(','), dirname(dataset)]);
  const remedy = isRoots
    ? 'On Linux only root mounts and unmounts file systems: run the command with sudo.'
    : `The account needs the rights ${needed.join(', ')}. Let root give them: ${allow}`;
  return `${message.trim()}. ${remedy}`;
}
