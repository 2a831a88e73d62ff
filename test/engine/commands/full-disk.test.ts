// Full disks of build areas: the hint names what frees space there, and nothing that the area does not have.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spaceHint } from '../../../src-engine/snapshots/space-hint';
import { TestProject } from '../../support/engine';
import { lacksRootOr } from '../../support/run-tool';
import { tempFolder } from '../../support/temp-folder';

const PRUNE = 'distro_const prune --from STEP --yes MANIFEST';

it('The hint names checkpoints, parked lines and images that exist, and otherwise a larger disk.', () => {
  const area = tempFolder();
  expect(spaceHint(area, 'repeat the command')).toBe(
    'Free space there, then repeat the command.\nThe build area has no checkpoints, parked lines or images: remove other files, or name a build_area on a larger disk.',
  );
  mkdirSync(join(area, 'media'));
  writeFileSync(join(area, 'media/x.iso'), '');
  expect(spaceHint(area, 'repeat the command')).toBe(
    `Free space there, then repeat the command.\nImages are in ${join(area, 'media')}`,
  );
  writeFileSync(join(area, '.step_a'), '');
  mkdirSync(join(area, '.slipway/lines/1'), { recursive: true });
  const all = spaceHint(area, 'repeat the command');
  for (const part of [PRUNE, 'distro_const lines MANIFEST', join(area, 'media')]) expect(all).toContain(part);
  expect(spaceHint(area, 'repeat the command', false)).not.toContain(PRUNE);
});

const lacks = lacksRootOr('unshare', 'mount');
describe.skipIf(lacks !== undefined)(`A build on a full disk${lacks ? ` (${lacks})` : ''}`, () => {
  /** The message of a build with commands before it, which see a small disk at `disk`. The area is below it. */
  function messageOf(body: string, before: string): string {
    const project = new TestProject({ steps: [{ name: 'a', body }, { name: 'b' }] });
    onTestFinished(() => project.dispose());
    const disk = join(project.folder, 'disk');
    mkdirSync(disk);
    project.write({ steps: [{ name: 'a', body }, { name: 'b' }], area: join(disk, 'area') });
    const script = `mount -t tmpfs -o size=2m none disk; mkdir disk/area; ${before}; distro_const build manifest.xml`;
    const options = { cwd: project.folder, env: project.env, encoding: 'utf8' } as const;
    return spawnSync('unshare', ['--mount', 'sh', '-c', script], options).stderr;
  }

  it('without checkpoints has a hint without prune.', () => {
    const message = messageOf('', 'cat /dev/zero >disk/fill 2>/dev/null');
    expect(message).toContain('The build area has no checkpoints, parked lines or images');
    expect(message).not.toContain('prune');
  });

  it('with checkpoints has a hint with the command that removes them.', () => {
    const message = messageOf('head -c 1200000 /dev/urandom >"$2/x"', ':');
    expect(message).toContain('There is not enough space for the checkpoint');
    expect(message).toContain(PRUNE);
  });
});
