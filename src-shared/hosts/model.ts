import * as z from 'zod';

/** The id of the computer that the app runs on: a build host that always exists and is not in the book. */
export const THIS_COMPUTER = 'this-computer';

/** Programs that give a command root rights, in the order in which they are tried. */
export const ROOT_TOOLS = ['sudo', 'doas', 'pfexec'] as const;

/** ROOT_TOOLS for a sentence: `sudo, doas or pfexec`. */
export const ROOT_TOOLS_TEXT = `${ROOT_TOOLS.slice(0, -1).join(', ')} or ${ROOT_TOOLS.at(-1)}`;

/** The hint for a host that allows too few SSH sessions on a connection. */
export const MORE_SESSIONS = 'Set MaxSessions in the sshd_config of the host to 10, which is its default.';

/** A build host as the host book stores it. Missing fields come from `~/.ssh/config`. */
export const hostEntry = z.object({
  id: z.string().min(1).max(64),
  /** The name on the screen. */
  name: z.string().max(200),
  /** A host name, an IP address, or a `Host` of `~/.ssh/config`. */
  address: z.string().max(255),
  port: z.number().optional(),
  user: z.string().max(255).optional(),
  /** Whether keys of the SSH agent are tried. */
  agent: z.boolean(),
  /** Private key files, tried before those of `~/.ssh/config`. */
  keys: z.array(z.string().max(4096)).max(20),
  /** Whether the user may be asked for a password. */
  password: z.boolean(),
  /** Jump hosts in the form of `ssh -J`: `[user@]host[:port],…`. */
  jump: z.string().max(1000).optional(),
  /** How commands get root rights; `auto`: the first way that works. */
  root: z.enum(['auto', 'none', ...ROOT_TOOLS]),
  /** Which engine builds there; `auto`: Slipway's engine where it can run. */
  engine: z.enum(['auto', 'slipway', 'stock']),
  /** Which SSH client connects; `auto`: the built-in one, or the `ssh` command where the SSH configuration needs it. Default `auto`. */
  client: z.enum(['auto', 'built-in', 'ssh']).optional(),
});

/** A build host as the host book stores it. */
export type HostEntry = z.output<typeof hostEntry>;

/** A problem of a field of an entry. */
export interface EntryProblem {
  readonly field: keyof HostEntry;
  readonly message: string;
}

/** Returns the problems of an entry, in the order of the form. `others` are the hosts of the book. */
export function problemsOf(entry: HostEntry, others: readonly HostEntry[]): EntryProblem[] {
  const problems: EntryProblem[] = [];
  const { id, name, address, port, user, jump, keys } = entry;
  const report = (field: keyof HostEntry, message: string): unknown => problems.push({ field, message });
  if (name.trim() === '') report('name', 'Give the host a name.');
  else if (name.length > 60) report('name', 'At most 60 characters.');
  else if (others.some((other) => other.id !== id && other.name.toLowerCase() === name.trim().toLowerCase()))
    report('name', `There is a host ${name.trim()} already.`);
  if (address.trim() === '') report('address', 'Give its name or IP address, or a Host of ~/.ssh/config.');
  else if (address.includes('@')) report('address', 'Without the account: give that as the user.');
  else if (/^[^:]+:\d*$|\]:\d*$/.test(address)) report('address', 'Leave out the port: it has its own field.');
  else if (/^\[|:\/\//.test(address)) report('address', 'Without brackets and without ssh://.');
  else if (!isHost(address))
    report('address', 'A host name, an IP address, or a Host of ~/.ssh/config, without spaces.');
  if (port !== undefined && !isPort(port)) report('port', 'A number from 1 to 65535.');
  if (user !== undefined && !isUser(user)) report('user', 'The name of an account, without spaces.');
  for (const key of keys) if (!/^[/~]/.test(key)) report('keys', `${key} is not a path of a file.`);
  if (jump !== undefined && parseJumps(jump) === undefined)
    report('jump', 'As ssh -J takes it: user@host:port, more of them with commas between.');
  return problems;
}

/** A jump host. */
export interface Jump {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
}

/** The hosts of a `-J` or `ProxyJump` value, the nearest first; `undefined` when it is malformed. */
export function parseJumps(text: string): Jump[] | undefined {
  const jumps: Jump[] = [];
  for (const hop of text.split(',')) {
    const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[0-9a-fA-F:.%]+\]|[^:@[\]]+)(?::(\d+))?$/.exec(hop.trim());
    const address = match?.[2]?.replace(/^\[|\]$/g, '') ?? '';
    const port = match?.[3] === undefined ? undefined : Number(match[3]);
    if (
      !match ||
      !isHost(address) ||
      (port !== undefined && !isPort(port)) ||
      (match[1] !== undefined && !isUser(match[1]))
    )
      return undefined;
    jumps.push({
      address,
      ...(match[1] !== undefined && { user: match[1] }),
      ...(port !== undefined && { port }),
    });
  }
  return jumps;
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65535;
/** Must not start with `-` or contain whitespace. */
const isHost = (text: string): boolean => /^[^\s\-'"`$\\;&<>|(){}][^\s'"`$\\;&<>|(){}]*$/.test(text);
const isUser = (text: string): boolean => /^[^\s\-:'"`$\\;&<>|(){}][^\s:'"`$\\;&<>|(){}]*$/.test(text);
