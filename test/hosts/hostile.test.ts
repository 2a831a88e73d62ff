// A hostile host and a hostile document: their names and texts appear as text and have no other effect.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildServices } from '../../src-main/services/build-services';
import { openRemoteManifest } from '../../src-main/services/hosts/open-manifest';
import { listRemoteFolder } from '../../src-main/services/hosts/remote-folder';
import { createSshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { plainText } from '../../src-shared/logs/ansi';
import { escapeName } from '../../src-shared/name-escapes';
import { visibleName } from '../../src-shared/visible';

const reason = lacksSshd();
/** Each would have an effect if a shell, a terminal or a page did not treat it as text. */
const NAMES = [
  "it's",
  '"quoted"',
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned',
  '<img src=x onerror=alert(1)>',
  '-rf',
  '\u001b[31mred\u0007',
  'two\nlines',
  'ünïcödé 🏠',
  '*',
  '~',
  '&& touch pwned',
  '${HOME}',
  '\\',
];

/** The escaped text of a name, which the window shows and sends back. */
const shown = (name: string): string => escapeName(Buffer.from(name).toString('latin1'));

describe.skipIf(reason !== undefined)(`hostile names and texts${reason ? ` (${reason})` : ''}`, () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.stop());

  it('of files, lines, manifests and folders pass through a build, and do nothing', async () => {
    const project = new TestProject();
    onTestFinished(() => project.dispose());
    // The step reads its data from a file, so that none of our shells interprets it.
    project.file('names', NAMES.join('\0'));
    project.file('text', `${NAMES.filter((name) => !name.includes('\n')).join('\n')}\nnot \u00ff UTF-8\n`);
    writeFileSync(
      join(project.folder, 'text'),
      Buffer.concat([readFileSync(join(project.folder, 'text')), Buffer.from([0xff, 0xfe, 0x0a])]),
    );
    const body = `cd "$2" && xargs -0 -n1 touch -- <'${project.folder}/names' && cat '${project.folder}/text'`;
    project.write({ steps: [{ name: 'a', body }, { name: 'b' }] });
    const folder = join(project.folder, `$(touch pwned) it's "here"; <b>`);
    mkdirSync(folder);
    for (const name of ['manifest.xml', 'scripts']) renameSync(join(project.folder, name), join(folder, name));
    const path = join(folder, `$(touch pwned)'.xml`);
    renameSync(join(folder, 'manifest.xml'), path);

    const { host, link } = sshHost(() => loginAt(server));
    const watch = new BuildWatch(createBuildServices(host), path);
    onTestFinished(() => {
      watch.end();
      link.close();
    });
    const { run = '' } = await watch.services.builds.start({ path }, {});
    await watch.until(({ last }) => last?.state === 'done');
    await watch.until(({ area }) => area?.lock.kind === 'free');
    const { entries } = await watch.services.inside.list({ path, step: 'b', folder: 'pkg_image' }, {});
    expect(entries.map(({ name }) => name).sort()).toEqual([...NAMES, 'log'].map(shown).sort());
    for (const name of NAMES.map(shown))
      expect(await watch.services.inside.read({ path, step: 'b', file: `pkg_image/${name}` }, {})).toMatchObject({
        size: 0,
      });
    for (let have = -1, ended = false; !ended;)
      ({ lines: have, ended } = await watch.services.logs.grown({ path, run, step: 'a', have }, {}));
    const lines = (await watch.services.logs.read({ path, run, step: 'a', from: 0, count: 100 }, {})).map(
      ({ text }) => text,
    );
    // Of a text's sequences only styles are kept; a bell is gone.
    expect(lines.join('\n')).not.toContain('\u0007');
    for (const name of NAMES.filter((one) => !one.includes('\n')))
      expect(lines.map(plainText)).toContain(plainText(name.replace('\u0007', '')));
    for (const place of [
      project.folder,
      folder,
      join(project.area, 'build_data/pkg_image'),
      server.folder,
      join(server.folder, 'home'),
      '/root',
      process.cwd(),
    ])
      expect(existsSync(join(place, 'pwned'))).toBe(false);
  });

  it('of folders and manifests of the host are listed and opened as text', async () => {
    const project = new TestProject({ steps: [{ name: 'a' }] });
    onTestFinished(() => project.dispose());
    const folder = join(project.folder, "$(touch pwned) it's");
    mkdirSync(folder);
    for (const name of NAMES.filter((one) => !one.includes('\n'))) mkdirSync(join(folder, name));
    renameSync(join(project.folder, 'manifest.xml'), join(folder, '$(x).xml'));
    const transport = await createSshTransport(loginAt(server));
    onTestFinished(() => transport.close());
    const { entries } = await listRemoteFolder(transport, folder);
    expect(entries.map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual(
      [
        ...NAMES.filter((one) => !one.includes('\n')).map((name) => `folder ${visibleName(name)}`),
        'manifest $(x).xml',
      ].sort(),
    );
    const copy = await openRemoteManifest(transport, join(folder, '$(x).xml'), join(project.folder, 'copies'));
    expect(readFileSync(copy)).toEqual(readFileSync(join(folder, '$(x).xml')));
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});
