import { afterEach, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { count, report } from '../support/faults/count';

const FILES = 200;

let project: TestProject | undefined;
afterEach(() => project?.dispose());

/** Commands that only read, with a check of each answer that they give. */
const READ_COMMANDS: readonly { readonly args: readonly string[]; readonly isTrue: (stdout: string) => boolean }[] = [
  { args: ['status', '--json', 'manifest.xml'], isTrue: (text) => typeof JSON.parse(text) === 'object' },
  { args: ['checkpoints', 'manifest.xml'], isTrue: (text) => !/NaN|^[bc] .*\s0 B/m.test(text) },
  { args: ['plan', '-R', 'manifest.xml'], isTrue: (text) => text !== '' },
  { args: ['diff', 'manifest.xml', 'b', 'c'], isTrue: (text) => /^1 added, 1 changed, 0 removed/m.test(text) },
  { args: ['diff', 'manifest.xml', 'a', 'b'], isTrue: (text) => text.includes(`${FILES + 1} added, 0 changed`) },
  { args: ['ls', 'manifest.xml', 'c', 'pkg_image'], isTrue: (text) => text.match(/ f\d+$/gm)?.length === FILES },
  { args: ['cat', 'manifest.xml', 'c', 'pkg_image/f7'], isTrue: (text) => text === '7\n' },
  { args: ['build', '-l', 'manifest.xml'], isTrue: () => true },
];

it('what is shown while builds roll back and take checkpoints is true, or is an error that is no defect', async () => {
  const made = new TestProject({
    steps: [
      { name: 'a', body: `n=0; while [ $n -lt ${FILES} ]; do echo $n >"$2/f$n"; n=$((n + 1)); done` },
      { name: 'b', body: 'echo b >"$2/b"' },
      { name: 'c', body: 'echo c >"$2/c"' },
    ],
  });
  project = made;
  expect((await made.build()).code).toBe(0);
  const problems: string[] = [];
  const total = { looks: 0, refused: 0, builds: 0 };
  let ended = false;
  const building = (async () => {
    for (let n = 0; n < count(3, 60); n++) {
      const { code, stderr } = await made.build('-r', 'b');
      total.builds++;
      if (code !== 0) problems.push(`build -r b ends with ${code}: ${stderr}`);
    }
    ended = true;
  })();
  for (let n = 0; !ended; n++) {
    const { args, isTrue } = READ_COMMANDS[n % READ_COMMANDS.length] ?? { args: [], isTrue: () => false };
    const { code, stdout, stderr } = await made.run(...args);
    total.looks++;
    if (/defect/.test(stderr)) problems.push(`${args.join(' ')}: ${stderr}`);
    else if (code !== 0) total.refused++;
    else if (!isTrue(stdout)) problems.push(`${args.join(' ')} is not true: ${stdout.slice(-300)}`);
  }
  await building;
  report(`looking while it builds: ${total.looks} looks at ${total.builds} builds, ${total.refused} refused`);
  expect(problems.join('\n')).toBe('');
  expect(total.looks).toBeGreaterThan(total.refused);
});
