/** The known causes of differences between two builds of the same inputs. */
export const CAUSES = [
  'time',
  'random',
  'order',
  'host-name',
  'locale',
  'cache',
  'process',
  'processors',
  'permissions',
] as const;

/** A known cause of a difference between two builds of the same inputs. */
export type Cause = (typeof CAUSES)[number];

/** What each cause means, and what to do about it. */
export const CAUSE_TEXTS: Readonly<Record<Cause, string>> = {
  time: 'It has the present time. Use SOURCE_DATE_EPOCH in its place, or clamp the times of files to it.',
  random:
    'It has random bytes, such as a UUID, a key or the name of a temporary file. Make them from the inputs, or at the first start.',
  order: 'It has the same lines in another order. Sort them with LC_ALL=C.',
  'host-name': 'It has the name of the build host.',
  locale: 'It depends on the locale. Set LC_ALL=C.UTF-8 in the step.',
  cache: 'It is a cache, which often has times or inode numbers. Remove it at the end of the step.',
  process: 'It has a number that each run has another of, such as a process id.',
  processors: 'It depends on the number of processors. Set it in the step.',
  permissions: 'Its permissions or its owner differ. Set them in the step.',
};

/** Two versions of a file as text. */
export interface TextPair {
  readonly before: string;
  readonly after: string;
  /** The names of the hosts of both builds. */
  readonly hosts: readonly string[];
}

const CACHE_PATHS =
  /(^|\/)(var\/cache\/|var\/lib\/(apt\/lists|mandb)\/|__pycache__\/|aux-cache$|ld\.so\.cache$|icon-theme\.cache$|mimeinfo\.cache$|fonts\.cache|\.uuid$|pkgcache\.bin$)|\.pyc$/;
const RANDOM_PATHS =
  /(^|\/)(etc\/machine-id|var\/lib\/dbus\/machine-id|[^/]*random-seed[^/]*|ssh_host_[^/]*|dropbear_[^/]*|tmp\.[A-Za-z0-9]{6,})$/;

/** The cause that the path of a differing file shows by itself. */
export function causeByPath(path: string): Cause | undefined {
  if (RANDOM_PATHS.test(path)) return 'random';
  return CACHE_PATHS.test(path) ? 'cache' : undefined;
}

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const TIMES = new RegExp(
  [
    String.raw`\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?([.,]\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?`,
    String.raw`((Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?(\d{1,2} +)?(${MONTHS})[a-z]* +\d{1,4}( +\d{4})?`,
    String.raw`\d\d?:\d\d:\d\d([.,]\d+)?( *[AP]M)?( +[A-Z]{3,4}| [+-]\d{4})?( +\d{4})?`,
    String.raw`\b20\d{6}([T-]?\d{4,6}Z?)?\b`,
    String.raw`\b1[5-9]\d{8}(\.\d+)?\b`,
    String.raw`\b1[5-9]\d{11}\b`,
    String.raw`\b1[5-9]\d{17}\b`,
  ].join('|'),
  'g',
);
const RANDOMS = new RegExp(
  [
    String.raw`\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`,
    String.raw`\$(1|5|6|y|2[aby])\$[./A-Za-z0-9$=,]+`,
    String.raw`\btmp\.?[A-Za-z0-9_]{6,}`,
    String.raw`\b(?=[0-9a-fA-F]*[a-fA-F])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b`,
    String.raw`[A-Za-z0-9+/_-]{20,}={0,2}`,
  ].join('|'),
  'g',
);
const NUMBERS = /\d+/g;
const DECIMALS = /(\d)[.,](\d)/g;
const LOCALES = /\b([a-z]{2,3}_[A-Z]{2}|C|POSIX)(\.[A-Za-z0-9-]+)?\b/g;

type Mask = (text: string) => string;

/** The cause that two versions of a text show: what has to be left out so that they are equal. */
export function causeByText({ before, after, hosts }: TextPair): Cause | undefined {
  if (isReordered(before, after)) return isSortedByLocale(before, after) ? 'locale' : 'order';
  const masks: readonly (readonly [Cause, Mask])[] = [
    ['host-name', (text) => hosts.reduce((all, host) => (host === '' ? all : all.replaceAll(host, '\0host')), text)],
    ['time', (text) => text.replace(TIMES, '\0time')],
    ['random', (text) => text.replace(RANDOMS, '\0random')],
    ['locale', (text) => text.replace(DECIMALS, '$1\0$2').replace(LOCALES, '\0locale')],
    ['process', (text) => text.replace(NUMBERS, '\0number')],
  ];
  for (const [cause, mask] of masks) if (mask(before) === mask(after)) return cause;
  // Several at once: the first of those that are needed.
  let [one, two] = [before, after];
  let first: Cause | undefined;
  for (const [cause, mask] of masks) {
    const [a, b] = [mask(one), mask(two)];
    if (a !== one || b !== two) first ??= cause;
    [one, two] = [a, b];
    if (one === two) return first;
  }
  return isReordered(one, two) ? 'order' : undefined;
}

const sorted = (text: string): string => text.split(/\s+/).sort().join('\n');

const isReordered = (before: string, after: string): boolean =>
  before.length === after.length && sorted(before) === sorted(after);

/** Whether one is in the order of bytes and the other in that of a language. */
function isSortedByLocale(before: string, after: string): boolean {
  const collator = new Intl.Collator('en');
  const texts = [before, after].map((text) => text.split('\n').filter((line) => line !== ''));
  const isInOrder = (lines: readonly string[] = [], compare: (a: string, b: string) => number): boolean =>
    lines.every((line, at) => at === 0 || compare(lines[at - 1] ?? '', line) <= 0);
  const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const [one, two] = texts;
  return (
    (isInOrder(one, byBytes) && isInOrder(two, collator.compare)) ||
    (isInOrder(two, byBytes) && isInOrder(one, collator.compare))
  );
}

const GZIP_TIME = { start: 4, end: 8 } as const;
/** Of 8 bits per byte: compressed and random bytes have more. */
const RANDOM_BITS = 6;
const MIN_RANDOM_BYTES = 16;

/** The cause that two binary versions of a file show. */
export function causeByBytes(before: Uint8Array, after: Uint8Array): Cause | undefined {
  const isGzip = [before, after].every((bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b);
  if (isGzip && before.length === after.length && differsOnly(before, after, GZIP_TIME.start, GZIP_TIME.end))
    return 'time';
  const differing = before.filter((byte, at) => byte !== after[at]);
  const isRandom =
    differing.length >= MIN_RANDOM_BYTES &&
    bitsPerByte(differing) >= Math.min(RANDOM_BITS, Math.log2(differing.length) - 1);
  return isRandom && before.length === after.length ? 'random' : undefined;
}

function differsOnly(before: Uint8Array, after: Uint8Array, start: number, end: number): boolean {
  return before.every((byte, at) => byte === after[at] || (at >= start && at < end));
}

function bitsPerByte(bytes: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / bytes.length) * Math.log2(count / bytes.length), 0);
}
