import type { HostBuild, HostFacts, HostLinkState, HostView } from '../../src-shared/rpc/hosts';
import { THIS_COMPUTER } from '../../src-shared/hosts/model';

/** Which colour tells how a host is: by its name in the style sheet. */
export type Tone = 'ok' | 'warn' | 'bad' | 'off';

/** The colour of a host's dot. */
export function toneOf({ state }: HostLinkState): Tone {
  return ({ ready: 'ok', connecting: 'warn', lost: 'warn', failed: 'bad', idle: 'off' } as const)[state];
}

/** How it stands with a host, in a few words. `now` in seconds since the epoch. */
export function wordsFor(link: HostLinkState, now: number): string {
  switch (link.state) {
    case 'idle':
      return 'not connected';
    case 'connecting':
      return `${link.step}…`;
    case 'ready':
      return factsInWords(link.facts);
    case 'lost':
      return `lost; connecting again ${soon(link.retryAt, now)}`;
    case 'failed':
      return link.message;
  }
}

/** When it is tried again; both in seconds since the epoch. */
function soon(retryAt: number, now: number): string {
  const left = Math.ceil(retryAt - now);
  return left > 0 ? `in ${left} s` : 'now';
}

/** What a host is: `Linux · images, root by sudo · Node 20.11`. */
export function factsInWords({ system, user, root, version, originalCommand }: HostFacts): string {
  const account = root === 'root' ? user : root === 'none' ? `${user}, not root` : `${user}, root by ${root}`;
  return [system, account, originalCommand === undefined ? (version ?? '') : `its own ${originalCommand}`].join(' · ');
}

/** The same in a word or two, for those who do not see the dot. */
export function stateWords({ state }: HostLinkState): string {
  return {
    idle: 'not connected',
    connecting: 'connecting',
    ready: 'connected',
    lost: 'connection lost',
    failed: 'cannot be used',
  }[state];
}

/** What the build screen says of a host that cannot be reached, and what to do. No count-down: it is read aloud at every change. */
export function troubleOf(
  link: HostLinkState,
): { readonly message: string; readonly hint?: string | undefined } | undefined {
  if (link.state === 'lost')
    return { message: link.message, hint: 'It is tried again by itself; a build that runs there goes on.' };
  return link.state === 'failed' ? link : undefined;
}

/** The left of the status line. */
export function statusWords({ entry, link }: HostView, now: number): string {
  if (entry.id === THIS_COMPUTER) return entry.name;
  switch (link.state) {
    case 'ready':
      return `Connected to ${entry.name} · SSH ${link.facts.hostKey?.type.replace(/^ssh-/, '') ?? ''}`.trimEnd();
    case 'connecting':
      return `${entry.name}: ${link.step}…`;
    case 'lost':
      return `${entry.name} is out of reach; connecting again ${soon(link.retryAt, now)}`;
    case 'failed':
      return `${entry.name} cannot be used: ${link.message}`;
    case 'idle':
      return `Not connected to ${entry.name}`;
  }
}

/** A build on a host: `running br-config`, `paused before iso`. */
export function buildWords({ state, step }: HostBuild): string {
  if (step === undefined || state === 'done') return state;
  return { running: `running ${step}`, paused: `paused before ${step}` }[state as string] ?? `${state} in ${step}`;
}
