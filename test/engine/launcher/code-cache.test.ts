// The file distro_const.cjs keeps V8's compiled form of itself beside it. It may only make a start faster.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENGINE_VERSION } from '../../../src-engine/version';

const isRoot = process.getuid?.() === 0;
let folder: string;
let program: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-launcher-'));
  program = join(folder, 'distro_const.cjs');
  copyFileSync(join(import.meta.dirname, '../../../out/engine/distro_const.cjs'), program);
});
afterEach(() => rmSync(folder, { recursive: true }));

function runs(): void {
  const { status, stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, `${ENGINE_VERSION}\n`, '']);
}

const caches = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.distro_const-'));
const cache = (): string => join(folder, caches()[0] ?? 'none');
const identity = (): string => `${statSync(cache()).ino} ${statSync(cache()).mtimeMs}`;

describe('the code cache', () => {
  it('is written by the first run, one for each command, and used by the next', () => {
    runs();
    expect(caches()).toHaveLength(1);
    expect(statSync(cache()).mode & 0o777).toBe(0o644);
    const before = identity();
    runs();
    expect(identity()).toBe(before);
    expect(spawnSync(program, ['help']).status).toBe(0);
    expect(caches()).toHaveLength(2);
    expect(spawnSync(program, ['nonsense']).status).toBe(2);
    expect(caches()).toHaveLength(2);
  });

  it('is another one for each kind of build', () => {
    const manifest = join(folder, 'manifest.xml');
    writeFileSync(
      manifest,
      `<distribution name="sample"><distro_constr_params><build_area>${join(folder, 'area')}</build_area><distro_constr_flags><stop_on_error>true</stop_on_error><checkpoint_enable>true</checkpoint_enable></distro_constr_flags><output_image><finalizer><script name="/bin/true"><checkpoint name="a" message="A"/></script></finalizer></output_image></distro_constr_params><vmimg_params/><key_value_pairs/></distribution>`,
    );
    const kinds = [[], ['-r', 'a'], ['--fork', '-r', 'a'], ['--continue'], ['--continue', '--fork'], ['-l']];
    for (const [n, options] of kinds.entries()) {
      const { status, stderr } = spawnSync(program, ['build', ...options, manifest], { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      expect(caches()).toHaveLength(n + 1);
    }
  });

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['cut off', (good: Buffer) => good.subarray(0, 1000)],
    ['all zeros', (good: Buffer) => Buffer.alloc(good.length)],
    ['damaged in one byte', (good: Buffer) => Buffer.from(good).fill(0xaa, good.length >> 2, (good.length >> 2) + 1)],
    ['damaged in one page', (good: Buffer) => Buffer.from(good).fill(0, good.length >> 2, (good.length >> 2) + 4096)],
    ['something else', () => Buffer.from('#!/bin/sh\n')],
  ])('is replaced when it is %s', (_, damage) => {
    runs();
    const good = readFileSync(cache());
    writeFileSync(cache(), damage(good));
    const before = identity();
    runs();
    expect(identity()).not.toBe(before);
    expect(readFileSync(cache()).length).toBeGreaterThan(10_000);
  });

  it('is removed and not used when it belongs to another text of the program', () => {
    runs();
    const [before] = caches();
    const text = readFileSync(program, 'latin1').replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"');
    writeFileSync(program, text, 'latin1');
    runs();
    expect(caches()).toHaveLength(1);
    expect(caches()).not.toContain(before);
  });

  it('is not read when others may write to it', () => {
    runs();
    chmodSync(cache(), 0o666);
    const before = identity();
    runs();
    expect(identity()).not.toBe(before);
  });

  it('is not read behind a symbolic link', () => {
    runs();
    const elsewhere = join(folder, 'elsewhere');
    copyFileSync(cache(), elsewhere);
    const path = cache();
    rmSync(path);
    symlinkSync(elsewhere, path);
    runs();
    expect(statSync(path).ino).not.toBe(statSync(elsewhere).ino);
  });

  it.skipIf(!isRoot)('is not read when it belongs to another account (skipped where tests do not run as root)', () => {
    runs();
    chownSync(cache(), 65534, 65534);
    const before = identity();
    runs();
    expect(identity()).not.toBe(before);
  });

  it('is left out in a folder that cannot be written to', () => {
    chmodSync(folder, 0o555);
    const argv = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', program] : [program];
    const [command = '', ...rest] = argv;
    chmodSync(program, 0o755);
    const { status, stderr } = spawnSync(command, [...rest, '--version'], { encoding: 'utf8' });
    chmodSync(folder, 0o755);
    expect([status, stderr, caches()]).toEqual([0, '', []]);
  });
});
