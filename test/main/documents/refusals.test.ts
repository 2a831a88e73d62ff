import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DocumentServices } from '../../../src-main/rpc/services';
import { loadManifest } from '../../../src-shared/manifest/load';
import { eachTestHasDocument } from '../../support/document-services';

let folder: string;
let services: DocumentServices;
let manifest: string;

eachTestHasDocument('blank', (document) => ({ folder, services, manifest } = document));

const open = (path = manifest) => services.documents.open({ path }, {});
const refused = (message: RegExp) => ({
  code: 'refused',
  message: expect.stringMatching(message),
  hint: expect.any(String),
});

describe('saving', () => {
  it('refuses what is read-only, also when it may overwrite', async () => {
    chmodSync(manifest, 0o444);
    const { source, encoding, readOnly } = await open();
    expect(readOnly).toBe(true);
    await expect(
      services.documents.save({ path: manifest, source: 'x', encoding, expected: null }, {}),
    ).rejects.toMatchObject(refused(/is read-only/));
    expect(readFileSync(manifest, 'utf8')).toBe(source);
    chmodSync(join(folder, 'doc/scripts/hello'), 0o555);
    await expect(
      services.scripts.write({ document: manifest, path: 'scripts/hello', text: 'x' }, {}),
    ).rejects.toMatchObject(refused(/is read-only/));
  });

  it('keeps the encoding in which the file was read, whatever its first line is now', async () => {
    const text = (name: string) => `<?xml version="1.0" encoding="${name}"?>\n<distribution name="ä"/>`;
    writeFileSync(manifest, Buffer.from(text('ISO-8859-1'), 'latin1'));
    const { encoding } = await open();
    const save = (source: string) => services.documents.save({ path: manifest, source, encoding, expected: null }, {});
    await save(text('UTF-8'));
    expect((await open()).source).toBe(text('UTF-8'));
    await expect(save(text('ISO-8859-1').replace('ä', '😀'))).rejects.toThrow(/ISO-8859-1, which has no "😀"/);
    await expect(save(text('koi8-r'))).rejects.toThrow(/cannot be written/);
    expect((await open()).source).toBe(text('UTF-8'));
  });

  it('keeps a different script that exists in the place of another file, and reports it', async () => {
    const { source, encoding } = await open();
    mkdirSync(join(folder, 'other/scripts'), { recursive: true });
    writeFileSync(join(folder, 'other/scripts/hello'), 'theirs');
    const saveAs = (path: string) =>
      services.documents.saveAs({ from: manifest, path: join(folder, path), source, encoding }, {});
    await expect(saveAs('other/manifest.xml')).rejects.toMatchObject(refused(/hello already exists and differs/));
    expect(readFileSync(join(folder, 'other/scripts/hello'), 'utf8')).toBe('theirs');
    expect(existsSync(join(folder, 'other/manifest.xml'))).toBe(false);
    await expect(saveAs('doc/scripts/new/manifest.xml')).rejects.toMatchObject(refused(/among the scripts/));
  });
});

describe('opening', () => {
  it('works without the list of recent files when it cannot be written', async () => {
    rmSync(join(folder, 'state'), { recursive: true, force: true });
    writeFileSync(join(folder, 'state'), 'a file where the folder should be');
    expect((await open()).path).toBe(manifest);
  });

  it('adds all of several at once to the recent files, however broken the list was', async () => {
    mkdirSync(join(folder, 'state'), { recursive: true });
    writeFileSync(join(folder, 'state/recent.json'), '{"half":');
    const paths = ['a', 'b', 'c'].map((name) => join(folder, `${name}.xml`));
    for (const path of paths) writeFileSync(path, '<distribution/>');
    await Promise.all(paths.map(open));
    const recent = await services.documents.recent(undefined, {});
    expect(recent.map(({ path }) => path).sort()).toEqual(paths);
  });
});

describe('scripts that steps name outside scripts/', () => {
  beforeEach(() => {
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('scripts/hello', './steps/own'));
    mkdirSync(join(folder, 'doc/steps'));
    writeFileSync(join(folder, 'doc/steps/own'), '#!/bin/sh\n', { mode: 0o755 });
  });

  it('are opened, watched, saved elsewhere and exported', async () => {
    const { source, encoding, scripts, version, scriptsVersion } = await open();
    expect(scripts).toContainEqual({ path: 'steps/own', executable: true, text: '#!/bin/sh\n' });
    chmodSync(join(folder, 'doc/steps/own'), 0o644);
    const change = await services.documents.nextChange({ path: manifest, version, scriptsVersion }, {});
    expect(change.scripts).toContainEqual({ path: 'steps/own', executable: false, text: '#!/bin/sh\n' });
    chmodSync(join(folder, 'doc/steps/own'), 0o755);
    const path = join(folder, 'other/manifest.xml');
    await services.documents.saveAs({ from: manifest, path, source, encoding }, {});
    expect(statSync(join(folder, 'other/steps/own')).mode & 0o777).toBe(0o755);
    const to = join(folder, 'out');
    const { files } = await services.exporting.write({ path: manifest, source, encoding, to, format: 'folder' }, {});
    expect(files).toContain('steps/own');
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: to });
  });

  it('are in the report of the export when they do not exist', async () => {
    rmSync(join(folder, 'doc/steps/own'));
    const notes = await services.exporting.check({ path: manifest, source: (await open()).source }, {});
    expect(notes).toContainEqual({
      kind: 'original-rejects',
      message: expect.stringContaining('./steps/own is not there'),
    });
  });
});

describe('exporting', () => {
  it.each([
    ['a file that is there', 'taken', /already exists/],
    ['the scripts themselves', 'doc/scripts/out', /among the scripts/],
    ['what cannot be a folder', 'taken/out', /cannot be written/],
  ])('refuses %s', async (_, to, message) => {
    writeFileSync(join(folder, 'taken'), 'mine');
    const { source, encoding } = await open();
    for (const format of ['folder', 'tar.gz'] as const)
      await expect(
        services.exporting.write({ path: manifest, source, encoding, to: join(folder, to), format }, {}),
      ).rejects.toMatchObject(refused(message));
    expect(readFileSync(join(folder, 'taken'), 'utf8')).toBe('mine');
  });
});

describe('a new document', () => {
  it.each([
    ['My Distro', 'My-Distro'],
    ['../../etc', '..-..-etc'],
    ['..', 'unnamed'],
  ])('named %s has the build area %s', async (name, area) => {
    const { path } = await services.templates.create({ template: 'blank', folder: join(folder, 'new'), name }, {});
    const { manifest: loaded } = loadManifest(readFileSync(path, 'utf8'), { now: new Date(0) });
    // The folder contains the account's name when another account has the usual folder.
    const areas = process.getuid?.() === 0 ? '/var/lib/slipway' : '/var/tmp/slipway';
    expect(loaded.buildArea?.replace(/^(\/var\/tmp\/slipway)-[^/]+/, '$1')).toBe(`${areas}/${area}`);
  });
});
