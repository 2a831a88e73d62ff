import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src-main/window/event-queue';
import type { AppEvent } from '../../../src-shared/rpc-contract';

const event = (command: string): AppEvent => ({ kind: 'menu', command });

describe('events on their way to the window', () => {
  it('wait until the window listens', async () => {
    const queue = new EventQueue();
    queue.push(event('open'));
    queue.push(event('save'));
    const events = queue.read();
    expect((await events.next()).value).toEqual(event('open'));
    expect((await events.next()).value).toEqual(event('save'));
  });

  it('end with the connection', async () => {
    const gone = new AbortController();
    const next = new EventQueue().read(gone.signal).next();
    gone.abort();
    expect((await next).done).toBe(true);
  });

  it('go to the page that was loaded last, even before the old connection is known to be gone', async () => {
    const queue = new EventQueue();
    const gone = new AbortController();
    const old = queue.read(gone.signal).next();
    const next = queue.read().next();
    expect((await old).done).toBe(true);
    gone.abort();
    queue.push(event('save'));
    expect((await next).value).toEqual(event('save'));
  });
});
