import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../../support/engine';

const GIB = 1024 ** 3;

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
});
afterEach(() => project.dispose());

describe('a build whose step declares a file that takes minutes to read', () => {
  it('names the file, and ends when it is cancelled', async () => {
    const big = join(project.folder, 'big.bin');
    writeFileSync(big, '');
    truncateSync(big, 30 * GIB);
    project.write({ steps: [{ name: 'a', body: 'echo "path big.bin" >>"$SLIPWAY_INPUTS"' }, { name: 'b' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /Reading the input big\.bin \(30\.0 GiB\)/);
    expect((await project.run('cancel', 'manifest.xml')).code).toBe(0);
    expect((await ended).code).toBe(143);
    expect(project.ran()).toEqual(['a']);
  });
});

describe('a build whose step launcher is killed', () => {
  it.skipIf(process.platform !== 'linux')('ends with exit status 1, and its step is recorded as failed', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b', body: 'echo waiting >&2\nsleep 600' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    const ended = finished(build);
    await says(build, /waiting/);
    for (const pid of childrenOf(build.pid ?? 0)) process.kill(pid, 'SIGKILL');
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(1);
    expect(exitRecord()).toMatchObject({ outcome: 'failed', steps: [{ outcome: 'done' }, { outcome: 'failed' }] });
  });
});

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function exitRecord(): unknown {
  const journal = readdirSync(join(project.area, 'logs')).find((name) => name.endsWith('.jsonl')) ?? '';
  return JSON.parse(project.read(`logs/${journal}`).trimEnd().split('\n').at(-1) ?? '');
}
