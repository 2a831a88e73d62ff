import { expect, it } from 'vitest';
import {
  buildText,
  factsText,
  stateText,
  statusText,
  toneOf,
  troubleOf,
  linkText,
} from '../../../src-renderer/text/link-text';
import { THIS_COMPUTER, type HostEntry } from '../../../src-shared/hosts/model';
import type { HostFacts, HostLinkState } from '../../../src-shared/rpc/hosts';

const FACTS: HostFacts = {
  system: 'Linux',
  name: 'vm',
  user: 'images',
  root: 'sudo',
  engine: 'slipway',
  version: 'Node 20.11',
  hostKey: { type: 'ssh-ed25519', fingerprint: 'SHA256:x' },
};
const ENTRY: HostEntry = {
  id: '1',
  name: 'buildhost-1',
  address: 'build1',
  agent: true,
  keys: [],
  password: true,
  root: 'auto',
  engine: 'auto',
};
const LINKS: Readonly<Record<HostLinkState['state'], HostLinkState>> = {
  idle: { state: 'idle' },
  connecting: { state: 'connecting', step: 'copying the engine' },
  ready: { state: 'ready', facts: FACTS },
  lost: { state: 'lost', message: 'The connection was lost.', retryAt: 108 },
  failed: { state: 'failed', message: 'Its key has changed.', hint: 'Ask who runs it.' },
};
const each = (textOf: (link: HostLinkState) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(LINKS).map(([state, link]) => [state, textOf(link)]));

it('Each state of a connection has a colour and a text.', () => {
  expect(each(toneOf)).toEqual({ idle: 'off', connecting: 'warn', ready: 'ok', lost: 'warn', failed: 'bad' });
  expect(each(stateText)).toEqual({
    idle: 'not connected',
    connecting: 'connecting',
    ready: 'connected',
    lost: 'connection lost',
    failed: 'cannot be used',
  });
  expect(each((link) => linkText(link, 100))).toEqual({
    idle: 'not connected',
    connecting: 'copying the engine…',
    ready: 'Linux · images, root by sudo · Node 20.11',
    lost: 'lost; reconnecting in 8 s',
    failed: 'Its key has changed.',
  });
  expect(each((link) => statusText({ entry: ENTRY, link, builds: [] }, 100))).toEqual({
    idle: 'Not connected to buildhost-1',
    connecting: 'buildhost-1: copying the engine…',
    ready: 'Connected to buildhost-1 · SSH ed25519',
    lost: 'buildhost-1 is not reachable; reconnecting in 8 s',
    failed: 'buildhost-1 cannot be used: Its key has changed.',
  });
});

it('A host that is reached by the ssh command shows that, and what needs it.', () => {
  const text = (client: HostFacts['client']): string => factsText({ ...FACTS, client });
  expect(text({ name: 'built-in', needs: [] })).toBe('Linux · images, root by sudo · Node 20.11');
  expect(text({ name: 'ssh', needs: [] })).toBe('Linux · images, root by sudo · Node 20.11 · ssh command');
  expect(text({ name: 'ssh', needs: ['ProxyCommand', 'user certificates'] })).toBe(
    'Linux · images, root by sudo · Node 20.11 · ssh command for ProxyCommand, user certificates',
  );
});

it('The text counts down to the next attempt, and never below zero.', () => {
  const at = (now: number): string => linkText(LINKS.lost, now).replace('lost; reconnecting ', '');
  expect([100, 107, 107.2, 107.9, 108, 109.5].map(at)).toEqual(['in 8 s', 'in 1 s', 'in 1 s', 'in 1 s', 'now', 'now']);
});

it('The build screen has a trouble only while the host cannot be reached.', () => {
  const troubled = Object.values(LINKS).filter((link) => troubleOf(link) !== undefined);
  expect(troubled).toEqual([LINKS.lost, LINKS.failed]);
  expect(troubleOf(LINKS.lost)?.message).toBe('The connection was lost.');
  expect(troubleOf(LINKS.failed)).toMatchObject({ message: 'Its key has changed.', hint: 'Ask who runs it.' });
});

it('This computer needs no connection.', () => {
  const entry = { ...ENTRY, id: THIS_COMPUTER, name: 'This computer' };
  expect(statusText({ entry, link: LINKS.ready, builds: [] }, 0)).toBe('This computer');
});

it('The text names the way to root and the command that builds.', () => {
  expect(factsText({ ...FACTS, user: 'root', root: 'root' })).toBe('Linux · root · Node 20.11');
  expect(factsText({ ...FACTS, root: 'none' })).toBe('Linux · images, not root · Node 20.11');
  expect(
    factsText({
      ...FACTS,
      system: 'SunOS',
      root: 'pfexec',
      engine: 'stock',
      originalCommand: '/usr/bin/distro_const',
    }),
  ).toBe('SunOS · images, root by pfexec · original /usr/bin/distro_const');
});

it('The text has the state of a build and where it stopped.', () => {
  const text = (state: 'running' | 'paused' | 'failed' | 'done' | 'cancelled' | 'interrupted', step?: string): string =>
    buildText({ path: '/m.xml', title: 'm', state, ...(step !== undefined && { step }) });
  expect([
    text('running', 'iso'),
    text('paused', 'iso'),
    text('failed', 'iso'),
    text('cancelled', 'iso'),
    text('interrupted', 'iso'),
    text('done', 'iso'),
    text('running'),
  ]).toEqual([
    'running iso',
    'paused before iso',
    'failed in iso',
    'stopped in iso',
    'interrupted in iso',
    'done',
    'running',
  ]);
});
