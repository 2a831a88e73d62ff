import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import type { Target } from '../../src-shared/rpc/common';
import type { Main } from '../rpc';
import type { Hosts } from './hosts.svelte';
import type { Navigation } from './navigation.svelte';

/**
 * Opens the question whether scripts of the document's folder may run on a host. Returns `false` when they may: then no dialog opens.
 * Throws what main reports, for example a host that cannot be reached.
 *
 * @param then continues after the user's consent
 */
export async function asksForTrust(
  { main, navigation, hosts }: { readonly main: Main; readonly navigation: Navigation; readonly hosts: Hosts },
  target: Target,
  then: () => void,
): Promise<boolean> {
  const { isTrusted, folder, account, scripts, environment } = await main.trust.check(target);
  if (isTrusted) return false;
  const hostName = target.host === THIS_COMPUTER ? 'this computer' : (hosts.of(target.host)?.entry.name ?? target.host);
  navigation.dialog = { kind: 'trust', target, folder, account, hostName, scripts, environment, then };
  return true;
}
