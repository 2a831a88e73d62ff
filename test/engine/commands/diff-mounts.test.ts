import { mkdirSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { finished, TestProject } from '../../support/engine';

let project: TestProject;
afterEach(() => project.dispose());

it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'Diff names a mount in the build data and leaves its content out (needs root on Linux).',
  async () => {
    project = new TestProject();
    project.write({
      steps: [
        { name: 'a', body: ':' },
        { name: 'b', body: 'mkdir "$3/mnt"; echo 1 >"$3/own"; false' },
      ],
    });
    await project.build();
    mkdirSync(`${project.folder}/foreign`);
    project.file('foreign/secret', '1');
    const mounted = 'mount --bind foreign area/build_data/tmp/mnt && exec distro_const diff "$@"';
    const inMount = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mounted, 'sh'];
    const text = await finished(project.spawn([...inMount, 'manifest.xml', 'b']));
    expect(text.stderr).toContain('tmp/mnt is a mount in the build data. It and its content were left out.');
    expect(text.stdout).not.toContain('mnt');
    const json = await finished(project.spawn([...inMount, '--json', 'manifest.xml', 'b']));
    expect(JSON.parse(json.stdout)).toMatchObject({ added: 1, mounts: ['tmp/mnt'] });
  },
);
