import type { HostBuild, HostFacts, HostLinkState, HostView } from '../../src-shared/rpc/hosts';
import { THIS_COMPUTER } from '../../src-shared/hosts/model';

/** A colour of the style sheet for the state of a host. */
export type Tone = 'ok' | 'warn' | 'bad' | 'off';

/** The colour of a host's dot. */
export function toneOf({ state }: HostLinkState): Tone {
  return ({ ready: 'ok', connecting: 'warn', lost: 'warn', failed: 'bad', idle: 'off' } as const)[state];
}

/** Text of a connection's state. `now` is in seconds since the epoch. */
export function linkText(link: HostLinkState, now: number): string {
  switch (link.state) {
    case 'idle':
      return 'not connected';
    case 'connecting':
      return `${link.step}…`;
    case 'ready':
      return factsText(link.facts);
    case 'lost':
      return `lost; reconnecting ${soon(link.retryAt, now)}`;
    case 'failed':
      return link.message;
  }
}

/** Text of the time until a retry. Both are in seconds since the epoch. */
function soon(retryAt: number, now: number): string {
  const left = Math.ceil(retryAt - now);
  return left > 0 ? `in ${left} s` : 'now';
}

/** Text of a host's facts: `Linux · images, root by sudo · Node 20.11`. */
export function factsText({ system, user, root, version, originalCommand, client }: HostFacts): string {
  const account = root === 'root' ? user : root === 'none' ? `${user}, not root` : `${user}, root by ${root}`;
  const engine = originalCommand === undefined ? (version ?? '') : `original ${originalCommand}`;
  return [system, account, engine, ...(client?.name === 'ssh' ? [clientText(client)] : [])].join(' · ');
}

/** Text of the SSH client: `ssh command for user certificates`. */
export function clientText({ name, needs }: NonNullable<HostFacts['client']>): string {
  if (name === 'built-in') return 'built-in SSH client';
  return needs.length === 0 ? 'ssh command' : `ssh command for ${needs.join(', ')}`;
}

/** Text of the state for screen readers. */
export function stateText({ state }: HostLinkState): string {
  return {
    idle: 'not connected',
    connecting: 'connecting',
    ready: 'connected',
    lost: 'connection lost',
    failed: 'cannot be used',
  }[state];
}

/** The message of the build screen for a lost host. It has no count-down, because screen readers read every change. */
export function troubleOf(
  link: HostLinkState,
): { readonly message: string; readonly hint?: string | undefined } | undefined {
  if (link.state === 'lost')
    return { message: link.message, hint: 'Slipway reconnects automatically. Running builds continue.' };
  return link.state === 'failed' ? link : undefined;
}

/** Text at the left of the status bar. */
export function statusText({ entry, link }: HostView, now: number): string {
  if (entry.id === THIS_COMPUTER) return entry.name;
  switch (link.state) {
    case 'ready':
      return `Connected to ${entry.name} · SSH ${link.facts.hostKey?.type.replace(/^ssh-/, '') ?? ''}`.trimEnd();
    case 'connecting':
      return `${entry.name}: ${link.step}…`;
    case 'lost':
      return `${entry.name} is not reachable; reconnecting ${soon(link.retryAt, now)}`;
    case 'failed':
      return `${entry.name} cannot be used: ${link.message}`;
    case 'idle':
      return `Not connected to ${entry.name}`;
  }
}

/** A build on a host: `running br-config`, `paused before iso`. */
export function buildText({ state, step }: HostBuild): string {
  if (step === undefined || state === 'done') return state;
  return (
    { running: `running ${step}`, paused: `paused before ${step}` }[state as string] ??
    `${state === 'cancelled' ? 'stopped' : state} in ${step}`
  );
}
