import * as z from 'zod';

/** The id of the computer that the app runs on: a build host that is always there, and not in the book. */
export const THIS_COMPUTER = 'this-computer';

/** A build host, as the book keeps it. What is left out, `~/.ssh/config` says. */
export const hostEntry = z.object({
  id: z.string().min(1).max(64),
  /** What it is called here. */
  name: z.string().max(200),
  /** A host name, an IP address, or a `Host` of `~/.ssh/config`. */
  address: z.string().max(255),
  port: z.number().optional(),
  user: z.string().max(255).optional(),
  /** Whether keys of the SSH agent are tried. */
  agent: z.boolean(),
  /** Private key files, tried before those of `~/.ssh/config`. */
  keys: z.array(z.string().max(4096)).max(20),
  /** Whether a person may be asked for a password. */
  password: z.boolean(),
  /** Hosts on the way, as `ssh -J` takes them: `[user@]host[:port],…`. */
  jump: z.string().max(1000).optional(),
  /** How commands become root; `auto`: whatever works. */
  root: z.enum(['auto', 'none', 'sudo', 'doas', 'pfexec']),
  /** What builds there; `auto`: our engine where it can run. */
  engine: z.enum(['auto', 'slipway', 'stock']),
});

/** A build host, as the book keeps it. */
export type HostEntry = z.output<typeof hostEntry>;

/** What is wrong with a field of an entry. */
export interface EntryProblem {
  readonly field: keyof HostEntry;
  readonly message: string;
}

/** What is wrong with an entry, in the order of the form. `others` are the hosts of the book. */
export function problemsOf(entry: HostEntry, others: readonly HostEntry[]): EntryProblem[] {
  const problems: EntryProblem[] = [];
  const { id, name, address, port, user, jump, keys } = entry;
  const say = (field: keyof HostEntry, message: string): unknown => problems.push({ field, message });
  if (name.trim() === '') say('name', 'Give the host a name.');
  else if (name.length > 60) say('name', 'At most 60 characters.');
  else if (others.some((other) => other.id !== id && other.name.toLowerCase() === name.trim().toLowerCase()))
    say('name', `There is a host ${name.trim()} already.`);
  if (address.trim() === '') say('address', 'Give its name or IP address, or a Host of ~/.ssh/config.');
  else if (address.includes('@')) say('address', 'Without the account: give that as the user.');
  else if (/^[^:]+:\d*$|\]:\d*$/.test(address)) say('address', 'Without the port: give that by itself.');
  else if (/^\[|:\/\//.test(address)) say('address', 'Without brackets and without ssh://.');
  else if (!isHost(address)) say('address', 'A host name, an IP address, or a Host of ~/.ssh/config: one word.');
  if (port !== undefined && !isPort(port)) say('port', 'A number from 1 to 65535.');
  if (user !== undefined && !isUser(user)) say('user', 'The name of an account: one word.');
  for (const key of keys) if (!/^[/~]/.test(key)) say('keys', `${key} is not a path of a file.`);
  if (jump !== undefined && parseJumps(jump) === undefined)
    say('jump', 'As ssh -J takes it: user@host:port, more of them with commas between.');
  return problems;
}

/** A host on the way. */
export interface Jump {
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
}

/** The hosts of a `-J` or `ProxyJump` value, the nearest first; `undefined` when it is none. */
export function parseJumps(text: string): Jump[] | undefined {
  const jumps: Jump[] = [];
  for (const word of text.split(',')) {
    const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[0-9a-fA-F:.%]+\]|[^:@[\]]+)(?::(\d+))?$/.exec(word.trim());
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
/** Never an option, never two words. */
const isHost = (text: string): boolean => /^[^\s\-'"`$\\;&<>|(){}][^\s'"`$\\;&<>|(){}]*$/.test(text);
const isUser = (text: string): boolean => /^[^\s\-:'"`$\\;&<>|(){}][^\s:'"`$\\;&<>|(){}]*$/.test(text);
