import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

let project: TestProject;
beforeAll(async () => {
  project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body: 'exit 1' }] });
  expect((await project.build()).code).toBe(1);
  const manifest = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
  const withArea = (area: string): string =>
    manifest.replace(/<build_area>.*<\/build_area>/, `<build_area>${area}</build_area>`);
  project
    .file('binary.xml', Uint8Array.of(0xff, 0xfe, 0))
    .file('empty.xml', '')
    .file('bare.xml', '<distribution/>')
    .file('cut.xml', manifest.slice(0, 100))
    .file('null-area.xml', withArea('/dev/null'))
    .file('file-area.xml', withArea(join(project.folder, 'manifest.xml')))
    .file('proc-area.xml', withArea('/proc/x'))
    .file('relative-area.xml', withArea('relative/path'))
    .file('no-area.xml', withArea(''));
  mkdirSync(join(project.folder, 'folder.xml'));
});
afterAll(() => project.dispose());

/** Command lines that cannot succeed, by their exit status. */
const WRONG: Readonly<Record<1 | 2, readonly string[]>> = {
  1: [
    ...['status', 'checkpoints', 'plan', 'follow', 'cancel', 'prune', 'media', 'validate', 'build'].map(
      (name) => `${name} missing.xml`,
    ),
    ...['status', 'checkpoints', 'plan', 'follow', 'cancel', 'prune', 'media'].map(
      (name) => `${name} --json missing.xml`,
    ),
    ...['binary', 'empty', 'bare', 'cut', 'folder'].flatMap((name) => [
      `status --json ${name}.xml`,
      `build ${name}.xml`,
    ]),
    ...['null', 'file', 'proc', 'relative', 'no'].map((name) => `build ${name}-area.xml`),
    ...['diff --json manifest.xml nope', 'diff --json manifest.xml 7', 'diff --json manifest.xml a nope'],
    ...['ls --json manifest.xml a ../../etc', 'ls --json manifest.xml a pkg_image/none', 'ls manifest.xml nope'],
    ...[
      'cat manifest.xml a pkg_image',
      'cat manifest.xml a /etc/passwd',
      'cat manifest.xml a pkg_image/../../../../etc/passwd',
    ],
    ...[
      'follow --run ../../x manifest.xml',
      'follow --run nope --json manifest.xml',
      'follow --from 99999999 --run nope manifest.xml',
    ],
    ...['plan -r nope --json manifest.xml', 'plan -r b -p a manifest.xml', 'prune --from nope --json manifest.xml'],
    ...['build -r nope manifest.xml', 'build -p nope manifest.xml', 'build /tmp', 'pause manifest.xml b'],
    ...[
      'media --checksum ../x --json manifest.xml',
      'media --checksum nope manifest.xml',
      'query --json manifest.xml a[',
    ],
  ],
  2: [
    ...['cat --bytes 0 manifest.xml a x', 'cat --bytes -1 manifest.xml a x', 'cat --bytes 1e3 manifest.xml a x'],
    ...['follow --from -1 manifest.xml', 'follow --from 1.5 manifest.xml', 'follow --from x --json manifest.xml'],
    ...['plan -R -r a manifest.xml', 'status --since', 'status manifest.xml manifest.xml', 'prune --from'],
    ...[
      'build',
      'build --list manifest.xml',
      'build -x manifest.xml',
      'build manifest.xml -l',
      'build -R -r a manifest.xml',
    ],
    ...['build -l -R manifest.xml', 'build -r b -p a manifest.xml', 'build -r', 'build -p a -p b manifest.xml'],
    ...['', 'nonsense', 'nonsense x', '--nonsense', '-l manifest.xml'],
  ],
};

it.each(Object.entries(WRONG))(
  'A wrong command line ends with status %s and a message, with --json in one JSON document.',
  async (status, lines) => {
    const problems: string[] = [];
    const waiting = [...lines];
    await Promise.all([worker(), worker()]);
    expect(problems.join('\n')).toBe('');

    async function worker(): Promise<void> {
      for (let line = next(); line !== undefined; line = next()) {
        const { code, stdout, stderr } = await project.run(...line.split(' ').filter(Boolean));
        const faults = [];
        if (code !== Number(status)) faults.push(`status ${code}`);
        if (/defect|node:internal|\n {4}at /.test(stdout + stderr)) faults.push('a defect');
        if (stderr.trim() === '' && !line.includes('--json')) faults.push('no message');
        if (line.includes('--json') && status === '1' && !isJson(stdout))
          faults.push(`not JSON: ${stdout.slice(0, 80)}`);
        if (faults.length > 0) problems.push(`${line}: ${faults.join(', ')}: ${stderr.trim().slice(0, 200)}`);
      }
    }
    function next(): string | undefined {
      return waiting.shift();
    }
  },
  120_000,
);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
