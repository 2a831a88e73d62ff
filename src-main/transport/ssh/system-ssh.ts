/** What the system's `ssh` needs to reach a host: the same names as a user types, so that it reads the same configuration. */
export interface SystemSsh {
  /** The host as the user names it. */
  readonly address: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Jump hosts of the host book in the form of `ssh -J`, or `none`. */
  readonly jump?: string | undefined;
  /** Key files of the host book, tried before those of the configuration. */
  readonly keys: readonly string[];
  /** Whether keys of the agent are tried. */
  readonly agent: boolean;
  /** Whether the user may be asked for a password. */
  readonly password: boolean;
  /** Configuration files, in their order. */
  readonly configs: readonly string[];
  /** What the built-in client lacks for this host, as short names. Empty when the user chose the command. */
  readonly needs: readonly string[];
}

/** What the configuration of one connection has besides the files of the user. */
export interface SystemConfig {
  readonly ssh: SystemSsh;
  /** Files of known host keys. `ssh` writes accepted ones to the first. */
  readonly knownHosts: readonly string[];
  /** Interval of keep-alive requests in seconds. */
  readonly keepAlive: number;
}

/** The interval after which a connection without an answer is lost, counted in keep-alive requests. */
const KEEP_ALIVE_COUNT = 3;

/**
 * The text of an ssh_config(5) for one connection. The first value of a setting counts, so that these hold for the host and its jump hosts
 * alike: questions come to Slipway, accepted keys go to its own file, and no setting starts anything besides the connection.
 */
export function configText({ ssh, knownHosts, keepAlive }: SystemConfig): string {
  return [
    // Names of newer versions, which older ones would refuse.
    'IgnoreUnknown ForkAfterAuthentication,SessionType,StdinNull,UpdateHostKeys',
    `UserKnownHostsFile ${knownHosts.map((file) => quoted(file.replaceAll('%', '%%'))).join(' ')}`,
    'StrictHostKeyChecking ask',
    'UpdateHostKeys no',
    'CheckHostIP no',
    'VisualHostKey no',
    'FingerprintHash sha256',
    'BatchMode no',
    'NumberOfPasswordPrompts 3',
    ...(ssh.agent ? [] : ['IdentityAgent none']),
    ...(ssh.password ? [] : ['PasswordAuthentication no', 'KbdInteractiveAuthentication no']),
    `ServerAliveInterval ${keepAlive}`,
    `ServerAliveCountMax ${KEEP_ALIVE_COUNT}`,
    'ControlMaster no',
    'ControlPath none',
    'ControlPersist no',
    'ClearAllForwardings yes',
    'ForwardAgent no',
    'ForwardX11 no',
    'PermitLocalCommand no',
    'RemoteCommand none',
    'RequestTTY no',
    'Tunnel no',
    'ForkAfterAuthentication no',
    'SessionType default',
    'StdinNull no',
    'LogLevel INFO',
    ...ssh.configs.map((file) => `Include ${quoted(file)}`),
    '',
  ].join('\n');
}

/** The arguments for the host itself. */
export function hostArguments({ address, user, port, jump, keys }: SystemSsh): string[] {
  return [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', `${port}`]),
    ...(jump === undefined ? [] : ['-J', jump]),
    ...keys.flatMap((key) => ['-i', key]),
    '--',
    address,
  ];
}

/** A path as one argument of ssh_config(5). Throws a plain `Error` for one that no configuration can name. */
function quoted(path: string): string {
  if (/["\n\r\0]/.test(path)) throw new Error(`${JSON.stringify(path)} cannot be named in an SSH configuration`);
  return `"${path}"`;
}
