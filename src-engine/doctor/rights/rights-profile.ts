import { quoteCommand, quoteArgument } from '../../../src-shared/shell-quote';
import { notOfRoot } from './not-of-root';
import type { RightsRequest } from './request';

/**
 * A rights profile of illumos and Solaris. Profiles allow commands but do not restrict arguments. So the profile allows
 * a wrapper that belongs to root and runs the engine for one manifest, with an environment that the account cannot set
 * (for example NODE_OPTIONS).
 */
export function rightsProfile(request: RightsRequest): string[] {
  const { user, node, engine, folder, manifest, distribution } = request;
  const name = distribution.replace(/[^\w.-]/g, '-');
  const profile = `Slipway ${name}`;
  const wrapper = `/usr/local/sbin/slipway-${name}`;
  const command = quoteCommand([
    '/usr/bin/env',
    '-i',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    node,
    engine,
  ]);
  const weak = notOfRoot(request);
  return [
    `# ${wrapper}, owned by root, mode 755:`,
    '#!/bin/sh',
    `cd ${quoteArgument(folder)} && exec ${command} build "$@" ${quoteArgument(manifest)}`,
    '# /etc/security/prof_attr',
    `${profile}:::Builds the one manifest of ${name}:`,
    '# /etc/security/exec_attr',
    `${profile}:solaris:cmd:::${wrapper}:uid=0;gid=0`,
    '# For root, then the account builds with pfexec:',
    quoteCommand(['usermod', '-P', `+${profile}`, user]),
    '# The scripts run as root. An account that can change one of them, the manifest, the engine or Node becomes root.',
    ...weak.map((path) => `# Accounts other than root can change this now: ${path} .`),
    '# Not covered: cancel, pause and prune. Slipway over SSH runs a shell with pfexec, which this profile does not allow.',
  ];
}
