// The message of a template's step on a build host that has only the tools of the shell.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findTool } from '../../../src-engine/system/executables';

const templates = join(import.meta.dirname, '../../../resources/templates');
const bare = mkdtempSync(join(tmpdir(), 'slipway-bare-'));
afterAll(() => rmSync(bare, { recursive: true, force: true }));
for (const tool of ['sh', 'basename', 'date', 'dirname', 'id', 'sed', 'sort', 'tr'])
  symlinkSync(findTool(tool) ?? '', join(bare, tool));
// A fake: an empty manifest.
writeFileSync(join(bare, 'ManifestRead'), '#!/bin/sh\n', { mode: 0o755 });

/** Runs a step where only these tools exist. */
function run(template: string, step: string): { status: number | null; stderr: string } {
  const args = [join(templates, template, 'scripts', step), 'socket', ...['a', 'b', 'c', 'd'].map((it) => `/no/${it}`)];
  return spawnSync(join(bare, 'sh'), args, { env: { PATH: bare }, encoding: 'utf8' });
}

describe('a step on a bare build host', () => {
  it('names what all steps lack, so that it is installed once', () => {
    const { status, stderr } = run('tiny-linux', 'br-init');
    expect(status).toBe(1);
    const [lacks = '', next = ''] = stderr.trim().split('\n');
    expect(lacks).toBe('br-init: this build host lacks tools.');
    const packages = next.replace(/^br-init: Install them and resume: sudo apt-get install /, '').split(' ');
    expect(packages).toEqual(expect.arrayContaining(['apt', 'cpio', 'grub-common', 'mtools', 'xorriso']));
    expect(packages).toEqual([...new Set(packages)].sort());
  });

  it('is not held up by what only other steps need', () => {
    const { stderr } = run('tiny-linux', 'im-mod');
    expect(stderr).not.toContain('lacks tools');
  });
});
