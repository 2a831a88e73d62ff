import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { lacksRootOr, runTool } from '../support/run-tool';

const lacks = lacksRootOr('mount');

it.skipIf(lacks)(
  `a build that rolls back or empties the build data begins on a full disk${lacks ? ` (${lacks})` : ''}`,
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
