import { expect, it } from 'vitest';
import { inTime } from '../../../src-main/system/in-time';

it('A call that does not end is given up, and further calls there fail without being started until it ends.', async () => {
  let end = (): void => undefined;
  const never = new Promise<void>((resolve) => (end = resolve));
  let started = 0;
  const call = async (): Promise<string> => {
    started++;
    return 'read';
  };
  const noAnswer = { code: 'system', message: expect.stringContaining('does not answer'), hint: expect.any(String) };
  await expect(inTime('/net/a', () => never, { milliseconds: 1 })).rejects.toMatchObject(noAnswer);
  for (const path of ['/net/a', '/net/a/b/c']) await expect(inTime(path, call)).rejects.toMatchObject(noAnswer);
  expect(started).toBe(0);
  for (const path of ['/net', '/net/ab', '/']) expect(await inTime(path, call)).toBe('read');
  end();
  await never;
  expect(await inTime('/net/a/b', call)).toBe('read');
});

it('A place hangs until the last of the calls there has ended.', async () => {
  const ends: (() => void)[] = [];
  const never = () => new Promise<void>((resolve) => ends.push(resolve));
  const late = { milliseconds: 1, place: '/mnt' };
  await Promise.allSettled([inTime('/mnt/a', never, late), inTime('/mnt/b', never, late)]);
  ends[0]?.();
  await Promise.resolve();
  await expect(inTime('/mnt/c', async () => 1)).rejects.toMatchObject({ code: 'system' });
  ends[1]?.();
  await Promise.resolve();
  expect(await inTime('/mnt/c', async () => 1)).toBe(1);
});
