import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AptRepository, type RepositoryLayout, type TestPackage } from './apt-repository';
import { tempFolder } from './temp-folder';

/** A package that dpkg can install, and its entry for a repository. */
export interface DebFile {
  readonly entry: TestPackage;
  /** Below the root of a repository. */
  readonly path: string;
  readonly file: Buffer;
}

/**
 * Makes a package. It has its version in `usr/share/NAME/version`.
 *
 * @param files further files and their contents; those in `bin` and `sbin` folders are executable
 */
export function debFile(
  name: string,
  version: string,
  { depends, files = {} }: { readonly depends?: string; readonly files?: Readonly<Record<string, string>> } = {},
): DebFile {
  const folder = tempFolder();
  const fields = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Test <test@example.org>',
  ];
  const control = [...fields, ...(depends === undefined ? [] : [`Depends: ${depends}`]), 'Description: test', ''];
  const content = { ...files, [`usr/share/${name}/version`]: version, 'DEBIAN/control': control.join('\n') };
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: /bin\//.test(path) ? 0o755 : 0o644 });
  }
  const out = join(tempFolder(), 'package.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '-b', folder, out], { stdio: 'ignore' });
  const file = readFileSync(out);
  const sum = execFileSync('sha256sum', [out], { encoding: 'utf8' }).slice(0, 64);
  return {
    entry: { name, version, depends, size: file.length, sum },
    path: `/pool/${name}_${version}_all.deb`,
    file,
  };
}

/** A repository of such packages. */
export async function serveDebs(
  layout: Pick<RepositoryLayout, 'suite' | 'isFlat'>,
  ...packages: readonly DebFile[]
): Promise<AptRepository> {
  const files = new Map(packages.map(({ path, file }) => [path, file]));
  return AptRepository.serve(
    packages.map(({ entry }) => entry),
    { ...layout, files },
  );
}
