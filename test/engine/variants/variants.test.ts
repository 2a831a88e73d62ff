// Variants beside a manifest: listed with their fork points, exported as plain manifests, checked by `validate`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValidateAnswer } from '../../../src-shared/engine-answers/validate';
import { variantsAnswer, type VariantsAnswer } from '../../../src-shared/engine-answers/variants';
import { finished, TestProject } from '../../support/engine';
import { originalCommand } from '../../support/original-command';

let project: TestProject;
beforeEach(() => {
  project = new TestProject({
    steps: ['a', 'b', 'c'].map((name) => ({
      name,
      body: `echo "${name} $(ManifestRead -k "$1" ${name})" >>"$2/made"`,
    })),
    pairs: { a: '1', b: '1', c: '1' },
  });
  mkdirSync(join(project.folder, 'variants'));
});
afterEach(() => project.dispose());

const variant = (name: string, changes = ''): void =>
  writeFileSync(join(project.folder, 'variants', `${name}.xml`), `<variant>\n  ${changes}\n</variant>\n`);
const list = async (): Promise<VariantsAnswer> => variantsAnswer.parse(await project.json('variants'));
const manifest = (): string => readFileSync(join(project.folder, 'manifest.xml'), 'utf8');

describe('variants', () => {
  it('Before a build the steps may read everything; after it the fork point is the first step that reads the value.', async () => {
    variant('de', '<set key="b" value="de"/>');
    variant('en');
    variant('fr', '<set key="b" value="fr"/>');
    const before = await list();
    expect(before.variants.map(({ name, fork, state }) => [name, fork?.step, fork?.known, state])).toEqual([
      ['de', 'a', 'unknown', 'not-built'],
      ['en', undefined, undefined, 'not-built'],
      ['fr', 'a', 'unknown', 'not-built'],
    ]);
    await project.build();
    const { variants, steps } = await list();
    expect(variants.map(({ name, fork, state, line }) => [name, fork?.step, fork?.known, state, line])).toEqual([
      ['de', 'b', 'recorded', 'not-built', null],
      ['en', undefined, undefined, 'current', 'main'],
      ['fr', 'b', 'recorded', 'not-built', null],
    ]);
    expect(variants[0]?.fork?.causes).toEqual([{ request: 'b', name: 'b', from: '1', to: 'de' }]);
    expect(steps.map(({ step, runs, of, shared }) => [step, runs, of, shared])).toEqual([
      ['a', 1, 3, 3],
      ['b', 3, 3, 1],
      ['c', 3, 3, 1],
    ]);
    const { stdout } = await project.run('variants', 'manifest.xml');
    expect(stdout).toContain('de  b = de; leaves the manifest at b: b is first read by b; not built\n');
    expect(stdout).toContain('From the beginning 7 of 9 steps have to run:\n  a: runs once, all 3 share it\n');
  });

  it('A step that has not run has the fork point of the reads that its script declares.', async () => {
    for (const name of ['a', 'b', 'c'])
      project.file(`scripts/${name}.meta.json`, JSON.stringify({ reads: name === 'c' ? ['c', 'name'] : [name] }));
    variant('late', '<set key="c" value="2"/>');
    variant('named', '<set path="name" value="other"/>');
    const { variants, steps } = await list();
    expect(variants.map(({ fork }) => [fork?.step, fork?.known, fork?.causes.map(({ name }) => name)])).toEqual([
      ['c', 'declared', ['c']],
      ['c', 'declared', ['name']],
    ]);
    expect(steps.map(({ runs }) => runs)).toEqual([1, 1, 2]);
    const { stdout } = await project.run('variants', 'manifest.xml');
    expect(stdout).toContain('  c: runs 2 times, no two share it (by the declared reads of its script)\n');
  });

  it('A variant with an error is listed with it, and the others stay.', async () => {
    variant('bad', '<package remove="gone"/>');
    variant('good');
    const { variants, steps } = await list();
    expect(variants.map(({ name, problems }) => [name, problems.map(({ line, code }) => [line, code])])).toEqual([
      ['bad', [[2, 'variant-package']]],
      ['good', []],
    ]);
    expect(steps[0]?.of).toBe(1);
    expect((await project.run('variants', 'manifest.xml')).stdout).toContain(
      'bad   error in line 2: The manifest does not install `gone`.\n',
    );
  });

  it('Without variants the list is empty, and the text reports that.', async () => {
    rmSync(join(project.folder, 'variants'), { recursive: true });
    expect((await project.run('variants', 'manifest.xml')).stdout).toMatch(/^There are no variants/);
    expect(await list()).toEqual({ variants: [], steps: [] });
  });
});

describe('export', () => {
  it('writes a plain manifest that keeps the other text byte for byte', async () => {
    variant('de', '<set key="b" value="de"/>');
    const expected = manifest().replace('key="b" value="1"', 'key="b" value="de"');
    const { code, stdout } = await project.run('export', '--variant', 'de', 'manifest.xml');
    expect([code, stdout]).toEqual([0, expected]);
    expect((await project.run('export', '--variant', 'de', '-o', 'de.xml', 'manifest.xml')).code).toBe(0);
    expect(readFileSync(join(project.folder, 'de.xml'), 'utf8')).toBe(expected);
    expect((await project.run('build', 'de.xml')).code).toBe(0);
    expect(project.read('build_data/pkg_image/made')).toBe('a 1\nb de\nc 1\n');
  });

  it('The stand-in for the original command builds an exported variant, and does not see the folder of variants.', async () => {
    // It does not answer requests for values.
    for (const name of ['a', 'b', 'c']) project.script(name);
    variant('short', '<output off="b"/>');
    await project.run('export', '--variant', 'short', '-o', 'short.xml', 'manifest.xml');
    const { code, stderr } = await finished(project.spawn([originalCommand(project.folder), 'build', 'short.xml']));
    expect(code, stderr).toBe(0);
    expect(project.ran()).toEqual(['a', 'c']);
  });

  it('keeps the encoding of the manifest', async () => {
    const text = `<?xml version="1.0" encoding="ISO-8859-1"?>\n${manifest().replace('key="a"', 'key="\u00e9"')}`;
    project.file('manifest.xml', Buffer.from(text, 'latin1'));
    variant('de', '<set key="b" value="\u00e4"/>');
    expect((await project.run('export', '--variant', 'de', '-o', 'de.xml', 'manifest.xml')).code).toBe(0);
    expect(readFileSync(join(project.folder, 'de.xml'), 'latin1')).toBe(
      text.replace('key="b" value="1"', 'key="b" value="\u00e4"'),
    );
    variant('ru', '<set key="b" value="\u0434"/>');
    const { code, stderr } = await project.run('export', '--variant', 'ru', 'manifest.xml');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ISO-8859-1')]);
  });

  it.each([
    [['export', 'manifest.xml'], 2, 'Name the variant: --variant NAME.'],
    [['export', '--variant', 'dd', 'manifest.xml'], 1, 'manifest.xml has no variant dd.\nIs de meant?'],
    [['export', '--variant', 'gone', 'manifest.xml'], 1, 'The variants are: bad, de'],
    [
      ['export', '--variant', 'bad', 'manifest.xml'],
      1,
      'variants/bad.xml:2:3: error: The manifest has no `img_params/zzz`. A variant replaces values',
    ],
    [
      ['export', '--variant', 'de', '-o', './manifest.xml', 'manifest.xml'],
      1,
      './manifest.xml is the manifest itself.',
    ],
  ])('%s is refused', async (args, status, message) => {
    variant('de');
    variant('bad', '<set path="img_params/zzz" value="1"/>');
    const { code, stderr, stdout } = await project.run(...args);
    expect([code, stdout]).toEqual([status, '']);
    expect(stderr).toContain(message);
  });
});

describe('validate', () => {
  it('reports the problems of variants with file, line and column, and those that a variant gives to the manifest', async () => {
    variant('bad', '<package remove="gone"/>');
    variant('value', '<set path="distro_constr_params/distro_constr_flags/stop_on_error" value="perhaps"/>');
    writeFileSync(join(project.folder, 'variants', 'no variant.xml'), '<variant/>');
    const { code, stdout } = await project.run('validate', 'manifest.xml');
    expect(code).toBe(1);
    expect(stdout).toContain('variants/bad.xml:2:3: error: The manifest does not install `gone`. Remove');
    expect(stdout).toContain('variants/no variant.xml:1:1: error: The name of a variant has letters');
    expect(stdout).toMatch(/^variants\/value\.xml:2:3: error: /m);
    const json = await project.run('validate', '--json', 'manifest.xml');
    const answer = JSON.parse(json.stdout) as ValidateAnswer;
    expect([answer.valid, answer.problems.filter(({ severity }) => severity === 'error')]).toEqual([false, []]);
    expect(answer.variants?.map(({ name, problems }) => [name, problems.length > 0])).toEqual([
      ['bad', true],
      ['no variant', true],
      ['value', true],
    ]);
  });

  it('A file that is not XML and a file that cannot be decoded are problems of that variant only.', async () => {
    variant('good');
    writeFileSync(join(project.folder, 'variants', 'text.xml'), 'hello');
    writeFileSync(join(project.folder, 'variants', 'bytes.xml'), Buffer.from([0x3c, 0x76, 0xff, 0xfe, 0x80]));
    const { code, stdout } = await project.run('validate', 'manifest.xml');
    expect([code, stdout.split('\n').filter((line) => /variants\//.test(line)).length]).toEqual([1, 2]);
  });
});

it('`plan --variant` plans the build of a variant.', async () => {
  await project.build();
  variant('de', '<set key="b" value="de"/>');
  expect((await project.run('plan', '--variant', 'de', 'manifest.xml')).stdout).toContain('Stale from b on:');
  expect((await project.run('plan', '--variant', 'nn', 'manifest.xml')).code).toBe(1);
});
