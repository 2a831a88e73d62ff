// Packages through the services that the window calls, with real apt-get and a signed repository on loopback.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPackages } from '../../../../src-main/services/packages';
import { CatalogueTexts } from '../../../../src-main/services/packages/catalogue-texts';
import { readCatalogue } from '../../../../src-shared/packages/catalogue';
import { AptRepository } from '../../../support/apt-repository';
import { buildHost } from '../../../support/build-host';
import { TestProject } from '../../../support/engine';
import { hasTool } from '../../../support/run-tool';

const BASE = { name: 'base-files', essential: true };

describe.skipIf(!hasTool('apt-get') || !hasTool('gpg'))('the packages of a document', () => {
  let repository: AptRepository;
  let path: string;
  let source: string;
  let folder: string;
  beforeEach(async () => {
    repository = await AptRepository.serve([
      BASE,
      { name: 'nano', summary: 'small' },
      { name: 'vim', depends: 'nano' },
    ]);
    const project = new TestProject({ steps: [{ name: 'im-pop' }], pairs: { suite: 'test' } });
    vi.stubEnv('XDG_CACHE_HOME', join(project.folder, 'cache'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
      project.dispose();
    });
    folder = project.folder;
    path = join(folder, 'manifest.xml');
    project.edit((manifest) =>
      manifest.replace(
        '<vmimg_params/>',
        `<img_params><pkg_repo_default_authority><main url="${repository.source}" authname="test"/></pkg_repo_default_authority>
        <packages><pkg name="nano"/></packages><hostname>test</hostname></img_params>`,
      ),
    );
    source = readFileSync(path, 'utf8').replace('"nano"', '"vim"');
  });
  const open = () => createPackages(buildHost(), new CatalogueTexts(join(folder, 'texts')));

  it('come with the text of their catalogue, which is kept here and not sent again', async () => {
    const packages = open();
    const { text = '', revision, count } = await packages.catalogue({ path, source, refresh: false }, {});
    expect(readCatalogue(text).map(({ name }) => name)).toEqual(['base-files', 'nano', 'vim']);
    expect(count).toBe(3);
    expect(await packages.catalogue({ path, source, refresh: false, known: revision }, {})).not.toHaveProperty('text');
    expect(readdirSync(join(folder, 'texts'))).toEqual([`${revision}.txt`]);
    repository.publish([BASE]);
    const later = await open().catalogue({ path, source, refresh: true, known: revision }, {});
    expect(readCatalogue(later.text ?? '').map(({ name }) => name)).toEqual(['base-files']);
  });

  it('are resolved and shown for the edited text, not for the saved one', async () => {
    const packages = open();
    const { packages: found, problems } = await packages.resolve({ path, source }, {});
    expect([found.map(({ name }) => name).sort(), problems]).toEqual([['base-files', 'nano', 'vim'], []]);
    expect(await packages.show({ path, source, name: 'nano' }, {})).toMatchObject({ summary: 'small' });
    for (const name of ['--help', 'nowhere', '-oAPT::x=y'])
      await expect(packages.show({ path, source, name }, {})).rejects.toMatchObject({ code: 'missing' });
  });

  it('are reported as missing when the document was not built yet', async () => {
    await expect(open().installed({ path }, {})).rejects.toMatchObject({ code: 'missing' });
    await expect(open().files({ path, name: 'nano' }, {})).rejects.toMatchObject({ code: 'missing' });
  });

  it('are fetched from the host again when the kept text was damaged', async () => {
    const { revision, text } = await open().catalogue({ path, source, refresh: false }, {});
    writeFileSync(join(folder, 'texts', `${revision}.txt`), 'half');
    expect((await open().catalogue({ path, source, refresh: false }, {})).text).toBe(text);
    for (let at = 0; at < 9; at++)
      cpSync(join(folder, 'texts', `${revision}.txt`), join(folder, 'texts', `old-${at}.txt`));
    repository.publish([BASE]);
    await open().catalogue({ path, source, refresh: true }, {});
    expect(readdirSync(join(folder, 'texts')).length).toBeLessThanOrEqual(6);
  });
});
