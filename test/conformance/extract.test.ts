// Extraction on btrfs: by another account than root, which cannot read plain stores, and with flags that snapshots
// keep.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { bin, finished, TestProject } from '../support/engine';
import { btrfsFolder } from '../support/temp-btrfs';
import { runTool } from '../support/run-tool';
import { lacksTempFileSystem } from '../support/temp-loop';
import { treeManifest } from '../support/tree-manifest';

const lacks = lacksTempFileSystem('btrfs');
it.skipIf(lacks)(
  `An ordinary user gets what a user may create, and one line about the rest${lacks ? ` (${lacks})` : ''}`,
  async () => {
    const place = await btrfsFolder();
    const project = new TestProject({
      area: join(place.path, 'area'),
      steps: [
        {
          name: 'a',
          body: 'cd "$2"; echo x >plain; chmod 4755 plain; mknod char c 1 3; echo x >capable; setcap cap_net_raw=ep capable; setfattr -n user.note -v kept capable',
        },
        { name: 'b', body: 'mkdir -m 700 "$2/sealed"' },
        { name: 'c' },
      ],
    });
    const out = join(project.folder, 'out');
    mkdirSync(out);
    try {
      expect((await project.build()).code).toBe(0);
      for (const path of [dirname(place.path), place.path, project.folder, join(project.folder, 'tmp')])
        chmodSync(path, 0o755);
      chmodSync(out, 0o777);
      const extract = (step: string) => {
        const user = ['--reuid', '65534', '--regid', '65534', '--clear-groups', join(bin, 'distro_const')];
        const child = spawn('setpriv', [...user, 'extract', 'manifest.xml', step, join(out, step)], {
          cwd: project.folder,
          env: { ...project.env, TMPDIR: out },
        });
        return finished(child);
      };
      expect(await extract('b')).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(
          /^Left out, because it needs root: the owners of \d+ files, 1 device, 1 security attribute\.\n$/,
        ) as string,
      });
      const copied = (await treeManifest(join(out, 'b'))).join('\n');
      expect(copied).toContain('user.note=');
      expect(copied).not.toContain('security.');
      expect(copied).toMatch(/plain file size=2 \S+ 755 65534:65534/);
      expect(await extract('c')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Permission denied') as string,
      });
    } finally {
      project.dispose();
      place.dispose();
    }
  },
);

it.skipIf(lacks)(`files and folders keep their flags${lacks ? ` (${lacks})` : ''}`, async () => {
  const place = await btrfsFolder();
  const project = new TestProject({
    area: join(place.path, 'area'),
    steps: [
      {
        name: 'a',
        body: 'cd "$2"; echo x >fixed; mkdir -p "$2/log s"; echo x >"log s/file"; chattr +i fixed; chattr +a "log s/file" "log s"; mkdir v; touch v/disk v/other; chattr +C v/disk; head -c 200000 /dev/urandom >v/disk; ln v/disk v/link; chattr +S v/other; chattr +A v',
      },
      { name: 'b' },
    ],
  });
  const out = join(place.path, 'out');
  const elsewhere = join(project.folder, 'out');
  try {
    expect((await project.build('-p', 'b')).code).toBe(0);
    expect(await project.run('extract', 'manifest.xml', 'b', out)).toMatchObject({ code: 0, stderr: '' });
    const flags = (path: string): string => runTool('lsattr', '-d', join(out, 'pkg_image', path)).split(' ')[0] ?? '';
    expect(flags('fixed')).toMatch(/^-+i-/);
    expect(flags('log s')).toMatch(/^-+a-/);
    expect(flags('log s/file')).toMatch(/^-+a-/);
    expect(flags('v')).toMatch(/^-+A-+$/);
    expect(flags('v/link')).toMatch(/^-+C-*$/);
    expect(flags('v/other')).toMatch(/^-+S-+$/);
    expect(await project.run('extract', 'manifest.xml', 'b', elsewhere)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/pkg_image\/v\/disk \(chattr \+C\).*\nUse .*chattr -\w+ -- /) as string,
    });
    expect(await treeManifest(out)).toEqual(await treeManifest(join(project.area, 'build_data')));
  } finally {
    runTool('chattr', '-R', '-i', '-a', out); // the area goes with its file system
    project.dispose();
    place.dispose();
  }
});
