import { describe, expect, it } from 'vitest';
import { fixture, load, loadEdited } from './support';

describe('readManifest', () => {
  it('reads layout B whole', () => {
    const { manifest } = load(fixture('layout-b'));
    expect(manifest).toMatchObject({
      layout: 'B',
      distributionName: 'harbour',
      buildArea: 'tank/harbour',
      stopOnError: true,
      checkpointEnable: true,
      resumeFrom: undefined,
      isVirtualMachine: false,
      publisher: { url: 'http://pkg.example.org/main', mirrors: ['http://mirror.example.org/main'] },
      extraPublishers: [{ authname: 'extra.example.org' }],
      installedPublisher: { url: 'http://pkg.example.org/stable' },
      packages: [{ name: 'pkg:/system/kernel' }, { name: 'pkg:/shell/bash', attrs: 'a=b', tags: 'core' }],
      removedPackages: [{ name: 'pkg:/docs/manuals' }],
      generateSearchIndex: true,
      rootPassword: { value: '$5$salt$hash', isPlaintext: false },
      root: { username: 'root', homedir: '/root', directLogin: false },
      users: [
        { username: 'mate', uid: '1000' },
        { username: 'bosun', uid: '1001' },
      ],
      locales: ['C', 'en_GB.UTF-8'],
      defaultLocale: { locale: 'en_GB.UTF-8', timezone: 'Europe/London' },
      ramdisks: [
        {
          sizePadMb: '16',
          nbpi: '8192',
          compression: { type: 'gzip', level: '6' },
          serviceProfiles: [{ useBuildSystemFile: false }, { path: '/usr/share/live.xml', useBuildSystemFile: true }],
        },
      ],
      liveImageCompression: { type: 'lzma', level: '9' },
      grub: { title: 'Harbour', timeout: '15', entries: [{ titleSuffix: 'text console', position: '1' }] },
      loaderTimeout: '5',
      keyValuePairs: [{ key: 'iso_sort' }, { key: 'motto', value: 'sails up' }],
    });
    expect(manifest.bootArchive.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'include lib',
      'include sbin/init',
      'exclude var/pkg',
    ]);
    expect(manifest.steps).toMatchObject([
      { index: 0, name: 'im-pop', message: 'Fill the image', script: 'scripts/im-pop', args: [] },
      { index: 1, name: 'br-arch', args: ['amd64', 'size=20 MB'] },
      { index: 2, name: 'iso', message: 'Executing scripts/iso' },
    ]);
  });

  it('reads layout A alike, with its built-in first step', () => {
    const { manifest } = load(fixture('layout-a'));
    expect(manifest).toMatchObject({
      layout: 'A',
      buildArea: '/export/jetty',
      stopOnError: false,
      resumeFrom: '0',
      publisher: { url: 'http://pkg.example.org/2008' },
      packages: [{ name: 'SUNWcs' }],
    });
    expect(manifest.steps.map(({ index, name, script }) => [index, name, script])).toEqual([
      [0, 'im-pop', undefined],
      [1, 'im-mod', 'scripts/im-mod'],
      [2, 'iso', 'scripts/iso'],
    ]);
    expect(manifest.bootArchive).toEqual([
      { kind: 'include', type: undefined, path: 'usr/bin' },
      { kind: 'include', type: 'dir', path: 'lib' },
    ]);
  });

  it('reads the parts of the first layout that it has', () => {
    const { manifest } = load(fixture('layout-a0'));
    expect(manifest).toMatchObject({ layout: 'A0', buildArea: '/export/raft', packages: [{ name: 'SUNWcs' }] });
    expect(manifest.steps).toMatchObject([{ name: '', script: 'scripts/iso' }]);
  });

  it('reads an apostrophe in a value, and 1 and 0 as booleans', () => {
    const { manifest } = loadEdited(
      'virtual-machine',
      '<output_image>',
      '<distro_constr_flags><stop_on_error>0</stop_on_error></distro_constr_flags><output_image>',
    );
    expect(manifest.steps[0]?.message).toBe("The captain's machine");
    expect(manifest).toMatchObject({ isVirtualMachine: true, stopOnError: false, checkpointEnable: true });
  });

  it('keeps the reason why an argslist cannot be split', () => {
    const { manifest, problems } = loadEdited('layout-b', '"amd64"', '"amd64');
    expect(manifest.steps[1]?.argsError).toMatch(/^Unexpected unescaped quote found: /);
    expect(problems).toMatchObject([{ severity: 'error', phase: 'structure', code: 'argslist-quotes', step: 1 }]);
  });
});
