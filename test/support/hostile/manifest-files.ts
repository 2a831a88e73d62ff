import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksRootOr } from '../run-tool';

const blank = join(import.meta.dirname, '../../../resources/templates/blank');

/** The expected result of opening a hostile file. */
export type Outcome =
  /** It opens with forms. */
  | 'opened'
  /** It opens as text; the problem has its line and column. */
  | 'not well-formed'
  /** It does not open. The error names the file and the next action. */
  | 'refused';

/** A file that attacks the program that opens it. */
export interface HostileFile {
  /** The end of a test's name, after "A manifest". */
  readonly title: string;
  readonly outcome: Outcome;
  /** Why it cannot be made here, or `undefined`. */
  readonly lacks?: string | undefined;
  /** Creates it in an empty folder, and returns its path. */
  make(folder: string): string;
}

const sample = readFileSync(join(blank, 'manifest.xml'), 'utf8');

/** Inserts a text into the sample before the first element. */
const withDoctype = (subset: string, use = ''): string =>
  sample.replace(/<distribution\b/, `<!DOCTYPE distribution [${subset}]>\n<distribution`).replace('Say hello', use);

const bomb = Array.from({ length: 12 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
const packages = (count: number): string =>
  sample.replace(
    /<packages>[\s\S]*<\/packages>|<packages\/>/,
    `<packages>${Array.from({ length: count }, (_, at) => `<pkg name="p${at}"/>`).join('')}</packages>`,
  );

function file(title: string, outcome: Outcome, content: string | Uint8Array, name = 'manifest.xml'): HostileFile {
  return {
    title,
    outcome,
    make(folder) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
}

function place(title: string, outcome: Outcome, make: (path: string, folder: string) => void): HostileFile {
  return {
    title,
    outcome,
    make(folder) {
      const path = join(folder, 'manifest.xml');
      make(path, folder);
      return path;
    },
  };
}

/** A valid manifest beside a hostile file. */
function beside(title: string, make: (folder: string) => void): HostileFile {
  return place(title, 'opened', (path, folder) => {
    cpSync(join(blank, 'manifest.xml'), path);
    make(folder);
  });
}

const texts: readonly HostileFile[] = [
  file('of 8 MiB and a byte', 'refused', Buffer.alloc(8 * 1024 * 1024 + 1, 0x20)),
  file('that is empty', 'not well-formed', ''),
  file('of 8 MiB of blanks', 'not well-formed', Buffer.alloc(8 * 1024 * 1024, 0x20)),
  file('with 50,000 packages', 'opened', packages(50_000)),
  file('with 300,000 packages', 'not well-formed', packages(300_000)),
  file('with 100,000 open elements', 'not well-formed', '<a>'.repeat(100_000)),
  file('with 100,000 nested elements', 'not well-formed', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`),
  file('with 200 nested unknown elements', 'opened', `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`),
  file(
    'with 100,000 attributes',
    'opened',
    `<distribution name="x" ${Array.from({ length: 100_000 }, (_, at) => `a${at}=""`).join(' ')}/>`,
  ),
  file('with a name of 5 MB', 'opened', `<distribution name="${'x'.repeat(5_000_000)}"/>`),
  file('with an element name of 1 MB', 'opened', `<${'x'.repeat(1_000_000)}/>`),
  file('with a million line ends', 'opened', `<distribution name="x">${'\n'.repeat(1_000_000)}</distribution>`),
  file('with an unclosed comment of 5 MB', 'not well-formed', `<distribution><!--${'-x'.repeat(2_500_000)}`),
  file('with an unclosed CDATA section', 'not well-formed', `<distribution><![CDATA[${']]'.repeat(1_000_000)}`),
  file('with an unclosed DOCTYPE', 'not well-formed', `<!DOCTYPE d [${'<!ENTITY x "y">'.repeat(50_000)}`),
  file('with an unclosed start tag', 'not well-formed', `<distribution ${'a="b" '.repeat(1)}`),
  file('with 500,000 ampersands', 'not well-formed', `<distribution name="${'&'.repeat(500_000)}"/>`),
  file('with entities that grow without end', 'not well-formed', withDoctype(`<!ENTITY l0 "lol">${bomb}`, '&l12;')),
  file('with an entity that contains itself', 'not well-formed', withDoctype('<!ENTITY a "&a;">', '&a;')),
  file(
    'with two entities that contain each other',
    'not well-formed',
    withDoctype('<!ENTITY a "&b;"><!ENTITY b "&a;">', '&a;'),
  ),
  file(
    'with an entity of another file',
    'not well-formed',
    withDoctype('<!ENTITY x SYSTEM "file:///etc/shadow">', '&x;'),
  ),
  file(
    'with an entity of a server',
    'not well-formed',
    withDoctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">', '&x;'),
  ),
  file('with a parameter entity', 'opened', withDoctype('<!ENTITY % p SYSTEM "file:///etc/shadow">', 'x')),
  file('with an entity beyond Unicode', 'not well-formed', withDoctype('<!ENTITY x "&#x110000;">', '&x;')),
  file('with a surrogate as an entity', 'not well-formed', withDoctype('<!ENTITY x "&#xd800;">', '&x;')),
  file('with an escape character as an entity', 'not well-formed', withDoctype('<!ENTITY x "&#27;[2J">', '&x;')),
  file(
    'with names of the prototype',
    'opened',
    '<distribution name="__proto__"><constructor/><__proto__/></distribution>',
  ),
  file(
    'with control and bidirectional characters in its values',
    'opened',
    sample.replace('Say hello', '\u202egro.elpmaxe\u2066\u200f\u0085\u2028').replace(/name="[^"]*"/, 'name="\u202ex"'),
  ),
  file(
    'with markup in its values',
    'opened',
    sample.replace('Say hello', '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'),
  ),
  file(
    'with script paths that leave its folder',
    'opened',
    sample.replace(/script name="[^"]*"/g, 'script name="../../../../etc/shadow"'),
  ),
  file(
    'with a script path of options',
    'opened',
    sample.replace(/script name="[^"]*"/g, 'script name="-rf $(id) `id`"'),
  ),
];

const encodings: readonly HostileFile[] = [
  file('that is a program', 'refused', readFileSync(process.execPath).subarray(0, 100_000)),
  file('with zero bytes', 'refused', sample.replace('Say hello', '\0')),
  file('that is UTF-8 and names UTF-16', 'refused', sample.replace('UTF-8', 'UTF-16')),
  file('in UTF-16 without a byte order mark', 'opened', Buffer.from(sample.replace('UTF-8', 'UTF-16'), 'utf16le')),
  file('in UTF-32', 'refused', Buffer.from([...sample].flatMap((one) => [one.charCodeAt(0), 0, 0, 0]))),
  file('with an unknown encoding', 'refused', sample.replace('UTF-8', 'x-evil')),
  file('that names UTF-7', 'refused', sample.replace('UTF-8', 'UTF-7')),
  file(
    'with overlong UTF-8',
    'refused',
    Buffer.concat([Buffer.from('<a>'), Buffer.from([0xc0, 0xaf]), Buffer.from('</a>')]),
  ),
  file('with half a character at its end', 'refused', Buffer.concat([Buffer.from(sample), Buffer.from([0xe2, 0x82])])),
  file('with surrogates in UTF-8', 'refused', Buffer.concat([Buffer.from('<a>'), Buffer.from([0xed, 0xa0, 0x80])])),
  file('with two byte order marks', 'opened', `\ufeff\ufeff${sample}`),
  file('with a declared encoding of 180 characters', 'refused', sample.replace('UTF-8', 'x'.repeat(150))),
];

const needsRoot = lacksRootOr('mknod');

const places: readonly HostileFile[] = [
  place('that is a folder', 'refused', (path) => void mkdirSync(path)),
  place('that does not exist', 'refused', () => undefined),
  place('that is a link to itself', 'refused', (path) => symlinkSync('manifest.xml', path)),
  place('that is a link to nothing', 'refused', (path) => symlinkSync('nothing', path)),
  place('that is a link to an endless device', 'refused', (path) => symlinkSync('/dev/zero', path)),
  place('that is a link to the memory of the app', 'refused', (path) => symlinkSync('/proc/self/mem', path)),
  place('that is a link to kernel messages', 'refused', (path) => symlinkSync('/proc/kmsg', path)),
  place('that is a pipe without a writer', 'refused', (path) => execFileSync('mkfifo', [path])),
  { ...place('that is a device', 'refused', (path) => execFileSync('mknod', [path, 'c', '1', '5'])), lacks: needsRoot },
  place('that is a terminal', 'refused', (path) => symlinkSync('/dev/ptmx', path)),
  place('of 1 TB without content', 'refused', (path) => {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 40);
  }),
  file('whose name has a line end', 'opened', sample, 'one\nother.xml'),
  file('whose name has an escape sequence', 'opened', sample, 'a\u001b]0;x\u0007.xml'),
  file('whose name is written from right to left', 'opened', sample, 'a\u202elmx.exe.xml'),
  file('whose name is markup', 'opened', sample, '<img src=x onerror=alert(1)>.xml'),
  file('whose name begins with a dash', 'opened', sample, '-rf.xml'),
  file('whose name is as long as can be', 'opened', sample, `${'n'.repeat(251)}.xml`),
];

const neighbours: readonly HostileFile[] = [
  beside('whose scripts folder is a pipe', (folder) => execFileSync('mkfifo', [join(folder, 'scripts')])),
  beside('whose scripts folder is a link to itself', (folder) => symlinkSync('scripts', join(folder, 'scripts'))),
  beside('whose scripts folder is that of the system', (folder) => symlinkSync('/etc', join(folder, 'scripts'))),
  beside('one of whose scripts is a pipe', (folder) => {
    mkdirSync(join(folder, 'scripts'));
    execFileSync('mkfifo', [join(folder, 'scripts/hello')]);
  }),
  beside('one of whose scripts is an endless device', (folder) => {
    mkdirSync(join(folder, 'scripts'));
    symlinkSync('/dev/zero', join(folder, 'scripts/hello'));
  }),
  beside('one of whose scripts has 1 TB', (folder) => {
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'scripts/hello'), '');
    truncateSync(join(folder, 'scripts/hello'), 2 ** 40);
  }),
  beside('with 3,000 scripts', (folder) => {
    mkdirSync(join(folder, 'scripts'));
    for (let at = 0; at < 3000; at++) writeFileSync(join(folder, `scripts/s${at}`), '');
  }),
  beside('with scripts of hostile names', (folder) => {
    mkdirSync(join(folder, 'scripts'));
    for (const name of ['a\nb', 'a\u202eb', '<b>x', '-rf', 'a\u001b[2J'])
      writeFileSync(join(folder, 'scripts', name), '');
  }),
];

/** All hostile files. */
export const HOSTILE_FILES: readonly HostileFile[] = [...texts, ...encodings, ...places, ...neighbours];
