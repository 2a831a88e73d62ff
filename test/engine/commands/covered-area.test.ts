import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { finished, TestProject, type Ran } from '../../support/engine';

let project: TestProject;
afterEach(() => project.dispose());

const COMMANDS = [
  ['status', 'manifest.xml'],
  ['status', '--json', 'manifest.xml'],
  ['checkpoints', 'manifest.xml'],
  ['plan', 'manifest.xml'],
  ['diff', 'manifest.xml', 'b'],
  ['ls', 'manifest.xml', 'b'],
  ['cat', 'manifest.xml', 'b', 'pkg_image/own'],
  ['extract', 'manifest.xml', 'b', 'copy'],
  ['prune', 'manifest.xml'],
];

async function build(): Promise<void> {
  project = new TestProject();
  project.write({
    steps: [
      { name: 'a', body: 'echo 1 >"$2/own"' },
      { name: 'b', body: ':' },
    ],
  });
  expect((await project.build()).code).toBe(0);
  mkdirSync(`${project.folder}/foreign`);
  project.file('foreign/secret', '1');
}

it
  .skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)
  .each(['build_data', '.slipway', '.slipway/snapshots'])(
  'A mount over a part of the area is refused with the command that undoes it, and its content is not shown: %s (needs root on Linux).',
  async (name) => {
    await build();
    const at = `${project.area}/${name}`;
    const run = (argv: readonly string[]): Promise<Ran> => {
      const mounted = `mount --bind foreign "${at}" && exec distro_const "$@"`;
      return finished(
        project.spawn(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mounted, 'sh', ...argv]),
      );
    };
    for (const argv of COMMANDS) {
      const { code, stdout, stderr } = await run(argv);
      expect([argv, code, stdout + stderr]).toEqual([argv, 1, expect.stringContaining(`umount -- '${at}'`)]);
      expect(stdout + stderr).not.toContain('secret');
    }
    // A build must stay reachable when a mount covers its data.
    if (name === 'build_data') expect((await run(['cancel', 'manifest.xml'])).stderr).toContain('No build is running');
    for (const argv of COMMANDS) expect([argv, (await project.run(...argv)).code]).toEqual([argv, 0]);
  },
);

it('A link in place of the build data is refused, and its target is not shown.', async () => {
  await build();
  rmSync(`${project.area}/build_data`, { recursive: true });
  symlinkSync(`${project.folder}/foreign`, `${project.area}/build_data`);
  for (const argv of COMMANDS) {
    const { code, stdout, stderr } = await project.run(...argv);
    expect([argv, code, stdout + stderr]).toEqual([argv, 1, expect.stringContaining('is a symbolic link')]);
    expect(stdout + stderr).not.toContain('secret');
  }
});
