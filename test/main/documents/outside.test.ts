import { spawn } from 'node:child_process';
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
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDocumentServices } from '../../../src-main/documents';
import type { DocumentServices } from '../../../src-main/rpc/services';
import { documentFiles } from '../../../src-main/documents/document-files';
import { AppError } from '../../../src-shared/errors';
import { openRemoteManifest } from '../../../src-main/services/hosts/open-manifest';
import { createLocalTransport } from '../../../src-main/transport/local';
import { eachTestHasDocument, resources } from '../../support/document-services';

let folder: string;
let state: string;
let services: DocumentServices;
let manifest: string;

eachTestHasDocument('blank', (document) => {
  ({ folder, services, manifest } = document);
  state = join(folder, 'state');
  mkdirSync(join(folder, 'secret'));
  writeFileSync(join(folder, 'secret/key'), 'private');
});

const doc = (path = ''): string => join(folder, 'doc', path);
const naming = (script: string): string =>
  `<distribution name="x"><distro_constr_params><output_image><finalizer><script name="${script}"><checkpoint name="a" message="a"/></script></finalizer></output_image></distro_constr_params></distribution>`;

describe('A document and files outside its folder:', () => {
  it.each([
    [
      'scripts/ is a link',
      () => (rmSync(doc('scripts'), { recursive: true }), symlinkSync('../secret', doc('scripts'))),
    ],
    ['a folder in scripts/ is a link', () => symlinkSync('../../secret', doc('scripts/more'))],
    ['a script is a link', () => symlinkSync('../../secret/key', doc('scripts/key'))],
    [
      'a script is a link to a hidden file of the folder',
      () => {
        mkdirSync(doc('.ssh'));
        writeFileSync(doc('.ssh/key'), 'private');
        symlinkSync('../.ssh/key', doc('scripts/key'));
        writeFileSync(manifest, naming('scripts/key'));
      },
    ],
    [
      'a step names a hidden file',
      () => {
        mkdirSync(doc('.ssh'));
        writeFileSync(doc('.ssh/key'), 'private');
        writeFileSync(manifest, naming('.ssh/key'));
      },
    ],
  ])('A file outside is not shown, exported, copied or sent when %s.', async (_, make) => {
    make();
    const { source, encoding, scripts } = await services.documents.open({ path: manifest }, {});
    expect(scripts.filter(({ text }) => text === 'private')).toEqual([]);
    const to = join(folder, 'export');
    await services.exporting.write({ path: manifest, source, encoding, to, format: 'folder' }, {});
    await services.documents.saveAs({ from: manifest, path: join(folder, 'copy/manifest.xml'), source, encoding }, {});
    for (const place of [to, join(folder, 'copy')])
      for (const name of readdirSync(place, { recursive: true, encoding: 'utf8' }))
        expect(/key$/.test(name) ? name : '').toBe('');
    expect((await documentFiles(doc(), source, 'manifest.xml')).filter(({ path }) => path.endsWith('key'))).toEqual([]);
  });

  it.each(['.git/config', 'HEAD', '../x', 'scripts/.hidden', '/etc/x'])('No script is written as %s.', async (path) => {
    await expect(services.scripts.write({ document: manifest, path, text: 'x' }, {})).rejects.toMatchObject({
      code: 'refused',
    });
  });

  it('A manifest that is opened from a host creates no file that another program obeys.', async () => {
    const remote = join(folder, 'remote/.config');
    mkdirSync(join(remote, '.git'), { recursive: true });
    mkdirSync(join(remote, 'scripts'));
    for (const path of ['.git/config', 'HEAD', 'config', 'scripts/a', '../outside'])
      writeFileSync(join(remote, path), 'x');
    const scripts = ['.git/config', 'HEAD', 'scripts/a', '../outside', 'scripts/../../outside'];
    const one = naming('scripts/a');
    const script = /<script.*<\/script>/.exec(one)?.[0] ?? '';
    const all = scripts.map((path, at) => script.replace('scripts/a', path).replace('name="a"', `name="a${at}"`));
    writeFileSync(join(remote, 'manifest.xml'), one.replace(script, all.join('')));
    const documents = join(folder, 'documents');
    await openRemoteManifest(createLocalTransport(), join(remote, 'manifest.xml'), documents);
    expect(readdirSync(documents, { recursive: true }).sort()).toEqual([
      'config',
      'config/manifest.xml',
      'config/scripts',
      'config/scripts/a',
    ]);
  });

  it('A manifest of a host is not copied in part when the connection is lost.', async () => {
    writeFileSync(doc('manifest.xml'), naming('scripts/a'));
    const local = createLocalTransport();
    const lost = new AppError('unreachable', 'The connection was lost.');
    const transport = {
      ...local,
      readFile: (path: string, from: number, length: number) =>
        path.endsWith('/scripts/a') ? Promise.reject(lost) : local.readFile(path, from, length),
    };
    const documents = join(folder, 'documents');
    await expect(openRemoteManifest(transport, doc('manifest.xml'), documents)).rejects.toBe(lost);
    expect(existsSync(documents)).toBe(false);
  });
});

describe('saving', () => {
  it('does not create a removed folder again', async () => {
    const { source, encoding, version } = await services.documents.open({ path: manifest }, {});
    renameSync(doc(), join(folder, 'elsewhere'));
    for (const expected of [version, null])
      await expect(services.documents.save({ path: manifest, source, encoding, expected }, {})).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('no longer exists'),
      });
    await expect(
      services.scripts.write({ document: manifest, path: 'scripts/a', text: 'x' }, {}),
    ).rejects.toMatchObject({ code: 'refused' });
    expect(existsSync(doc())).toBe(false);
  });

  it('reports the first of two saves at once to the second', async () => {
    const { source, encoding, version } = await services.documents.open({ path: manifest }, {});
    const other = createDocumentServices({ resources, state });
    const saved = await Promise.allSettled(
      [services, other].map((one, at) =>
        one.documents.save({ path: manifest, source: `${source}<!-- ${at} -->`, encoding, expected: version }, {}),
      ),
    );
    expect(saved.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(readdirSync(join(state, 'locks'))).toEqual([]);
  });

  it('goes on when an app has ended in the middle of a save', async () => {
    const { source, encoding, version } = await services.documents.open({ path: manifest }, {});
    await services.documents.save({ path: manifest, source, encoding, expected: version }, {});
    const { createHash } = await import('node:crypto');
    const lock = `${createHash('sha256').update(manifest).digest('hex').slice(0, 32)}.lock`;
    writeFileSync(join(state, 'locks', lock), '99999999-1 x');
    await services.documents.save({ path: manifest, source, encoding, expected: version }, {});
  });

  it.skipIf(process.getuid?.() === 0 && process.umask() === 0)('follows the umask', async () => {
    const before = process.umask(0o077);
    onTestFinished(() => void process.umask(before));
    const { source, encoding } = await services.documents.open({ path: manifest }, {});
    const path = join(folder, 'private/manifest.xml');
    await services.documents.saveAs({ from: manifest, path, source, encoding }, {});
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('two apps on one state folder', () => {
  it('keep the unsaved work of each other, and find that of one that has ended', async () => {
    const work = { path: manifest, source: '<other/>', scripts: {} };
    await services.documents.keepForRecovery(work, {});
    const recovery = join(state, 'recovery');
    const [own = ''] = readdirSync(recovery);
    const other = spawn('sleep', ['600']);
    onTestFinished(() => void other.kill());
    const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const theirs = own.replace(/\.\d+-\w+\.json$/, `.${other.pid}-${started}.json`);
    renameSync(join(recovery, own), join(recovery, theirs));
    await services.documents.forgetRecovery({ path: manifest }, {});
    expect(readdirSync(recovery)).toEqual([theirs]);
    expect((await services.documents.open({ path: manifest }, {})).recovery).toBeUndefined();
    renameSync(join(recovery, theirs), join(recovery, own.replace(/\.\d+-\w+\.json$/, '.99999999-1.json')));
    expect((await services.documents.open({ path: manifest }, {})).recovery?.source).toBe('<other/>');
    await services.documents.forgetRecovery({ path: manifest }, {});
    expect(readdirSync(recovery)).toEqual([]);
  });
});

describe('an export that fails', () => {
  it('leaves nothing behind', async () => {
    const { source, encoding } = await services.documents.open({ path: manifest }, {});
    mkdirSync(doc('README.txt.d'));
    writeFileSync(doc('README.txt'), 'x');
    const to = join(folder, 'new/export');
    const named = source.replace(/<script name="[^"]*"/, '<script name="README.txt"');
    await expect(
      services.exporting.write({ path: manifest, source: named, encoding, to, format: 'folder' }, {}),
    ).rejects.toMatchObject({ code: 'refused' });
    expect(existsSync(join(folder, 'new'))).toBe(false);
    chmodSync(folder, 0o700);
  });
});
