import { ROOT_TOOLS, ROOT_TOOLS_TEXT, type HostEntry } from '../../../src-shared/hosts/model';
import type { HostFacts } from '../../../src-shared/rpc/hosts';
import type { Argv, CommandResult } from '../transport';

/** How commands get root rights on a host. */
export interface RootWay {
  readonly how: HostFacts['root'];
  /** The arguments before a command. */
  readonly prefix: readonly string[];
  /** A sentence with the reason why there is none. */
  readonly why?: string;
}

/**
 * The arguments before a command, for each tool of ROOT_TOOLS. A tool with its arguments
 * - never asks: where it would need a password it fails, with the reason on standard error
 * - runs the arguments after its own as an argv, as root
 * - keeps standard input, output and the working folder, and has the exit status of the command
 *
 * test/hosts/root.test.ts tests that with sudo. A new tool is added to ROOT_TOOLS and here; the rest is derived.
 */
const PREFIXES: Readonly<Record<(typeof ROOT_TOOLS)[number], readonly string[]>> = {
  sudo: ['sudo', '-n'], // without -n it asks
  doas: ['doas', '-n'], // without -n it asks
  pfexec: ['pfexec'], // never asks
};

/**
 * Finds how commands get root rights without a password: by the account itself, or by one of ROOT_TOOLS. With a choice in the host book
 * only that one is tried.
 *
 * @param run runs a command of the account
 */
export async function detectRoot(
  run: (argv: Argv) => Promise<CommandResult>,
  chosen: HostEntry['root'],
): Promise<RootWay> {
  if (chosen === 'none')
    return { how: 'none', prefix: [], why: 'Root access is switched off for this host in Edit host.' };
  if ((await userOf(run, [])).user === '0') return { how: 'root', prefix: [] };
  const reasons: string[] = [];
  for (const how of ROOT_TOOLS) {
    if (chosen !== 'auto' && chosen !== how) continue;
    const prefix = PREFIXES[how];
    const { user, stderr } = await userOf(run, prefix);
    if (user === '0') return { how, prefix };
    if (stderr !== undefined)
      reasons.push(`${how}: ${stderr === '' ? 'the command ran as the account, not as root' : stderr}`);
  }
  return { how: 'none', prefix: [], why: reasons.join(' ') || `The host does not have ${ROOT_TOOLS_TEXT}.` };
}

/** Returns the user id of a command behind this prefix; `stderr` is missing when there is no such program. */
async function userOf(
  run: (argv: Argv) => Promise<CommandResult>,
  prefix: readonly string[],
): Promise<{ user?: string; stderr?: string }> {
  const [first] = prefix;
  if (first !== undefined && (await run(['sh', '-c', 'command -v "$1"', 'sh', first])).code !== 0) return {};
  const { code, stdout, stderr } = await run([...prefix, 'id', '-u'] as unknown as Argv);
  return { ...(code === 0 && { user: stdout.toString('utf8').trim() }), stderr: stderr.trim() };
}
