import type { HostEntry } from '../../../src-shared/hosts/model';
import type { Argv, CommandResult } from '../transport';

/** How commands become root on a host. */
export interface RootWay {
  readonly how: 'root' | 'sudo' | 'doas' | 'pfexec' | 'none';
  /** The words before a command. */
  readonly words: readonly string[];
  /** Why none works, in words. */
  readonly why?: string;
}

const WAYS = [
  { how: 'sudo', words: ['sudo', '-n'] },
  { how: 'doas', words: ['doas', '-n'] },
  { how: 'pfexec', words: ['pfexec'] },
] as const;

/**
 * Finds how commands become root, without a password: by the account itself, sudo, doas or pfexec. What the host book chose is the
 * only one that is tried.
 *
 * @param run runs a command of the account
 */
export async function detectRoot(
  run: (argv: Argv) => Promise<CommandResult>,
  chosen: HostEntry['root'],
): Promise<RootWay> {
  if (chosen === 'none') return { how: 'none', words: [], why: 'The host book says that nothing becomes root here.' };
  if ((await userOf(run, [])).user === '0') return { how: 'root', words: [] };
  const said: string[] = [];
  for (const { how, words } of WAYS) {
    if (chosen !== 'auto' && chosen !== how) continue;
    const { user, stderr } = await userOf(run, words);
    if (user === '0') return { how, words };
    if (stderr !== undefined) said.push(`${how}: ${stderr === '' ? 'it is still the account' : stderr}`);
  }
  return { how: 'none', words: [], why: said.join(' ') || 'There is no sudo, doas or pfexec.' };
}

/** Who runs a command behind these words; `stderr` is missing when there is no such command. */
async function userOf(
  run: (argv: Argv) => Promise<CommandResult>,
  words: readonly string[],
): Promise<{ user?: string; stderr?: string }> {
  const [first] = words;
  if (first !== undefined && (await run(['sh', '-c', 'command -v "$1"', 'sh', first])).code !== 0) return {};
  const { code, stdout, stderr } = await run([...words, 'id', '-u'] as unknown as Argv);
  return { ...(code === 0 && { user: stdout.toString('utf8').trim() }), stderr: stderr.trim() };
}
