// The lock of a manifest: the packages that its image has, exactly. A text file beside the manifest, one fact per line, sorted, so that
// version control shows what an update changes.

/** One locked package. */
export interface LockedPackage {
  readonly name: string;
  /** `-` for a package of IPS. */
  readonly architecture: string;
  readonly version: string;
  /** SHA-256 of the package's file, in hexadecimal; `-` for a package of IPS, whose FMRI names its content. */
  readonly sha256: string;
  /** The address of the file, without a login, or the FMRI. */
  readonly origin: string;
}

/** An archive as it was when the packages were locked. */
export interface LockedArchive {
  readonly url: string;
  /** `./` for a flat repository. */
  readonly suite: string;
  /** SHA-256 of its InRelease or Release file; `-` where it has none. */
  readonly release: string;
  /** The date in that file, ISO 8601; `-` where it has none. */
  readonly dated: string;
}

/** The content of a lock. */
export interface PackageLock {
  readonly installer: 'apt' | 'ips';
  readonly archives: readonly LockedArchive[];
  /** The entries of the manifest's package list that were resolved. */
  readonly wanted: readonly string[];
  /** Packages whose priority in the archive is not that in their file: the archive's decides what is installed. */
  readonly priorities: ReadonlyMap<string, string>;
  readonly packages: readonly LockedPackage[];
}

/** What is wrong with the text of a lock, and where. Lines and columns count from 1. */
export class LockSyntaxError extends Error {
  constructor(
    readonly line: number,
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

/** The version of the format, in the first line. */
const FORMAT = 1;
const COMMENT =
  '# The packages of an image. Commit this file with the manifest; distro_const lock --update replaces it.';

/** The text of a lock. Equal locks have equal text. */
export function lockText({ installer, archives, wanted, priorities, packages }: PackageLock): string {
  const lines = [
    ...archives.map(({ url, suite, release, dated }) => `archive ${encodeBlanks(url)} ${suite} ${release} ${dated}`),
    ...wanted.map((entry) => `wanted ${encodeBlanks(entry)}`),
    ...Array.from(priorities, ([name, priority]) => `priority ${name} ${priority}`),
    ...packages.map((one) => `package ${one.name} ${one.architecture} ${one.version} ${one.sha256} ${one.origin}`),
  ];
  const head = [`slipway-lock ${FORMAT}`, COMMENT, `installer ${installer}`, `count ${packages.length}`];
  return [...head, ...[...new Set(lines)].sort(byGroup), ''].join('\n');
}

/** An address or a pattern of APT may have blanks, which separate the fields of a line. */
const encodeBlanks = (text: string): string => text.replace(/[\s%]/g, encodeURIComponent);
const decodeBlanks = (text: string): string => text.replace(/%(20|25|09|0A)/g, decodeURIComponent);

const GROUPS = ['archive', 'wanted', 'priority', 'package'];

/** By kind of line, then by code units: not by a locale, because the text must be the same everywhere. */
function byGroup(a: string, b: string): number {
  const group = (line: string): number => GROUPS.indexOf(line.slice(0, line.indexOf(' ')));
  return group(a) - group(b) || (a < b ? -1 : 1);
}

/**
 * Parses the text of a lock. A line that is not understood, a wrong number of packages and a package twice are errors:
 * a merge or a broken transfer must not go unnoticed.
 *
 * Throws `LockSyntaxError`.
 */
export function readLockText(text: string): PackageLock {
  const found = {
    archives: [] as LockedArchive[],
    wanted: [] as string[],
    priorities: new Map<string, string>(),
    packages: new Map<string, LockedPackage>(),
  };
  let [installer, count]: [string | undefined, number | undefined] = [undefined, undefined];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const fail = (message: string, column = 1): never => {
      throw new LockSyntaxError(index + 1, column, message);
    };
    if (line.includes('\r')) fail('has a carriage return; the lines of a lock end with LF', line.indexOf('\r') + 1);
    if (index === 0) {
      if (line !== `slipway-lock ${FORMAT}`) fail(`is not "slipway-lock ${FORMAT}"`);
      continue;
    }
    if (line === '' && index === lines.length - 1) break;
    if (line.startsWith('#')) continue;
    const [kind = '', ...fields] = line.split(' ');
    const form =
      FORMS.get(kind) ?? fail(`begins with ${JSON.stringify(shortened(kind))}, which no line of a lock does`);
    const values = fields.map((field, at) => {
      const [name, pattern] = form[at] ?? fail(`has more than ${form.length} fields`, columnOf(line, at));
      return pattern.test(field) ? field : fail(`has a wrong ${name}: ${shortened(field)}`, columnOf(line, at));
    });
    if (values.length < form.length) fail(`has no ${form[values.length]?.[0] ?? 'value'}`, line.length + 1);
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = values;
    if (kind === 'installer') installer = first;
    if (kind === 'count') count = Number(first);
    if (kind === 'archive')
      found.archives.push({ url: decodeBlanks(first), suite: second, release: third, dated: fourth });
    if (kind === 'wanted') found.wanted.push(decodeBlanks(first));
    if (kind === 'priority') found.priorities.set(first, second);
    if (kind !== 'package') continue;
    if (found.packages.has(first)) fail(`has the package ${first} a second time`, columnOf(line, 0));
    // A package of IPS has no sum.
    if (installer !== 'ips' && fourth === '-') fail('has no SHA-256', columnOf(line, 3));
    found.packages.set(first, { name: first, architecture: second, version: third, sha256: fourth, origin: fifth });
  }
  const end = (message: string): never => {
    throw new LockSyntaxError(lines.length, 1, message);
  };
  if (installer !== 'apt' && installer !== 'ips') return end('comes before any line "installer"');
  if (count !== found.packages.size) end(`is the end after ${found.packages.size} of ${count ?? 'unknown'} packages`);
  return { ...found, installer, packages: [...found.packages.values()] };
}

type Field = readonly [name: string, pattern: RegExp];

const WORD = /^\S+$/;
const NAME: Field = ['name', /^[a-z0-9][\w+./-]*$/i];
const DIGEST = /^(-|[0-9a-f]{64})$/;

/** The fields of each kind of line. */
const FORMS: ReadonlyMap<string, readonly Field[]> = new Map([
  ['installer', [['installer', /^(apt|ips)$/]]],
  ['count', [['number', /^\d+$/]]],
  [
    'archive',
    [
      ['address', WORD],
      ['suite', WORD],
      ['digest', DIGEST],
      ['date', /^(-|\d{4}-\d\d-\d\dT[\d:.]+Z)$/],
    ],
  ],
  ['wanted', [['entry', WORD]]],
  ['priority', [NAME, ['priority', /^[a-z]+$/]]],
  [
    'package',
    [NAME, ['architecture', /^[a-z0-9-]+$/], ['version', /^[\w.+:~,-]+$/], ['SHA-256', DIGEST], ['origin', WORD]],
  ],
]);

/** The column of a field after the kind of line. */
const columnOf = (line: string, field: number): number =>
  line
    .split(' ')
    .slice(0, field + 1)
    .join(' ').length + 2;

const MAX_QUOTED = 40;
const shortened = (text: string): string => (text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}...` : text);
