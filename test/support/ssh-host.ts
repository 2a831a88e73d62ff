import type { BuildHost } from '../../src-main/build-hosts/build-host';
import { HostLink } from '../../src-main/ssh-connections/host-link';
import { connectHost } from '../../src-main/ssh-connections/connect-host';
import { createSshHost } from '../../src-main/ssh-connections/ssh-host';
import type { ConnectOptions } from '../../src-main/transport/ssh/connection';
import type { HostLinkState as LinkView } from '../../src-shared/rpc/hosts';
import type { HostEntry } from '../../src-shared/hosts/model';
import { ENGINE } from './build-host';

/** A host of the book with only a name. The test decides how it is connected. */
export const entryOf = (name: string, more: Partial<HostEntry> = {}): HostEntry => ({
  id: name,
  name,
  address: '127.0.0.1',
  agent: false,
  keys: [],
  password: false,
  root: 'auto',
  engine: 'auto',
  ...more,
});

/** A build host behind a real SSH connection, which is opened at its first use. */
export function sshHost(
  options: () => ConnectOptions | Promise<ConnectOptions>,
  more: Partial<HostEntry> = {},
): {
  host: BuildHost;
  link: HostLink;
  /** The states of the connection, from the first change on. */
  views: LinkView[];
} {
  const views: LinkView[] = [];
  const link: HostLink = new HostLink(
    connectHost(entryOf('test', more), ENGINE, async () => options()),
    () => views.push(link.view),
  );
  return { link, views, host: createSshHost(link) };
}
