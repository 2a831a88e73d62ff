import { expect, it } from 'vitest';
import { FollowedJournals } from '../../../src-main/journals/followed-journal';
import { linesOf } from '../../../src-main/journals/lines';
import { Random } from '../../support/random';

/** A journal in memory that counts the bytes that were fetched. */
class MemoryJournal {
  bytes = Buffer.alloc(0);
  fetched = 0;

  async readFile(_: string, offset: number, length: number): Promise<Buffer> {
    const piece = this.bytes.subarray(offset, offset + length);
    await Promise.resolve();
    this.fetched += piece.length;
    return piece;
  }
}

function collect(): { texts: string[]; take(lines: Buffer): void } {
  const texts: string[] = [];
  return { texts, take: (lines) => texts.push(...[...linesOf(lines)].map((line) => line.toString('utf8'))) };
}

it('Two subscribers of a journal receive all lines, and each byte is fetched once.', async () => {
  const journal = new MemoryJournal();
  const journals = new FollowedJournals(journal);
  const [first, second] = [collect(), collect()];
  const subscriptions = [journals.subscribe('a', first), journals.subscribe('a', second)];
  for (let n = 0; n < 50; n++) {
    journal.bytes = Buffer.concat([journal.bytes, Buffer.from(`line ${n} ä€\n`)]);
    await Promise.all(subscriptions.map((one) => one.readOn()));
  }
  expect(first.texts).toEqual(Array.from({ length: 50 }, (_, n) => `line ${n} ä€`));
  expect(second.texts).toEqual(first.texts);
  expect(journal.fetched).toBe(journal.bytes.length);
});

it.each([1, 2, 3])('A subscriber that comes later receives all lines once and in order (seed %i).', async (seed) => {
  const random = new Random(seed);
  const journal = new MemoryJournal();
  const journals = new FollowedJournals(journal);
  const all = Buffer.from(Array.from({ length: 300 }, (_, n) => `line ${n} ${'ö'.repeat(n % 7)}\n`).join(''));
  const subscribers = [collect()];
  const subscriptions = subscribers.map((one) => journals.subscribe('a', one));
  const reads: Promise<void>[] = [];
  for (let at = 0; at < all.length;) {
    at += 1 + random.below(300);
    journal.bytes = all.subarray(0, at);
    if (random.below(4) === 0) {
      const subscriber = collect();
      subscribers.push(subscriber);
      subscriptions.push(journals.subscribe('a', subscriber));
    }
    reads.push(...subscriptions.map((one) => one.readOn()));
    if (random.below(2) === 0) await Promise.all(reads);
  }
  await Promise.all([...reads, ...subscriptions.map((one) => one.readOn())]);
  expect(subscribers.length).toBeGreaterThan(3);
  for (const { texts } of subscribers) expect(texts).toEqual(all.toString('utf8').trimEnd().split('\n'));
});

it('A read that failed continues where it stopped.', async () => {
  const journal = new MemoryJournal();
  journal.bytes = Buffer.from('one\ntwo\n');
  let isBroken = true;
  const journals = new FollowedJournals({
    readFile: (path, offset, length) =>
      isBroken && offset > 0 ? Promise.reject(new Error('lost')) : journal.readFile(path, offset, Math.min(length, 4)),
  });
  const subscriber = collect();
  const subscription = journals.subscribe('a', subscriber);
  await expect(subscription.readOn()).rejects.toThrow('lost');
  isBroken = false;
  await subscription.readOn();
  expect(subscriber.texts).toEqual(['one', 'two']);
});

it('A journal whose last subscriber has gone is read from its beginning again.', async () => {
  const journal = new MemoryJournal();
  journal.bytes = Buffer.from('one\n');
  const journals = new FollowedJournals(journal);
  const first = journals.subscribe('a', collect());
  await first.readOn();
  first.close();
  const again = collect();
  await journals.subscribe('a', again).readOn();
  expect(again.texts).toEqual(['one']);
});
