import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffAnswer } from '../../../src-shared/engine-answers/files';
import type { MediaAnswer } from '../../../src-shared/engine-answers/media';
import { TestProject } from '../../support/engine';

const STEPS = ['a', 'b', 'c'];

let project: TestProject;
/** A line `main` that was built with the value 1, and the line of the build data, `line-2`, which left it before b with the value 2. */
beforeAll(async () => {
  project = new TestProject();
  for (const value of ['1', '2']) {
    project.write({
      steps: STEPS.map((name) => ({
        name,
        body: `v=$(ManifestRead -k "$1" value)\necho "${name} $v" >>"$2/made"\necho "${name} $v" >"$5/${name}.img"`,
      })),
      pairs: { value },
    });
    const { code, stderr } = await project.build(...(value === '1' ? [] : ['--fork', '-r', 'b']));
    expect(code, stderr).toBe(0);
  }
});
afterAll(() => project.dispose());

/** The output of a command that succeeds. */
async function run(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.run(command, 'manifest.xml', ...args);
  expect(code, stderr).toBe(0);
  return stdout;
}
const diff = async (...trees: string[]): Promise<DiffAnswer> =>
  JSON.parse(await run('diff', '--json', ...trees)) as DiffAnswer;
const changed = async (...trees: string[]): Promise<string[]> =>
  (await diff(...trees)).changes.map(({ change, path }) => `${change} ${path}`);
const MADE = 'pkg_image/made';

describe('files of parked lines', () => {
  it('A checkpoint of another line is named LINE@STEP, and the last tree of a line LINE@.', async () => {
    expect(await run('cat', 'main@b', MADE)).toBe('a 1\n');
    expect(await run('cat', 'main@c', MADE)).toBe('a 1\nb 1\n');
    expect(await run('cat', 'main@2', MADE)).toBe('a 1\nb 1\n');
    expect(await run('cat', 'main@', MADE)).toBe('a 1\nb 1\nc 1\n');
    expect(await run('cat', 'line-2@c', MADE)).toBe('a 1\nb 2\n');
    expect(await run('ls', 'main@c', 'pkg_image')).toContain(' made');
    expect(await run('extract', 'main@', 'copy')).toContain('copy');
    expect(readFileSync(join(project.folder, 'copy', MADE), 'utf8')).toBe('a 1\nb 1\nc 1\n');
  });

  it('Checkpoints and last trees of two lines are compared, and the line of the build data is what they are now.', async () => {
    expect(await changed('main@c', 'line-2@c')).toEqual([`changed ${MADE}`]);
    expect(await changed('main@b', 'line-2@b')).toEqual([]);
    expect(await changed('main@', 'line-2@')).toEqual([`changed ${MADE}`]);
    expect(await changed('line-2@', 'main@')).toEqual([`changed ${MADE}`]);
    expect(await changed('main@b', 'main@c')).toEqual(['changed pkg_image/log', `changed ${MADE}`]);
    expect(await diff('main@c')).toMatchObject({ from: 'main@c', to: null });
    expect(await diff('main@', 'c')).toMatchObject({ from: 'main@', to: 'c' });
  });

  it('Lines go by the names that the user gave them, and what is not there is named.', async () => {
    const failing = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await project.run(...args);
      expect(code).toBe(1);
      return stderr;
    };
    const { code } = await project.run('line', 'rename', 'manifest.xml', 'main', 'before the fair');
    expect(code).toBe(0);
    expect(await run('cat', 'before the fair@b', MADE)).toBe('a 1\n');
    expect(await failing('cat', 'manifest.xml', 'none@b', MADE)).toContain('There is no line none.');
    expect(await failing('cat', 'manifest.xml', 'main@none', MADE)).toContain('no checkpoint of the step none');
    expect(await failing('cat', 'manifest.xml', 'line-2@', MADE)).toContain(
      'The build data may change while it is read.',
    );
    expect(await failing('cat', 'manifest.xml', 'main@', 'none')).toContain(
      'There is no none in the last tree of main.',
    );
  });

  it('The images of a parked line are listed and read where they are.', async () => {
    const media = JSON.parse(
      (await project.run('media', '--line', 'main', '--json', 'manifest.xml')).stdout,
    ) as MediaAnswer;
    const image = media.media.find(({ name }) => name === 'c.img');
    expect(readFileSync(image?.path ?? '', 'utf8')).toBe('c 1\n');
    const present = JSON.parse(
      (await project.run('media', '--line', 'line-2', '--json', 'manifest.xml')).stdout,
    ) as MediaAnswer;
    expect(present.folder).toBe(join(project.area, 'media'));
    const { stdout } = await project.run('media', '--line', 'main', '--checksum', 'c.img', 'manifest.xml');
    expect(stdout).toBe(`${createHash('sha256').update('c 1\n').digest('hex')}  c.img\n`);
  });
});
