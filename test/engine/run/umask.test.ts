import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { finished, TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a', body: 'umask >"$2/umask"; touch "$2/made"' }] });
});
afterEach(() => project.dispose());

const mode = (...path: string[]): string => (statSync(join(project.area, ...path)).mode & 0o777).toString(8);

it.each([
  ['077', '700', '600'],
  ['777', '700', '600'],
  ['000', '755', '644'],
])(
  'With umask %s the area is %s and the files of the engine are %s, and steps have umask 022.',
  async (umask, folder, file) => {
    const build = project.spawn([
      'sh',
      '-c',
      `umask ${umask}; exec "$0" build manifest.xml`,
      join(project.bin, 'distro_const'),
    ]);
    expect((await finished(build)).code).toBe(0);
    expect(['', 'logs', 'media', '.slipway'].map((name) => mode(name))).toEqual(Array(4).fill(folder));
    const files = [
      '.step_a',
      ...readdirSync(join(project.area, 'logs')).map((name) => `logs/${name}`),
      '.slipway/checkpoints/area',
    ];
    expect(files.map((name) => mode(name))).toEqual(files.map(() => file));
    expect(project.read('build_data/pkg_image/umask').trim()).toBe('0022');
    expect([mode('build_data/pkg_image'), mode('build_data/pkg_image/made')]).toEqual(['755', '644']);
  },
);

it.each([
  ['600', '600'],
  ['640', '640'],
  ['444', '444'],
  ['666', '644'],
])(
  'The state file of a manifest with mode %s has mode %s, because a manifest may have passwords.',
  async (of, copy) => {
    chmodSync(join(project.folder, 'manifest.xml'), Number.parseInt(of, 8));
    for (let build = 0; build < 2; build++) {
      expect((await project.build()).code).toBe(0);
      expect([mode('.step_a'), mode('.slipway/checkpoints/a.json')]).toEqual([copy, '644']);
    }
  },
);
