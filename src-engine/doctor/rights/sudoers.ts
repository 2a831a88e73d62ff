import { notOfRoot } from './not-of-root';
import type { RightsRequest } from './request';

/** A file for /etc/sudoers.d: complete commands without wildcards, limited to the manifest's folder. */
export function sudoers(request: RightsRequest): string[] {
  const { user, node, engine, folder, manifest, steps } = request;
  const commands = [
    ['build'],
    ['build', '-R'],
    ...steps.flatMap((step) => [
      ['build', '-r', step],
      ['build', '-p', step],
    ]),
    ['cancel'],
  ];
  const weak = notOfRoot(request);
  return [
    `# Lets ${user} build the one manifest ${folder}/${manifest} as root.`,
    '# Check it first: visudo -cf FILE. It needs sudo 1.9.3 or later, which supports CWD.',
    '# CWD, because steps name their scripts relative to the folder: elsewhere they would be other scripts.',
    '# The scripts run as root. An account that can change one of them, the manifest, the engine or Node becomes root.',
    ...(weak.length === 0
      ? ['# All of these belong to root, and only root may change them.']
      : ['# Accounts other than root can change these now:', ...weak.map((path) => `#   ${path} .`)]),
    '# Not covered: -r together with -p, pause, and prune. Slipway over SSH runs a shell with sudo, which these lines do not',
    '# allow either: they are for the command itself.',
    ...commands.map(
      (argv) =>
        `${escaped(user)} ALL=(root) CWD=${escaped(folder)} NOPASSWD: ` +
        [node, engine, ...argv, manifest].map(escaped).join(' '),
    ),
  ];
}

/** Escapes an argument for sudoers: special characters and wildcards lose their meaning. */
function escaped(argument: string): string {
  return argument.replace(/[\\ ,:=#"!*?[\]()@^]/g, '\\$&');
}
