import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LinesAnswer } from '../../src-shared/engine-answers/lines';
import { TestProject } from '../support/engine';
import { btrfsFolder, hasBtrfs } from '../support/temp-btrfs';
import { lacksRootOr, runTool } from '../support/run-tool';

const lacks = lacksRootOr('mount');

it.skipIf(lacks)(
  `A build that rolls back or empties the build data begins on a full disk${lacks ? ` (${lacks})` : ''}`,
  async () => {
    const project = new TestProject();
    const ok = join(project.folder, 'ok');
    mkdirSync(project.area);
    runTool('mount', '-t', 'tmpfs', '-o', 'size=24m', 'none', project.area);
    try {
      project.write({
        steps: [
          { name: 'a', body: 'echo a >"$2/a"' },
          { name: 'b', body: `[ -e '${ok}' ] || head -c 100000000 /dev/zero >"$2/fill" 2>/dev/null; :` },
        ],
      });
      await project.build();
      writeFileSync(ok, '');
      expect(await project.build('-r', 'b')).toMatchObject({ code: 0 });
      expect(project.read('build_data/pkg_image/log')).toBe('a\nb\n');
      runTool('sh', '-c', `head -c 100000000 /dev/zero >'${project.area}/build_data/tmp/fill' 2>/dev/null; :`);
      expect(await project.build()).toMatchObject({ code: 0 });
    } finally {
      runTool('umount', project.area);
      project.dispose();
    }
  },
);

it.skipIf(lacks)(
  `On a full disk a parked line is removed, and checkpoints of one${lacks ? ` (${lacks})` : ''}`,
  async () => {
    const project = new TestProject();
    mkdirSync(project.area);
    runTool('mount', '-t', 'tmpfs', '-o', 'size=24m', 'none', project.area);
    try {
      const body = 'head -c 1000000 /dev/urandom >"$2/content"';
      project.write({ steps: ['a', 'b', 'c'].map((name) => ({ name, body })) });
      const lines = async (): Promise<[string, number][]> =>
        ((await project.json('lines')) as LinesAnswer).lines.map(({ id, checkpoints }) => [id, checkpoints.length]);
      const fill = (name: string): unknown =>
        runTool('sh', '-c', `head -c 100000000 /dev/zero >'${project.area}/${name}' 2>/dev/null; :`);
      await project.build();
      for (let n = 0; n < 2; n++) await project.build('--fork', '-r', 'a');
      fill('fill-1');
      expect(await project.run('switch', 'manifest.xml', 'main')).toMatchObject({ code: 1 });
      expect(await project.run('prune', '--from', 'b', '--all-lines', '--yes', 'manifest.xml')).toMatchObject({
        code: 0,
      });
      expect(await lines()).toEqual([
        ['line-3', 1],
        ['line-2', 1],
        ['main', 1],
      ]);
      fill('fill-2');
      expect(await project.run('line', 'remove', '--yes', 'manifest.xml', 'line-2')).toMatchObject({ code: 0 });
      expect((await lines()).map(([id]) => id)).toEqual(['line-3', 'main']);
    } finally {
      runTool('umount', project.area);
      project.dispose();
    }
  },
);

it.skipIf(!hasBtrfs)(`A parked line is removed from a full btrfs${hasBtrfs ? '' : ' (needs btrfs)'}`, async () => {
  const place = await btrfsFolder(160 * 1024 * 1024);
  const project = new TestProject();
  try {
    const body = 'head -c 1000000 /dev/urandom >"$2/content"';
    project.write({ area: join(place.path, 'area'), steps: ['a', 'b'].map((name) => ({ name, body })) });
    await project.build();
    await project.build('--fork', '-r', 'b');
    // Small files fill the metadata too.
    runTool(
      'sh',
      '-c',
      `cd '${place.path}'; head -c 300000000 /dev/zero >fill 2>/dev/null; sync; n=0; while echo x >"small$n"; do n=$((n + 1)); done 2>/dev/null; :`,
    );
    expect(await project.run('line', 'remove', '--yes', 'manifest.xml', 'main')).toMatchObject({ code: 0 });
    expect(((await project.json('lines')) as LinesAnswer).lines.map(({ id }) => id)).toEqual(['line-2']);
  } finally {
    project.dispose();
    place.dispose();
  }
});

it.skipIf(!hasBtrfs)(
  `A full btrfs is cleared by prune, and its space is free when prune ends${hasBtrfs ? '' : ' (needs btrfs)'}`,
  async () => {
    const place = await btrfsFolder(160 * 1024 * 1024);
    const project = new TestProject();
    const full = join(project.folder, 'full');
    try {
      project.write({
        area: join(place.path, 'area'),
        steps: [
          { name: 'a', body: 'head -c 40000000 /dev/urandom >"$2/a"' },
          { name: 'b', body: 'rm "$2/a"; head -c 30000000 /dev/urandom >"$2/b"' },
          { name: 'c', body: `[ ! -e '${full}' ] || head -c 200000000 /dev/urandom >>"$2/c"` },
        ],
      });
      writeFileSync(full, '');
      expect(await project.build()).toMatchObject({ code: 1 });
      expect(await project.run('prune', '--yes', '--from', 'b', 'manifest.xml')).toMatchObject({ code: 0 });
      rmSync(full);
      expect(await project.build()).toMatchObject({ code: 0 });
    } finally {
      project.dispose();
      place.dispose();
    }
  },
);
