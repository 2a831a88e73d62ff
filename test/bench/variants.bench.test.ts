import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { TestProject } from '../support/engine';

/*
 * 200 variants with a line each: whole processes of the commands that list them, and a build where nothing has to run. The
 * test asserts only that each command did its work.
 */

const VARIANTS = 200;
const ROUNDS = 5;
const STEPS = ['populate', 'modify', 'pack', 'iso'];
const rows: string[] = [];
afterAll(() => void process.stdout.write(`\n${rows.join('\n')}\n\n`));

const median = (seconds: readonly number[]): number => [...seconds].sort((a, b) => a - b)[seconds.length >> 1] ?? NaN;

it('Commands on an area with 200 variants.', async () => {
  const project = new TestProject({
    steps: STEPS.map((name) => ({ name, body: `ManifestRead -k "$1" ${name} >>"$2/made"` })),
    pairs: Object.fromEntries(STEPS.map((name) => [name, '1'])),
  });
  try {
    mkdirSync(join(project.folder, 'variants'));
    for (let n = 0; n < VARIANTS; n++)
      writeFileSync(
        join(project.folder, 'variants', `v${String(n).padStart(3, '0')}.xml`),
        `<variant><set key="${STEPS[1 + (n % 3)]}" value="v${n}"/></variant>`,
      );
    const time = async (...args: string[]): Promise<number> => {
      const started = performance.now();
      const { code, stderr } = await project.run(...args);
      expect(code, stderr).toBe(0);
      return (performance.now() - started) / 1000;
    };
    rows.push(`variants before a build: ${(await time('variants', 'manifest.xml')).toFixed(2)} s`);
    rows.push(`build --variants: ${(await time('build', '--variants', 'manifest.xml')).toFixed(2)} s`);
    for (const args of [
      ['variants', 'manifest.xml'],
      ['variants', '--json', 'manifest.xml'],
      ['lines', 'manifest.xml'],
      ['plan', 'manifest.xml'],
      ['plan', '--variant', 'v100', 'manifest.xml'],
      ['validate', 'manifest.xml'],
    ]) {
      const seconds: number[] = [];
      for (let round = 0; round < ROUNDS; round++) seconds.push(await time(...args));
      rows.push(`${args.slice(0, -1).join(' ')}: ${median(seconds).toFixed(2)} s`);
    }
    rows.push(`build --variants, nothing to run: ${(await time('build', '--variants', 'manifest.xml')).toFixed(2)} s`);
  } finally {
    project.dispose();
  }
});
