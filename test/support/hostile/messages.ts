import { contract } from '../../../src-shared/rpc-contract';
import type { Random } from '../random';

/** Values that no call accepts as input. */
const WRONG: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  [],
  [[]],
  {},
  { length: 1e9 },
  { toString: 'x' },
  ['constructor', 'prototype'],
  { then: 'x' },
];

/** Texts for calls that only read, and for keys beside a wrong value. */
const TEXTS = [
  '',
  '\0',
  '/\0',
  '\u202egnp.xml',
  '\ud800',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
  '/no/such/$(touch pwned)',
  '/no/such/`touch pwned`',
  '/no/such/../../no/such',
  "'; touch pwned; '",
  '\u001b]0;x\u0007',
  '-rf',
];

/** Calls that change nothing for any input, and start no process. */
const READING = new Set([
  'documents/open',
  'documents/recent',
  'dialogs/list',
  'hosts/chosen',
  'hosts/answer',
  'shell/write',
  'shell/resize',
  'exporting/check',
  'templates/list',
]);
/** Streams that end only with the connection, and the call that closes the window. */
const NOT_CALLED = new Set(['app/events', 'app/closeWindow', 'hosts/watch', 'hosts/questions']);

interface Procedure {
  readonly path: string;
  readonly keys: readonly string[];
}

const PROCEDURES: readonly Procedure[] = Object.entries(contract)
  .flatMap(([group, calls]) => Object.entries(calls).map(([name, call]) => ({ path: `${group}/${name}`, call })))
  .filter(({ path }) => !NOT_CALLED.has(path))
  .map(({ path, call }) => ({ path, keys: keysOf(call) }));

function keysOf(call: object): readonly string[] {
  const { inputSchema } = (call as { '~orpc': { inputSchema?: object } })['~orpc'];
  const shape = inputSchema && 'shape' in inputSchema ? inputSchema.shape : undefined;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}

/**
 * A message that the window never sends: not JSON, not a call, an unknown call, or a call with an input that its schema
 * or its service refuses. No such message changes a file.
 */
export function hostileMessage(random: Random, id: string): string {
  switch (random.below(8)) {
    case 0:
      return random.pick(['', '{', 'null', '7', '"x"', '[]', '[[[[', '{}', '{"i":1}', 'NaN', '\0', '\ud800']);
    case 1:
      return Array.from({ length: random.below(60) }, () => String.fromCharCode(random.below(0x2ff))).join('');
    case 2:
      return JSON.stringify({ i: random.pick([id, 1, null, {}, '__proto__']), p: random.pick([...WRONG, 'x']) });
    case 3:
      return call(
        id,
        random.pick([
          '/',
          '',
          '//',
          '/x',
          '/__proto__/toString',
          '/documents',
          '/documents/constructor',
          '/documents/../app/info',
          '/app/info/x',
          'http://[',
          '/%ff/%00',
        ]),
        {},
      );
    case 4: {
      // The serializer's notes about types, at paths that do not exist.
      const meta = [
        [random.below(9), random.pick(['__proto__', 'constructor', 'x', '']), random.pick(['prototype', 'a', 0])],
      ];
      return JSON.stringify({ i: id, p: { u: '/documents/open', b: { json: input(random, PROCEDURES[0]), meta } } });
    }
    case 5: {
      const whole = call(id, `/${random.pick(PROCEDURES).path}`, {});
      return whole.slice(0, random.below(whole.length));
    }
    case 6:
      // Ends, events and aborts of calls that are not running.
      return JSON.stringify({ i: id, t: random.pick([2, 3, 4, 5, -1, 99]), p: random.pick(WRONG) });
    default: {
      const procedure = random.pick(PROCEDURES);
      return call(id, `/${procedure.path}`, input(random, procedure));
    }
  }
}

const call = (i: string, u: string, json: unknown): string => JSON.stringify({ i, p: { u, b: { json } } });

function input(random: Random, procedure: Procedure | undefined): unknown {
  const { path, keys } = procedure ?? { path: '', keys: [] };
  if (keys.length === 0 || random.below(6) === 0) return random.pick([...WRONG, ...TEXTS]);
  const values = keys.map((key): [string, unknown] => [key, random.pick<unknown>([...WRONG, ...TEXTS])]);
  const wrong = random.below(keys.length);
  if (!READING.has(path)) values[wrong] = [keys[wrong] ?? '', random.pick(WRONG)];
  return Object.fromEntries(values.filter((_, at) => at === wrong || random.below(8) > 0));
}
