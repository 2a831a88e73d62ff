import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDocumentServices } from '../../../src-main/documents';
import type { DocumentServices } from '../../../src-main/rpc/services';
import { loadManifest } from '../../../src-shared/manifest/load';
import { corpus } from '../../support/engine';
import { eachTestHasDocument, resources } from '../../support/document-services';

let folder: string;
let services: DocumentServices;
let manifest: string;

eachTestHasDocument('tiny-linux', (document) => ({ folder, services, manifest } = document));

const open = (path = manifest) => services.documents.open({ path }, {});

describe('opening and saving', () => {
  const manifests = join(corpus, 'manifests');
  it.skipIf(!existsSync(manifests))(
    'gives every manifest of the corpus back byte for byte (skipped without it)',
    async () => {
      const files = readdirSync(manifests, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.xml'),
      );
      expect(files.length).toBeGreaterThan(30);
      for (const file of files) {
        const bytes = readFileSync(join(manifests, file));
        const path = join(folder, 'copy.xml');
        writeFileSync(path, bytes);
        const { source, encoding, version } = await open(path);
        await services.documents.save({ path, source, encoding, expected: version }, {});
        expect(readFileSync(path).equals(bytes), file).toBe(true);
      }
    },
  );

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeff<distribution name="ä"/>')],
    ['UTF-16, little end first', Buffer.from('\ufeff<distribution name="ä"/>', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeff<distribution name="ä"/>', 'utf16le').swap16()],
    ['ISO-8859-1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><distribution name="ä"/>', 'latin1')],
    ['CRLF', Buffer.from('<distribution\r\n name="x"/>\r\n')],
  ])('keeps %s', async (_, bytes) => {
    const path = join(folder, 'encoded.xml');
    writeFileSync(path, bytes);
    const { source, encoding, version } = await open(path);
    await services.documents.save({ path, source, encoding, expected: version }, {});
    expect(readFileSync(path).equals(bytes)).toBe(true);
    await services.documents.save({ path, source: source.replace('name', 'nom'), encoding, expected: version }, {});
    expect((await open(path)).encoding).toBe(encoding);
  });

  it('refuses a file that is not a manifest with the reason, and does not read a large one', async () => {
    const junk = join(folder, 'junk.xml');
    writeFileSync(junk, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00]));
    await expect(open(junk)).rejects.toThrow(/not UTF-8/);
    writeFileSync(junk, '');
    truncateSync(junk, 50 * 1024 * 1024);
    await expect(open(junk)).rejects.toThrow(/has 52428800 bytes/);
    await expect(open(folder)).rejects.toThrow(/is a folder/);
    await expect(open('/dev/zero')).rejects.toThrow(/is a device, a pipe or a socket/);
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    await expect(open(join(folder, 'fifo'))).rejects.toThrow(/is a device, a pipe or a socket/);
    writeFileSync(junk, '<distribution');
    expect((await open(junk)).source).toBe('<distribution');
  });

  it('does not overwrite a change by another program unless the user decides so', async () => {
    const { source, encoding, version } = await open();
    writeFileSync(manifest, 'theirs');
    await expect(services.documents.save({ path: manifest, source, encoding, expected: version }, {})).rejects.toThrow(
      /changed on disk/,
    );
    expect(readFileSync(manifest, 'utf8')).toBe('theirs');
    await services.documents.save({ path: manifest, source, encoding, expected: null }, {});
    expect(readFileSync(manifest, 'utf8')).toBe(source);
  });

  it('keeps the mode, follows a link, and leaves nothing beside', async () => {
    chmodSync(manifest, 0o640);
    const link = join(folder, 'link.xml');
    symlinkSync(manifest, link);
    const { source, encoding, version } = await open(link);
    await services.documents.save({ path: link, source: `${source}\n`, encoding, expected: version }, {});
    expect(statSync(manifest).mode & 0o777).toBe(0o640);
    expect(readFileSync(manifest, 'utf8')).toBe(`${source}\n`);
    expect(readdirSync(join(folder, 'doc')).sort()).toEqual(['manifest.xml', 'scripts']);
  });

  it('copies the scripts when the manifest is saved elsewhere', async () => {
    const { source, encoding } = await open();
    const path = join(folder, 'other/manifest.xml');
    await services.documents.saveAs({ from: manifest, path, source, encoding }, {});
    expect(statSync(join(folder, 'other/scripts/iso')).mode & 0o111).not.toBe(0);
    expect((await services.documents.recent(undefined, {}))[0]).toMatchObject({ path, exists: true });
  });
});

describe('unsaved work', () => {
  it('comes back after a crash, and is gone after a save', async () => {
    const scripts = { 'scripts/iso': 'typed too' };
    await services.documents.keepForRecovery({ path: manifest, source: 'typed', scripts }, {});
    const again = createDocumentServices({ resources, state: join(folder, 'state') });
    expect((await again.documents.open({ path: manifest }, {})).recovery).toMatchObject({ source: 'typed', scripts });
    await again.documents.forgetRecovery({ path: manifest }, {});
    expect((await open()).recovery).toBeUndefined();
    // Text that was saved meanwhile is not unsaved work.
    const { source } = await open();
    await again.documents.keepForRecovery({ path: manifest, source, scripts: {} }, {});
    expect((await open()).recovery).toBeUndefined();
  });
});

describe('changes on disk', () => {
  const next = (known: { version: string; scriptsVersion: string }, signal?: AbortSignal) =>
    services.documents.nextChange({ path: manifest, ...known }, { signal });

  it('include a save by renaming and a changed script', async () => {
    const { version, scriptsVersion, source } = await open();
    const changed = next({ version, scriptsVersion });
    writeFileSync(`${manifest}.new`, `${source}of another program`);
    renameSync(`${manifest}.new`, manifest);
    const { version: after = '', scriptsVersion: same } = await changed;
    expect(after).toBe((await open()).version);
    expect(same).toBe(scriptsVersion);
    const scripted = next({ version: after, scriptsVersion });
    writeFileSync(join(folder, 'doc/scripts/new'), '#!/bin/sh\n');
    const change = await scripted;
    expect(change.scripts.map(({ path }) => path)).toContain('scripts/new');
    rmSync(manifest);
    expect((await next({ version: after, scriptsVersion: change.scriptsVersion })).version).toBeUndefined();
  });

  it('are reported until the signal aborts', async () => {
    const { version, scriptsVersion } = await open();
    const abort = new AbortController();
    const waiting = next({ version, scriptsVersion }, abort.signal);
    abort.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
  });
});

describe('scripts', () => {
  const write = (path: string, text: string, executable?: boolean) =>
    services.scripts.write({ document: manifest, path, text, ...(executable !== undefined && { executable }) }, {});

  it('keep their run bit, get one when they are new, and lose it on request', async () => {
    expect(await write('scripts/iso', '#!/bin/sh\n')).toMatchObject({ executable: true, text: '#!/bin/sh\n' });
    chmodSync(join(folder, 'doc/scripts/iso'), 0o644);
    expect(await write('scripts/iso', 'x')).toMatchObject({ executable: false });
    expect(await write('scripts/fresh', 'x')).toMatchObject({ executable: true });
    expect(await write('scripts/fresh', 'x', false)).toMatchObject({ executable: false });
  });

  it.each(['../outside', '/etc/passwd', 'scripts/../../x', 'link/x'])('stay in the folder: %s', async (path) => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'doc/link'));
    await expect(write(path, 'x')).rejects.toThrow(/outside the manifest's folder/);
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('come from the palette with what they include, once, and never over another one', async () => {
    const { path } = await services.templates.create({ template: 'blank', folder: join(folder, 'b'), name: 'b' }, {});
    const add = () => services.scripts.addFinalizer({ document: path, id: 'tiny-linux/iso' }, {});
    expect((await add()).map((file) => file.path)).toEqual([
      'scripts/iso',
      'scripts/iso.meta.json',
      'scripts/common.sh',
    ]);
    await expect(add()).resolves.toHaveLength(3);
    writeFileSync(join(folder, 'b/scripts/iso'), 'mine');
    await expect(add()).rejects.toThrow(/differs/);
    expect(readFileSync(join(folder, 'b/scripts/iso'), 'utf8')).toBe('mine');
  });

  it('of an output come from the palette without those that the template has', async () => {
    const create = { template: 'tiny-linux', folder: join(folder, 't'), name: 't' };
    const { path } = await services.templates.create(create, {});
    const added = await services.scripts.addFinalizer({ document: path, id: 'outputs/netboot' }, {});
    expect(added.map((file) => file.path)).toEqual(['scripts/netboot', 'scripts/netboot.meta.json']);
    expect(added[0]?.executable).toBe(true);
  });
});

describe('templates', () => {
  it('are all offered, load without a problem, and take the name', async () => {
    const offered = await services.templates.list(undefined, {});
    expect(offered.map(({ name }) => name)).toEqual(['tiny-linux', 'debian-live', 'blank']);
    for (const { name: template } of offered) {
      const { path } = await services.templates.create({ template, folder: join(folder, template), name: 'a&b' }, {});
      const { manifest: loaded, problems } = loadManifest(readFileSync(path, 'utf8'), { now: new Date(0) });
      expect(problems).toEqual([]);
      expect(loaded).toMatchObject({
        distributionName: 'a&b',
        buildArea: expect.stringMatching(/^\/var\/(tmp|lib)\/slipway[^/]*\/a&b$/) as string,
      });
    }
  });

  it('refuse a folder with something in it', async () => {
    await expect(
      services.templates.create({ template: 'blank', folder: join(folder, 'doc'), name: 'x' }, {}),
    ).rejects.toThrow(/has files in it already/);
  });
});

describe('export', () => {
  it('has the manifest, scripts with run bits, checksums and commands, and the same bytes each time', async () => {
    const { source, encoding } = await open();
    const write = (to: string, format: 'folder' | 'tar.gz') =>
      services.exporting.write({ path: manifest, source, encoding, to: join(folder, to), format }, {});
    const { files } = await write('out', 'folder');
    expect(files).toContain('scripts/iso');
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(folder, 'out') });
    expect(statSync(join(folder, 'out/scripts/iso')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(folder, 'out/README.txt'), 'utf8')).toContain(
      'distro_const build -r br-config manifest.xml',
    );
    await write('a/x.tar.gz', 'tar.gz');
    await write('b/x.tar.gz', 'tar.gz');
    expect(readFileSync(join(folder, 'a/x.tar.gz')).equals(readFileSync(join(folder, 'b/x.tar.gz')))).toBe(true);
    await expect(write('out', 'folder')).rejects.toThrow(/already exists/);
    await expect(write('a/x.tar.gz', 'tar.gz')).rejects.toThrow(/already exists/);
  });

  it('has commands that a shell runs as they stand, whatever the step is called', async () => {
    const name = `it's a $(step); "two"`;
    const { source, encoding } = await open();
    const escaped = name.replaceAll('"', '&quot;');
    const renamed = source.replace('<checkpoint name="br-config"', `<checkpoint name="${escaped}"`);
    expect(renamed).not.toBe(source);
    await services.exporting.write(
      { path: manifest, source: renamed, encoding, to: join(folder, 'out'), format: 'folder' },
      {},
    );
    const commands = readFileSync(join(folder, 'out/README.txt'), 'utf8').match(/^ {2}distro_const .*$/gm) ?? [];
    const output = execFileSync('sh', ['-euc', `distro_const() { printf '%s|' "$@"; echo; }\n${commands.join('\n')}`], {
      encoding: 'utf8',
    });
    expect(output.trim().split('\n')).toEqual(
      [['build'], ['build', '-l'], ['build', '-p', name], ['build', '-r', name], ['build', '-R']].map((args) =>
        [...args, 'manifest.xml', ''].join('|'),
      ),
    );
  });

  it('reports what the original command rejects and what only Slipway has', async () => {
    const notes = await services.exporting.check({ path: manifest, source: (await open()).source }, {});
    expect(notes.filter(({ kind }) => kind === 'original-rejects').map(({ message }) => message)).toEqual([
      expect.stringContaining('is a folder'),
    ]);
    const dataset = (await open()).source.replace(/\/var\/(tmp|lib)\/slipway\/doc/, 'rpool/dc');
    const stock = await services.exporting.check({ path: manifest, source: dataset }, {});
    expect(stock.filter(({ kind }) => kind !== 'note')).toEqual([
      { kind: 'slipway-only', message: expect.stringContaining('SLIPWAY_INPUTS: scripts/common.sh') },
    ]);
  });
});
