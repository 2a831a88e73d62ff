import type { Argv } from '../../transport/transport';

const RUN = 'PATH=$PATH:/usr/sbin:/sbin; export PATH; exec "$@"';

/** The argv of a command with the folders of administration on PATH. Many logins lack them, and zfs and zpool are there. */
export const systemTool = (...argv: Argv): Argv => ['sh', '-c', RUN, 'sh', ...argv];
