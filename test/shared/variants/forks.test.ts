// Variants share the steps whose reads they answer alike; where they part, the difference is named.
import { expect, it } from 'vitest';
import { forkOf, sharedSteps, type ForkSubject, type ReadsKnown } from '../../../src-shared/variants/forks';

/** A subject whose steps read one value each. */
function subject(name: string, values: Readonly<Record<string, string>>, known: ReadsKnown = 'recorded'): ForkSubject {
  return {
    name,
    steps: Object.entries(values).map(([step, value]) => ({
      name: step,
      identity: '',
      known,
      reads: [{ request: `img_params/${step}-value`, isKey: false, values: [value], isSecret: step === 'c' }],
    })),
  };
}

const base = subject('', { a: '1', b: '1', c: '1' });
const de = subject('de', { a: '1', b: 'de', c: '1' });
const fr = subject('fr', { a: '1', b: 'fr', c: '1' });
const same = subject('same', { a: '1', b: '1', c: '1' });

it('The fork point is the first step that reads another value, and a secret value is not shown.', () => {
  expect(forkOf(base, same)).toBeUndefined();
  expect(forkOf(base, de)).toEqual({
    step: 'b',
    known: 'recorded',
    causes: [{ request: 'img_params/b-value', name: 'b-value', from: '1', to: 'de' }],
  });
  expect(forkOf(base, subject('c', { a: '1', b: '1', c: '2' }))?.causes).toEqual([
    { request: 'img_params/c-value', name: 'c-value', from: null, to: null },
  ]);
});

it('A step more, a step less and another script are fork points.', () => {
  expect(forkOf(base, subject('', { a: '1', b: '1', c: '1', d: '1' }))?.causes[0]?.name).toBe('with d');
  expect(forkOf(base, subject('', { a: '1', b: '1' }))).toMatchObject({ step: 'c', causes: [{ name: 'without c' }] });
});

it('Steps run once for each group with the same past, and variants that part are named with the reason.', () => {
  const steps = sharedSteps([de, fr, same, subject('more', { a: '1', b: '1', c: '1', d: '1' })]);
  expect(steps.map(({ step, runs, of, shared }) => [step, runs, of, shared])).toEqual([
    ['a', 1, 4, 4],
    ['b', 3, 4, 2],
    // Equal reads on another past are another execution.
    ['c', 3, 4, 2],
    ['d', 1, 1, 1],
  ]);
  expect(steps[1]?.parts.map(({ variants, causes }) => [variants, causes[0]?.to])).toEqual([
    [['de'], 'de'],
    [['fr'], 'fr'],
  ]);
});

it('A step whose reads are not known parts all variants with another text.', () => {
  const [first] = sharedSteps([subject('x', { a: 'text 1' }, 'unknown'), subject('y', { a: 'text 2' }, 'unknown')]);
  expect([first?.runs, first?.known, first?.parts[0]?.causes[0]?.name]).toEqual([
    2,
    'unknown',
    'what a reads is not known',
  ]);
});

it('A nodepath and a key of one name are two requests.', () => {
  const reads = (key: string) => [
    { request: 'name', isKey: false, values: ['image'], isSecret: false },
    { request: 'name', isKey: true, values: [key], isSecret: false },
  ];
  const one = (name: string, key: string): ForkSubject => ({
    name,
    steps: [{ name: 'a', identity: '', known: 'declared', reads: reads(key) }],
  });
  expect(forkOf(one('x', '1'), one('y', '1'))).toBeUndefined();
  expect(forkOf(one('x', '1'), one('y', '2'))?.causes.map(({ from, to }) => [from, to])).toEqual([['1', '2']]);
});

it('A step that has another place in a variant is one entry.', () => {
  const more: ForkSubject = {
    name: 'more',
    steps: [...de.steps.slice(0, 2), { name: 'x', identity: '', known: 'recorded', reads: [] }, ...de.steps.slice(2)],
  };
  expect(sharedSteps([de, more]).map(({ step, runs, of }) => [step, runs, of])).toEqual([
    ['a', 1, 2],
    ['b', 1, 2],
    ['c', 2, 2],
    ['x', 1, 1],
  ]);
});

it('Without variants there is nothing to share.', () => {
  expect(sharedSteps([])).toEqual([]);
});
