import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
