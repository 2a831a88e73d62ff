// debian-live from a host with a proxy, a pin, a vendor repository and a flat one: a real image of Debian, by mmdebstrap.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { InstalledAnswer } from '../../src-shared/engine-answers/packages';
import type { AptRepository } from '../support/apt-repository';
import { debFile, serveDebs } from '../support/deb-file';
import { bin, finished, type Ran } from '../support/engine';
import { onlyInFull } from '../support/full';
import { TestHostApt } from '../support/host-apt';
import { HttpProxy } from '../support/http-proxy';
import { root } from '../support/markdown';
import { PACKAGE_CACHE } from '../support/package-cache';
import { lacksTool } from '../support/run-tool';

const lacks =
  onlyInFull ??
  (process.getuid?.() === 0 ? lacksTool('apt-get', 'gpg', 'mmdebstrap', 'unshare', 'dpkg-deb') : 'needs root');

const sourceOf = (one: AptRepository): string => `deb [signed-by=${one.key}] ${one.url} ${one.suite}`;

describe.skipIf(lacks)(
  `debian-live from a host with sources of its own${lacks === undefined ? '' : ` (${lacks})`}`,
  () => {
    it('has exactly the packages that were resolved, through a proxy that is not in the image.', async () => {
      const pinned = [debFile('pinned-tool', '1.0'), debFile('pinned-tool', '2.0')];
      const vendor = await serveDebs(
        { suite: 'stable' },
        debFile('vendor-agent', '7.1', { depends: 'libc6' }),
        ...pinned,
      );
      const flat = await serveDebs(
        { isFlat: true },
        debFile('inhouse-tool', '3.0', { depends: 'vendor-agent (>= 7)' }),
      );
      const proxy = await HttpProxy.serve();
      const host = new TestHostApt();
      for (const name of ['sources.list', 'sources.list.d'].filter((one) => existsSync(join('/etc/apt', one))))
        cpSync(join('/etc/apt', name), join(host.folder, name), { recursive: true, force: true });
      host
        .write('sources.list.d/vendor.list', sourceOf(vendor))
        .write('sources.list.d/inhouse.list', sourceOf(flat))
        .write('preferences.d/pin', 'Package: pinned-tool', 'Pin: version 1.*', 'Pin-Priority: 1001')
        .write('apt.conf.d/00proxy', `Acquire::http::Proxy "${proxy.url}";`);
      const base = mkdtempSync(join(tmpdir(), 'slipway-repositories-'));
      onTestFinished(() => rmSync(base, { recursive: true, force: true }));
      const folder = join(base, 'project');
      cpSync(join(root, 'resources/templates/debian-live'), folder, { recursive: true });
      const manifest = join(folder, 'manifest.xml');
      const names = ['inhouse-tool', 'pinned-tool', 'less'].map((name) => `<pkg name="${name}"/>`).join('');
      writeFileSync(
        manifest,
        readFileSync(manifest, 'utf8')
          .replace(/(<build_area>)[^<]*/, `$1${join(base, 'area')}`)
          .replace(/<packages>[\s\S]*<\/packages>/, `<packages>${names}</packages>`),
      );
      const env = {
        ...process.env,
        ...host.env,
        XDG_CACHE_HOME: PACKAGE_CACHE,
        PATH: [bin, process.env.PATH].join(delimiter),
      };
      const run = (...argv: string[]): Promise<Ran> => finished(spawn('distro_const', argv, { cwd: folder, env }));

      expect((await run('resolve', 'manifest.xml')).code).toBe(0);
      proxy.requests.length = 0;
      const built = await run('build', '-p', 'im-mod', 'manifest.xml');
      expect(built.code, built.stderr).toBe(0);
      const compared: unknown = JSON.parse(
        (await run('installed', '--json', 'manifest.xml', 'resolved', 'im-mod')).stdout,
      );
      expect(compared).toEqual({ from: 'resolved', to: 'im-mod', added: [], removed: [], changed: [] });
      const { packages } = JSON.parse((await run('installed', '--json', 'manifest.xml')).stdout) as InstalledAnswer;
      const ours = packages.filter(({ name }) => /^(inhouse|pinned|vendor)-/.test(name));
      expect(ours.map(({ name, version }) => [name, version])).toEqual([
        ['inhouse-tool', '3.0'],
        ['pinned-tool', '1.0'],
        ['vendor-agent', '7.1'],
      ]);
      expect(proxy.requests.some((address) => address.startsWith(flat.url))).toBe(true);
      const etc = join(base, 'area/build_data/pkg_image/etc/apt');
      for (const entry of readdirSync(etc, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain(proxy.url);
    });
  },
);
