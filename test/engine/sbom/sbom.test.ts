// Software bills of materials of real images. CycloneDX is checked by its own library, SPDX by a schema of ours.
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sbomAnswer } from '../../../src-shared/engine-answers/sbom';
import { lacksTool, runTool } from '../../support/run-tool';
import { spdxSchema } from '../../support/spdx-schema';
import { Images } from '../hygiene/images';

const why = lacksTool('mksquashfs', 'unsquashfs');

const STATUS = `Package: libc6
Status: install ok installed
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u14

Package: vim
Status: install ok installed
Maintainer: Änne Example <anne@example.org>
Architecture: amd64
Version: 2:9.0.1378-2
Depends: vim-common (= 2:9.0.1378-2), libc6 (>= 2.36) | libc, absent
Pre-Depends: dpkg | libc6
Provides: editor
Homepage: https://www.vim.org/
Built-Using: gnulib (= 20220808~1-1)

Package: vim-common
Status: install ok installed
Maintainer: Debian Vim Maintainers <team+vim@tracker.debian.org>
Architecture: all
Source: vim (2:9.0.1378-2)
Version: 2:9.0.1378-2
Recommends: vim
Depends: editor

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 1
`;
const RELEASE = 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME=bookworm\n';
const PURL = {
  libc6: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=bookworm',
  vim: 'pkg:deb/debian/vim@2:9.0.1378-2?arch=amd64&distro=bookworm',
  common: 'pkg:deb/debian/vim-common@2:9.0.1378-2?arch=all&distro=bookworm',
  vimSource: 'pkg:deb/debian/vim@2:9.0.1378-2?arch=source&distro=bookworm',
  glibc: 'pkg:deb/debian/glibc@2.36-9%2Bdeb12u14?arch=source&distro=bookworm',
  gnulib: 'pkg:deb/debian/gnulib@20220808~1-1?arch=source&distro=bookworm',
};

const debian = (): Images => new Images({ 'var/lib/dpkg/status': STATUS, 'usr/lib/os-release': RELEASE });

/** One of the documents of an image, as text. */
async function documentOf(images: Images, image: string, format: 'spdx' | 'cyclonedx'): Promise<string> {
  const { code, stdout, stderr } = await images.run('sbom', '--format', format, image);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

interface CycloneDx {
  readonly components: readonly { readonly purl: string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

describe.skipIf(why !== undefined)(`sbom${why === undefined ? '' : ` (${why})`}`, () => {
  it('has the installed packages, their dependencies and their sources, in both formats', async () => {
    const images = debian();
    const image = images.squashfs('root.squashfs');
    const cyclonedx = await documentOf(images, image, 'cyclonedx');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(cyclonedx)).toBeNull();
    const { components, dependencies } = JSON.parse(cyclonedx) as CycloneDx;
    expect(components.map(({ purl }) => purl).sort()).toEqual(Object.values(PURL).sort());
    const needs = Object.fromEntries(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    expect(needs).toEqual({
      image: [PURL.libc6, PURL.common, PURL.vim].sort(),
      [PURL.libc6]: undefined,
      [PURL.vim]: [PURL.libc6, PURL.common],
      [PURL.common]: [PURL.vim],
    });

    const spdx = spdxSchema.parse(JSON.parse(await documentOf(images, image, 'spdx')));
    const purls = new Map(
      spdx.packages.map(({ SPDXID, externalRefs }) => [SPDXID, externalRefs?.[0]?.referenceLocator]),
    );
    const related = (type: string): (string | undefined)[][] =>
      spdx.relationships
        .filter(({ relationshipType }) => relationshipType === type)
        .map(({ spdxElementId, relatedSpdxElement }) => [purls.get(spdxElementId), purls.get(relatedSpdxElement)]);
    expect(related('GENERATES')).toEqual([
      [PURL.glibc, PURL.libc6],
      [PURL.vimSource, PURL.common],
      [PURL.vimSource, PURL.vim],
    ]);
    expect(related('GENERATED_FROM')).toEqual([[PURL.vim, PURL.gnulib]]);
    expect(related('DEPENDS_ON')).toHaveLength(3);
    expect(spdx.packages.map(({ supplier }) => supplier)).toContain('Person: Änne Example (anne@example.org)');
    const [root] = spdx.packages;
    expect(root?.checksums?.[0]?.checksumValue).toBe(runTool('sha256sum', image).slice(0, 64));
  });

  it('is the same for equal images, whatever the environment is', async () => {
    const images = debian();
    const image = images.squashfs('root.squashfs');
    const first = { SOURCE_DATE_EPOCH: '1767225600', TZ: 'UTC', LC_ALL: 'C', HOME: '/root' };
    const second = { SOURCE_DATE_EPOCH: '1767225600', TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8', HOME: '/home/other' };
    const documents = [];
    for (const env of [first, second]) {
      images.env = { ...images.env, ...env };
      documents.push(await documentOf(images, image, 'spdx'), await documentOf(images, image, 'cyclonedx'));
    }
    expect(documents.slice(2)).toEqual(documents.slice(0, 2));
    expect(documents[0]).toContain('"2026-01-01T00:00:00Z"');
    expect(documents.join('')).not.toContain(images.folder);
  });

  it('is written beside the image, or into a folder', async () => {
    const images = debian();
    const image = images.squashfs('media/root.squashfs');
    const answer = sbomAnswer.parse(JSON.parse((await images.run('sbom', '--json', image)).stdout));
    expect(answer).toMatchObject({ image, tree: 'squashfs', packages: 3 });
    expect(answer.files).toEqual([`${image}.spdx.json`, `${image}.cdx.json`]);
    images.add('out/keep', '');
    await images.run('sbom', '--output', images.path('out'), image);
    expect(readdirSync(images.path('out')).sort()).toEqual([
      'keep',
      'root.squashfs.cdx.json',
      'root.squashfs.spdx.json',
    ]);
    expect(readFileSync(images.path('out/root.squashfs.spdx.json'))).toEqual(readFileSync(`${image}.spdx.json`));
  });

  it('reads the control data of packages that were only unpacked', async () => {
    const images = new Images({
      'var/lib/dpkg/status.d/busybox': 'Package: busybox\nVersion: 1:1.35\nArchitecture: amd64\n',
      'var/lib/dpkg/status.d/busybox.md5sums': '0  bin/busybox\n',
      'etc/os-release': 'ID=tiny-linux\n',
    });
    const { components } = JSON.parse(
      await documentOf(images, images.squashfs('root.squashfs'), 'cyclonedx'),
    ) as CycloneDx;
    expect(components.map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/busybox@1:1.35?arch=amd64',
      'pkg:deb/debian/busybox@1:1.35?arch=source',
    ]);
  });

  it('reads the catalogue of an IPS image', async () => {
    const catalogue = { _SIGNATURE: {}, 'openindiana.org': { 'editor/vim': [{ version: '9.1,5.11-2024.0.0.0' }] } };
    const images = new Images({ 'var/pkg/state/installed/catalog.base.C': JSON.stringify(catalogue) });
    const text = await documentOf(images, images.squashfs('root.squashfs'), 'cyclonedx');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
    expect((JSON.parse(text) as CycloneDx).components.map(({ purl }) => purl)).toEqual([
      'pkg:generic/openindiana.org/editor/vim@9.1%2C5.11-2024.0.0.0',
    ]);
  });

  it.each(['{', '[]', '{"openindiana.org":null}', '{"openindiana.org":{"editor/vim":[{}]}}'])(
    'refuses an image whose catalogue of IPS is damaged: %s',
    async (damaged) => {
      const images = new Images({ 'var/pkg/state/installed/catalog.base.C': damaged });
      const { code, stderr } = await images.run('sbom', images.squashfs('root.squashfs'));
      expect([code, stderr]).toEqual([1, expect.stringContaining('package database of IPS in the image is damaged.')]);
    },
  );

  it('refuses an image without a package database, and wrong options, and writes nothing', async () => {
    const images = new Images({ 'etc/hostname': 'live\n' });
    const image = images.squashfs('media/root.squashfs');
    const none = await images.run('sbom', image);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('has no package database')]);
    expect((await images.run('sbom', '--format', 'xml', image)).stderr).toContain('--format must be spdx or cyclonedx');
    images.env = { ...images.env, SOURCE_DATE_EPOCH: 'yesterday' };
    expect((await images.run('sbom', image)).stderr).toContain('SOURCE_DATE_EPOCH is "yesterday"');
    expect(readdirSync(images.path('media'))).toEqual(['root.squashfs']);
  });
});
