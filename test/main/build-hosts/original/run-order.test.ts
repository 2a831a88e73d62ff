import { expect, it } from 'vitest';
import type { RunNote } from '../../../../src-main/build-hosts/original/run-notes';
import { RunOrder } from '../../../../src-main/build-hosts/original/run-order';

const [A, B, C, FUTURE] = ['2026-01-01', '2026-01-02', '2026-01-03', '2099-01-01'].map((day) => `run-${day}-00-00-00`);
const runs = [A, B, C, FUTURE] as string[];
const note = (after = ''): RunNote => ({ files: {}, after });

it('Runs that began after the clock was set back follow those of later names, by their notes.', () => {
  const notes = new Map([
    [C, note(B)],
    [B, note(FUTURE)],
  ] as [string, RunNote][]);
  const order = new RunOrder();
  expect(order.sort('/logs', runs, notes, undefined)).toEqual([A, FUTURE, B, C]);
  expect(order.newest('/logs')).toBe(C);
  // A log that came since is behind them until they are sorted again.
  expect(order.asSorted('/logs', [...runs, 'run-2026-01-04-00-00-00'])).toEqual([
    A,
    FUTURE,
    B,
    C,
    'run-2026-01-04-00-00-00',
  ]);
});

it('The clock may be set back twice, and a note about a log that was removed has no effect.', () => {
  const notes = new Map([
    [A, note(B)],
    [B, note(FUTURE)],
    [C, note('run-2020-01-01-00-00-00')],
  ] as [string, RunNote][]);
  expect(new RunOrder().sort('/logs', runs, notes, undefined)).toEqual([C, FUTURE, B, A]);
});

it('A run that was seen running stays behind those that were there, also after its end and without a note.', () => {
  const order = new RunOrder();
  expect(order.sort('/logs', runs, new Map(), B)).toEqual([A, C, FUTURE, B]);
  expect(order.sort('/logs', runs, new Map(), undefined)).toEqual([A, C, FUTURE, B]);
  expect(order.sort('/other', runs, new Map(), undefined)).toEqual(runs);
});

it('Notes that contradict each other end in some order.', () => {
  const notes = new Map([
    [A, note(B)],
    [B, note(A)],
  ] as [string, RunNote][]);
  expect(new RunOrder().sort('/logs', runs, notes, undefined).sort()).toEqual(runs);
});
