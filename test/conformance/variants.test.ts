// Variants on each kind of build area: shared steps run once, and each image is that of the clean build of its manifest.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LinesAnswer } from '../../src-shared/engine-answers/lines';
import type { MediaAnswer } from '../../src-shared/engine-answers/media';
import { finished, says, type TestProject } from '../support/engine';
import { PLACES, type Place } from '../support/faults/places';

const STEPS = ['populate', 'modify', 'pack', 'iso'];
const VARIANTS: Readonly<Record<string, string>> = {
  de: '<set key="modify" value="de"/>',
  en: '',
  fr: '<set key="modify" value="fr"/>',
  fast: '<set key="pack" value="fast"/>',
  // Its last step differs only.
  named: '<set path="name" value="named"/>',
};

/** Each step adds its value to the image; the last one makes an image file of all of them, named after the distribution. */
function write({ project, area }: Place): TestProject {
  const add = (name: string): string => `echo "${name} $(ManifestRead -k "$1" ${name})" >>"$2/made"`;
  project.write({
    area,
    steps: STEPS.map((name) => ({
      name,
      body:
        name === 'iso'
          ? 'cat "$2/made" >"$5/image.iso"; ManifestRead "$1" name >>"$5/image.iso"'
          : `${add(name)}\n[ ! -e ${project.folder}/wait-${name} ] || { echo waiting >&2; sleep 60; }`,
    })),
    pairs: { populate: '1', modify: '1', pack: '1' },
  });
  mkdirSync(join(project.folder, 'variants'));
  for (const [name, changes] of Object.entries(VARIANTS)) addVariant(project, name, changes);
  return project;
}

const addVariant = (project: TestProject, name: string, changes: string): void =>
  writeFileSync(join(project.folder, 'variants', `${name}.xml`), `<variant>${changes}</variant>`);

async function imageOf(project: TestProject, line: string): Promise<string> {
  const { folder } = JSON.parse(
    (await project.run('media', '--json', '--line', line, 'manifest.xml')).stdout,
  ) as MediaAnswer;
  return readFileSync(join(folder, 'image.iso'), 'utf8');
}

const linesOf = async (project: TestProject): Promise<LinesAnswer['lines']> =>
  ((await project.json('lines')) as LinesAnswer).lines;

/** How many times each step has run since the last call. */
function runsOf(project: TestProject): Record<string, number> {
  const runs: Record<string, number> = {};
  for (const step of project.ran()) runs[step] = (runs[step] ?? 0) + 1;
  return runs;
}

/** The images of all variants, each by a build from the beginning of its exported manifest in the same area. */
async function cleanImages(project: TestProject): Promise<Record<string, string>> {
  const images: Record<string, string> = {};
  for (const name of Object.keys(VARIANTS)) {
    expect((await project.run('export', '--variant', name, '-o', `${name}.xml`, 'manifest.xml')).code).toBe(0);
    const { code, stderr } = await project.run('build', '--fork', `${name}.xml`);
    expect(code, stderr).toBe(0);
    const active = (await linesOf(project)).find((line) => line.active)?.id ?? '';
    images[name] = await imageOf(project, active);
  }
  return images;
}

describe.each(PLACES)('$name', ({ lacks, open }) => {
  it.skipIf(lacks)(
    'All variants are built, shared steps run once, and each image is that of its clean build (skipped without root or the file system).',
    async () => {
      const place = await open();
      try {
        const project = write(place);
        const { code, stderr } = await project.run('build', '--variants', 'manifest.xml');
        expect(code, stderr).toBe(0);
        expect(runsOf(project)).toEqual({ populate: 1, modify: 3, pack: 4, iso: 5 });
        const built: Record<string, string> = {};
        for (const name of Object.keys(VARIANTS)) built[name] = await imageOf(project, name);
        expect(built).toEqual(await cleanImages(project));
        expect(built['de']).toBe('populate 1\nmodify de\npack 1\nsample\n');
        project.ran();
        // Nothing has changed, so nothing runs; and after one edit only that variant is built again.
        expect((await project.run('build', '--variants', '--detailed-exit', 'manifest.xml')).code).toBe(3);
        expect(project.ran()).toEqual([]);
        addVariant(project, 'fr', '<set key="pack" value="xz"/><set key="modify" value="fr"/>');
        const again = await project.run('build', '--variants', 'manifest.xml');
        expect(again.code, again.stderr).toBe(0);
        expect(project.ran()).toEqual(['pack', 'iso']);
        expect(await imageOf(project, 'fr')).toBe('populate 1\nmodify fr\npack xz\nsample\n');
        const own = (await linesOf(project)).filter(({ variant }) => variant !== null);
        expect(own.map(({ name }) => name).sort()).toEqual(Object.keys(VARIANTS).sort());
      } finally {
        await place.dispose();
      }
    },
  );

  it.skipIf(lacks)(
    'After kill -9 in the middle the same command goes on where it stopped (skipped without root or the file system).',
    async () => {
      const place = await open();
      try {
        const project = write(place);
        const wait = join(project.folder, 'wait-pack');
        writeFileSync(wait, '');
        const build = project.start('distro_const', ['build', '--variants', 'manifest.xml']);
        await says(build, /waiting/);
        rmSync(wait);
        build.kill('SIGKILL');
        await finished(build);
        expect(runsOf(project)).toEqual({ populate: 1, modify: 1, pack: 1 });
        const { code, stderr } = await project.run('build', '--variants', 'manifest.xml');
        expect(code, stderr).toBe(0);
        // `pack` was interrupted, and runs for each of the four groups of variants.
        expect(runsOf(project)).toEqual({ modify: 2, pack: 4, iso: 5 });
        for (const name of Object.keys(VARIANTS)) expect(await imageOf(project, name)).toContain('populate 1\n');
      } finally {
        await place.dispose();
      }
    },
  );
});
