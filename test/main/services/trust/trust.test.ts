import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../../src-main/app';
import { THIS_COMPUTER } from '../../../../src-shared/hosts/model';
import { ENGINE } from '../../../support/build-host';

let folder: string;
let app: Awaited<ReturnType<typeof createApp>>;
const resources = join(import.meta.dirname, '../../../../resources');
const start = () =>
  createApp({ places: { resources, engine: ENGINE, state: join(folder, 'state'), documents: folder } });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-trust-'));
  app = await start();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the scripts of a folder', () => {
  const clone = (): { path: string; host: string } => {
    cpSync(join(resources, 'templates/blank'), join(folder, 'clone'), { recursive: true });
    return { path: join(folder, 'clone/manifest.xml'), host: THIS_COMPUTER };
  };

  it('are shown, and refused by builds and checks, until they are trusted for the account', async () => {
    const target = clone();
    const question = await app.trust.check(target, {});
    expect(question).toMatchObject({ isTrusted: false, folder: join(folder, 'clone') });
    expect(question.scripts).toContainEqual({ path: 'scripts/hello', text: expect.stringContaining('#!/bin/sh') });
    await expect(app.builds.start(target, {})).rejects.toMatchObject({ code: 'refused' });
    await expect(app.hosts.preflight(target, {})).rejects.toMatchObject({ code: 'refused' });
    await app.trust.accept(target, {});
    expect((await (await start()).trust.check(target, {})).isTrusted).toBe(true);
    expect((await app.hosts.preflight(target, {})).checks.length).toBeGreaterThan(0);
    expect(statSync(join(folder, 'state/trusted.json')).mode & 0o077).toBe(0);
  });

  it('are described where their texts cannot be shown', async () => {
    const target = clone();
    const scripts = join(folder, 'clone/scripts');
    const outside = join(folder, 'outside');
    writeFileSync(outside, '#!/bin/sh\n');
    symlinkSync(outside, join(scripts, 'linked'));
    symlinkSync('nowhere', join(scripts, 'dangling'));
    symlinkSync(folder, join(scripts, 'elsewhere'));
    mkdirSync(join(scripts, 'folder'));
    execFileSync('mkfifo', [join(scripts, 'pipe')]);
    writeFileSync(join(scripts, 'binary'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]));
    writeFileSync(join(scripts, 'large'), Buffer.alloc(1024 * 1024 + 1, ' '));
    const expected = {
      'scripts/linked': `a link to ${outside}`,
      'scripts/dangling': 'a link to nowhere',
      'scripts/elsewhere/outside': `in scripts/elsewhere, which is a link to ${folder}`,
      './scripts/folder': 'a folder',
      'scripts/pipe': 'a named pipe',
      'scripts/binary': 'a file that is not text',
      'scripts/large': 'a file of 1.0 MiB, too large to be shown',
      'scripts/none': 'a file that does not exist',
      '../outside': 'a file outside this folder',
      '/usr/lib/distro_const/step': 'a file outside this folder',
    };
    const steps = Object.keys(expected).map(
      (name, at) => `<script name="${name}"><checkpoint name="s${at}" message="s"/></script>`,
    );
    const source = readFileSync(target.path, 'utf8');
    writeFileSync(
      target.path,
      source.replace(/<finalizer>[\s\S]*<\/finalizer>/, `<finalizer>${steps.join('')}</finalizer>`),
    );
    const question = await app.trust.check(target, {});
    const shown = question.scripts.filter(({ text }) => text === undefined);
    expect(Object.fromEntries(shown.map(({ path, what }) => [path, what]))).toEqual(expected);
  });

  it('are trusted in a folder that was made here and in its copies, and not in copies of others', async () => {
    const { path } = await app.templates.create({ template: 'blank', folder: join(folder, 'made'), name: 'made' }, {});
    const copyOf = async (from: string, name: string) => {
      const { source, encoding } = await app.documents.open({ path: from }, {});
      const copy = join(folder, name, 'manifest.xml');
      await app.documents.saveAs({ from, path: copy, source, encoding }, {});
      return (await app.trust.check({ path: copy, host: THIS_COMPUTER }, {})).isTrusted;
    };
    expect((await app.trust.check({ path, host: THIS_COMPUTER }, {})).isTrusted).toBe(true);
    expect([await copyOf(path, 'copy'), await copyOf(clone().path, 'other')]).toEqual([true, false]);
  });

  it('are not trusted by a damaged list', async () => {
    const { path } = await app.templates.create({ template: 'blank', folder: join(folder, 'made'), name: 'made' }, {});
    writeFileSync(join(folder, 'state/trusted.json'), '[{"folder":');
    expect((await app.trust.check({ path, host: THIS_COMPUTER }, {})).isTrusted).toBe(false);
  });
});
