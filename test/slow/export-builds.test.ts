import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDocumentServices } from '../../src-main/documents';
import { bin } from '../support/engine';
import { lacksTool } from '../support/run-tool';

const lacks = lacksTool('apt-get', 'cpio', 'grub-mkimage', 'mcopy', 'xorriso');

it.skipIf(lacks)(`An exported image builds with the command alone${lacks ? ` (${lacks})` : ''}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-exported-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const resources = join(import.meta.dirname, '../../resources');
  const { templates, exporting } = createDocumentServices({
    resources,
    state: join(folder, 'state'),
  });
  const { path } = await templates.create({ template: 'tiny-linux', folder: join(folder, 'tiny'), name: 'tiny' }, {});
  const source = readFileSync(path, 'utf8').replace(/\/var\/(tmp|lib)\/slipway\/tiny/, join(folder, 'area'));
  const to = join(folder, 'tiny-export.tar.gz');
  await exporting.write({ path, source, encoding: 'utf-8', to, format: 'tar.gz' }, {});
  // Only the export is left.
  rmSync(join(folder, 'tiny'), { recursive: true });
  execFileSync('tar', ['-xzf', to, '-C', folder]);
  const cwd = join(folder, 'tiny-export');
  execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd });
  const run = (...args: string[]) => spawnSync(join(bin, 'distro_const'), args, { cwd, encoding: 'utf8' });
  // The commands of its README, unchanged.
  const commands = readFileSync(join(cwd, 'README.txt'), 'utf8').matchAll(
    /^ {2}distro_const (build .*?manifest\.xml)/gm,
  );
  const seen: string[] = [];
  for (const [, args = ''] of commands) {
    const { status, stderr } = run(...args.split(' '));
    expect(stderr.slice(-2000), args).not.toMatch(/fail/i);
    expect(status, args).toBe(0);
    seen.push(args);
  }
  expect(seen).toHaveLength(5);
  expect(readdirSync(join(folder, 'area/media')).filter((name) => name.endsWith('.iso'))).toHaveLength(1);
});
