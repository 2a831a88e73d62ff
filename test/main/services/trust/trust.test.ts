import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../../src-main/app';
import { Trust } from '../../../../src-main/services/trust';
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

  it('are shown with the different arguments of their steps', async () => {
    const target = clone();
    const steps = [
      ['/bin/sh', `"-c" "touch /x\n"`],
      ['scripts/hello', '"a b" "c"'],
      ['/bin/sh', `"-c" "touch /x\n"`],
      ['/bin/sh', '"-c" "rm /x"'],
      ['/bin/true', ''],
    ].map(
      ([name, args], at) =>
        `<script name="${name}"><checkpoint name="s${at}" message="s"/><argslist>${args}</argslist></script>`,
    );
    const source = readFileSync(target.path, 'utf8');
    writeFileSync(
      target.path,
      source.replace(/<finalizer>[\s\S]*<\/finalizer>/, () => `<finalizer>${steps.join('')}</finalizer>`),
    );
    const { scripts } = await app.trust.check(target, {});
    const shown = scripts.map(({ path, args }) => [path, args]);
    expect(shown.slice(0, 3)).toEqual([
      [
        '/bin/sh',
        [
          ['-c', 'touch /x'],
          ['-c', 'rm /x'],
        ],
      ],
      ['scripts/hello', [['a b', 'c']]],
      ['/bin/true', undefined],
    ]);
    expect(scripts[1]?.text).toContain('#!/bin/sh');
  });

  it('are shown with the variables that the manifest passes to them', async () => {
    const target = clone();
    expect((await app.trust.check(target, {})).environment).toEqual([]);
    const source = readFileSync(target.path, 'utf8');
    const pairs = ['BASH_ENV, LD_PRELOAD', 'PERL5OPT BASH_ENV \u202eB=c'].map(
      (value) => `<pair key="environment" value="${value}"/>`,
    );
    writeFileSync(
      target.path,
      source.replace('</distribution>', `<key_value_pairs>${pairs.join('')}</key_value_pairs></distribution>`),
    );
    expect((await app.trust.check(target, {})).environment).toEqual([
      'BASH_ENV',
      'LD_PRELOAD',
      'PERL5OPT',
      '\u202eB=c',
    ]);
  });

  const make = async (name: string): Promise<string> =>
    (await app.templates.create({ template: 'blank', folder: join(folder, name), name }, {})).path;
  const isTrusted = async (path: string): Promise<boolean> =>
    (await app.trust.check({ path, host: THIS_COMPUTER }, {})).isTrusted;
  const saveAs = async (from: string, to: string): Promise<string> => {
    const { source, encoding } = await app.documents.open({ path: from }, {});
    return (await app.documents.saveAs({ from, path: join(folder, to), source, encoding }, {})).path;
  };

  it('are trusted in a folder that was made here and in its copies, and not in copies of others', async () => {
    const path = await make('made');
    mkdirSync(join(folder, 'empty'));
    expect(await isTrusted(path)).toBe(true);
    expect(await isTrusted(await saveAs(path, 'copy/manifest.xml'))).toBe(true);
    expect(await isTrusted(await saveAs(path, 'empty/manifest.xml'))).toBe(true);
    expect(await isTrusted(await saveAs(path, 'copy/second.xml'))).toBe(true);
    expect(await isTrusted(await saveAs(clone().path, 'other/manifest.xml'))).toBe(false);
  });

  it('stay untrusted in a folder with files of another author after a copy is saved there', async () => {
    const path = await make('made');
    const foreign = clone().path;
    symlinkSync(join(folder, 'clone'), join(folder, 'link'));
    for (const name of ['clone/mine.xml', 'link/mine2.xml']) {
      expect(await isTrusted(await saveAs(path, name))).toBe(false);
      expect(await isTrusted(foreign)).toBe(false);
    }
  });

  it('are no longer trusted in a folder that gets a copy of another author', async () => {
    const path = await make('made');
    const copy = await saveAs(clone().path, 'made/evil.xml');
    expect([await isTrusted(copy), await isTrusted(path)]).toEqual([false, false]);
  });

  it('are not trusted where a folder that was made here is gone and another author has its place', async () => {
    rmSync(join(await make('made'), '..'), { recursive: true });
    expect(await isTrusted(await saveAs(clone().path, 'made/manifest.xml'))).toBe(false);
  });

  it('are not trusted in another folder that took the place of a trusted one, and the user is asked again', async () => {
    const made = await make('made');
    const accepted = clone();
    await app.trust.accept(accepted, {});
    expect([await isTrusted(made), await isTrusted(accepted.path)]).toEqual([true, true]);
    for (const path of [made, accepted.path]) {
      const at = join(path, '..');
      renameSync(at, `${at}-before`);
      cpSync(join(resources, 'templates/blank'), at, { recursive: true });
      expect(await isTrusted(path)).toBe(false);
      await expect(app.builds.start({ path, host: THIS_COMPUTER }, {})).rejects.toMatchObject({ code: 'refused' });
      await app.trust.accept({ path, host: THIS_COMPUTER }, {});
      expect(await isTrusted(path)).toBe(true);
    }
  });

  it('are not trusted where all files of a trusted folder were replaced, and stay trusted through edits', async () => {
    const path = await make('made');
    const scripts = join(path, '../scripts');
    writeFileSync(join(scripts, 'hello'), '#!/bin/sh\n');
    writeFileSync(join(scripts, 'more'), '');
    rmSync(path);
    cpSync(join(resources, 'templates/blank/manifest.xml'), path);
    expect(await isTrusted(path)).toBe(true);
    rmSync(scripts, { recursive: true });
    expect(await isTrusted(path)).toBe(true);
    cpSync(join(resources, 'templates/blank/scripts'), scripts, { recursive: true });
    expect(await isTrusted(path)).toBe(false);
  });

  it('are not trusted when the folder was exchanged between the question and the consent', async () => {
    const target = clone();
    await app.trust.check(target, {});
    renameSync(join(folder, 'clone'), join(folder, 'before'));
    clone();
    await app.trust.accept(target, {});
    expect(await isTrusted(target.path)).toBe(false);
  });

  it('are trusted by an entry of an earlier version, which is bound to the folder when it is used', async () => {
    const { path } = clone();
    mkdirSync(join(folder, 'state'), { recursive: true });
    writeFileSync(join(folder, 'state/trusted.json'), JSON.stringify([{ folder: join(folder, 'clone') }]));
    expect([await isTrusted(path), await isTrusted(path)]).toEqual([true, true]);
    renameSync(join(folder, 'clone'), join(folder, 'before'));
    clone();
    expect(await isTrusted(path)).toBe(false);
  });

  it('are not trusted where a manifest of a build host has the place of a folder that was made here', async () => {
    const path = await make('made');
    const trust = new Trust(join(folder, 'state'), () => Promise.resolve('root'));
    await trust.cameFromElsewhere(path);
    expect(await isTrusted(path)).toBe(false);
  });

  it('are not trusted beside a link to a manifest that was made here, because they run from the folder of the link', async () => {
    const path = await make('made');
    mkdirSync(join(folder, 'evil'));
    symlinkSync(path, join(folder, 'evil/manifest.xml'));
    expect(await isTrusted(join(folder, 'evil/manifest.xml'))).toBe(false);
  });

  it('are not trusted by a damaged list', async () => {
    const { path } = await app.templates.create({ template: 'blank', folder: join(folder, 'made'), name: 'made' }, {});
    writeFileSync(join(folder, 'state/trusted.json'), '[{"folder":');
    expect((await app.trust.check({ path, host: THIS_COMPUTER }, {})).isTrusted).toBe(false);
  });
});
