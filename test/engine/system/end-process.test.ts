import { afterAll, describe, expect, it } from 'vitest';
import { finished, TestProject } from '../../support/engine';

const project = new TestProject({ steps: [] });
afterAll(() => project.dispose());
project.file('open-timer.cjs', 'setInterval(() => undefined, 1e9);\n');
const NODE_OPTIONS = `--require ${project.folder}/open-timer.cjs`;

const run = (SLIPWAY_OPEN_HANDLES_MS: string) =>
  finished(project.start('distro_const', ['help'], { NODE_OPTIONS, SLIPWAY_OPEN_HANDLES_MS }));

describe('the end of a command', () => {
  it('comes although a handle is still open', async () => {
    expect(await run('')).toMatchObject({ code: 0, stderr: '' });
  });

  it('is a failure in the tests when a handle is still open', async () => {
    const { code, stderr } = await run('100');
    expect(stderr).toContain('open at the end of the command: ');
    expect(code).toBe(70);
  });
});
