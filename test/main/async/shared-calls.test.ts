import { describe, expect, it } from 'vitest';
import { SharedCalls } from '../../../src-main/async/shared-calls';

describe('calls that several make at once', () => {
  const slow = () => {
    const calls: { signal: AbortSignal; end(value: string): void; fail(error: Error): void }[] = [];
    const start = (signal: AbortSignal): Promise<string> =>
      new Promise((end, fail) => calls.push({ signal, end, fail }));
    return { calls, start };
  };

  it('are one call while it runs, and a new one afterwards', async () => {
    const shared = new SharedCalls<string>();
    const { calls, start } = slow();
    const both = [shared.call('a', start), shared.call('a', start)];
    const other = shared.call('b', start);
    expect(calls).toHaveLength(2);
    calls[0]?.end('one');
    calls[1]?.end('two');
    expect(await Promise.all([...both, other])).toEqual(['one', 'one', 'two']);
    const again = shared.call('a', start);
    calls[2]?.end('three');
    expect(await again).toBe('three');
  });

  it('are aborted when the last caller has gone, not before', async () => {
    const shared = new SharedCalls<string>();
    const { calls, start } = slow();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = shared.call('a', start, one.signal);
    const second = shared.call('a', start, two.signal);
    one.abort();
    await expect(first).rejects.toThrow('aborted');
    expect(calls[0]?.signal.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toThrow('aborted');
    expect(calls[0]?.signal.aborted).toBe(true);
    // A cancelled call is not joined.
    const third = shared.call('a', start);
    calls[0]?.fail(new Error('killed'));
    calls[1]?.end('again');
    expect(await third).toBe('again');
  });

  it('fail together', async () => {
    const shared = new SharedCalls<string>();
    const { calls, start } = slow();
    const both = [shared.call('a', start), shared.call('a', start)];
    calls[0]?.fail(new Error('no'));
    for (const one of both) await expect(one).rejects.toThrow('no');
  });
});
