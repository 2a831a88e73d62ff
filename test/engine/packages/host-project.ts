import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type AptRepository, type TestPackage } from '../../support/apt-repository';
import type { TestHostApt } from '../../support/host-apt';
import { hasTool } from '../../support/run-tool';
import { PackagesProject } from './packages-project';

/** Whether the tests of APT configurations can run: they sign repositories. */
export const canUseApt = hasTool('apt-get') && hasTool('gpg');

/** Without any dependency in its lists, APT fails with an internal error. */
export const BASE: readonly TestPackage[] = [
  { name: 'base-files', essential: true, depends: 'libc6' },
  { name: 'libc6' },
];
/** What every image gets. */
export const BASE_VERSIONS = { 'base-files': '1.0', libc6: '1.0' };

/** A manifest that uses the host's APT, of the release `test` unless `suite` is another. */
export class HostProject extends PackagesProject {
  constructor(host: TestHostApt, packages: readonly string[], source = 'host-apt', suite = 'test') {
    super(source, packages);
    this.env = { ...this.env, ...host.env };
    this.edit((manifest) => manifest.replace('key="suite" value="test"', `key="suite" value="${suite}"`));
  }

  /** What the engine would install: versions by name. */
  async versions(): Promise<Record<string, string>> {
    const { packages, problems } = await this.resolve();
    expect(problems).toEqual([]);
    return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  }

  /** The messages for parts of the configuration that the engine does not follow. */
  async unfollowed(): Promise<string[]> {
    return ((await this.catalogue()).unfollowed ?? []).map(({ message }) => message);
  }
}

/** A step that installs with the engine's configuration, as mmdebstrap does, and writes what APT would install to `plan`. */
const INSTALL = `
apt=$(mktemp -d)
sh "$SLIPWAY_ENGINE" apt-config "$1" "$apt" >"$5/files" || exit 1
root=$3/root
for folder in etc/apt/apt.conf.d var/lib/apt/lists/partial var/cache/apt/archives/partial var/lib/dpkg; do mkdir -p "$root/$folder"; done
: >"$root/var/lib/dpkg/status"
cp "$apt/apt.conf" "$root/etc/apt/apt.conf.d/10build-host"
cp -r "$apt/sources.list.d" "$apt/preferences.d" "$root/etc/apt/"
cp -r "$apt/." "$5/apt"
printf 'Dir "%s";\\nDir::State::status "%s/var/lib/dpkg/status";\\nAPT::Sandbox::User "";\\nApt::Install-Recommends false;\\n' "$root" "$root" >"$apt/own.conf"
export APT_CONFIG="$apt/own.conf"
apt-get update --error-on=any >&2 &&
apt-get --simulate install '?essential' $(ManifestRead "$1" img_params/packages/pkg/name) >"$5/plan"
`;

/** What the step would install: versions by name. */
export async function planOfStep(project: HostProject): Promise<Record<string, string>> {
  project.script('im-pop', INSTALL);
  const { code, stderr } = await project.ask('build', 'manifest.xml');
  expect(stderr).not.toMatch(/^[EW]: /m);
  expect(code).toBe(0);
  const plan = readFileSync(join(project.area, 'media/plan'), 'utf8');
  return Object.fromEntries(
    [...plan.matchAll(/^Inst (\S+) \((\S+)/gm)].map(([, name = '', version = '']) => [name, version]),
  );
}

/** The paths of all files below a folder. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name));

/** A line of sources.list for a repository of the tests. */
export const sourceOf = (repository: AptRepository, address = repository.url, options = ''): string =>
  `deb [signed-by=${repository.key}${options}] ${address} ${repository.suite}`;
