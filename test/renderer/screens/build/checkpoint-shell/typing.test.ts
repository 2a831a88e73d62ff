import { describe, expect, it } from 'vitest';
import { Typing } from '../../../../../src-renderer/screens/build/checkpoint-shell/typing';

describe('what is typed at a shell', () => {
  it('arrives in order, however slow the calls are, and keys typed meanwhile go together', async () => {
    const sent: string[] = [];
    const typing = new Typing(async (data) => {
      await new Promise((resolve) => setTimeout(resolve, sent.length === 0 ? 20 : 1));
      sent.push(Buffer.from(data, 'base64').toString('utf8'));
    });
    for (const key of ['e', 'c', 'h', 'o', ' ü', '🏠', '\r']) typing.type(key);
    await expect.poll(() => sent.join('')).toBe('echo ü🏠\r');
    expect(sent).toEqual(['e', 'cho ü🏠\r']);
  });

  it('is split where one call could not carry it, and every byte arrives', async () => {
    const sent: Buffer[] = [];
    const typing = new Typing(async (data) => {
      expect(data.length).toBeLessThanOrEqual(65536);
      sent.push(Buffer.from(data, 'base64'));
    });
    const paste = 'zeile ü\n'.repeat(20_000);
    typing.type(paste);
    await expect.poll(() => Buffer.concat(sent).toString('utf8') === paste).toBe(true);
  });

  it('is dropped when the shell has gone, and nothing is thrown', async () => {
    let calls = 0;
    const typing = new Typing(async () => {
      calls++;
      throw new Error('gone');
    });
    typing.type('a');
    typing.type('b');
    await expect.poll(() => calls).toBe(1);
    typing.type('c');
    await expect.poll(() => calls).toBe(2);
  });
});
