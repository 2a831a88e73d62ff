import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DelayedQuestion } from '../../../src-renderer/state/delayed-question';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('A question about the same things is asked once while it waits or is being answered, and another one replaces it.', async () => {
  const area = {};
  const asked: string[] = [];
  const answered: string[] = [];
  const question = new DelayedQuestion();
  const ask = (text: string, delayMs = 0): void =>
    question.ask(
      [text, area],
      delayMs,
      (signal) => {
        asked.push(text);
        return new Promise<string>((resolve) => setTimeout(() => resolve(signal.aborted ? 'dropped' : text), 10));
      },
      (answer) => answered.push(answer),
    );

  ask('one');
  ask('one');
  await vi.advanceTimersByTimeAsync(5);
  ask('one');
  await vi.advanceTimersByTimeAsync(10);
  expect([asked, answered]).toEqual([['one'], ['one']]);

  ask('one'); // it has an answer, so that this is a new question
  await vi.advanceTimersByTimeAsync(5);
  ask('two', 50);
  await vi.advanceTimersByTimeAsync(100);
  expect([asked, answered]).toEqual([
    ['one', 'one', 'two'],
    ['one', 'two'],
  ]);

  ask('three');
  question.drop();
  ask('three');
  await vi.advanceTimersByTimeAsync(100);
  expect(asked.slice(3)).toEqual(['three']);
  expect(answered.slice(2)).toEqual(['three']);
});
