import { providedBy, readRecords, readRelation, relationLines, type PackageRecord } from '../packages/apt/records';
import { purlOf } from './purl';
import type { InstalledSoftware, SoftwarePackage } from './package-set';

/**
 * The installed packages of dpkg's status file, or of the control data of unpacked packages.
 *
 * @param release the fields of the image's `os-release`, which name the distribution in purls
 */
export function readDebianPackages(status: string, release: ReadonlyMap<string, string>): InstalledSoftware[] {
  // The control data of an unpacked package has no state.
  const records = [...readRecords(status)].filter((record) => / installed$/.test(record.get('Status') ?? ' installed'));
  const id = release.get('ID') ?? '';
  const naming = VENDORS.test(id)
    ? { vendor: id, distro: release.get('VERSION_CODENAME') ?? '' }
    : { vendor: 'debian', distro: '' };
  const index = new Map<string, string>();
  for (const record of records) {
    const purl = purlOfRecord(record, naming);
    // A real package comes before one that provides its name.
    index.set(record.get('Package') ?? '', purl);
    for (const name of providedBy(record)) if (!index.has(name)) index.set(name, purl);
  }
  return records.map((record) => ({
    purl: purlOfRecord(record, naming),
    name: record.get('Package') ?? '',
    version: record.get('Version') ?? '',
    supplier: record.get('Maintainer'),
    homepage: record.get('Homepage'),
    dependsOn: dependenciesOf(record, index),
    source: sourceOf(record, naming),
    builtUsing: relationLines(record.get('Built-Using')).flatMap((line) => {
      const [, name = '', version] = /^(\S+) \(= ([^)]+)\)$/.exec(line) ?? [];
      return version === undefined ? [] : [sourcePackage(name, version, naming)];
    }),
  }));
}

/** Distributions with archives of their own. An image with another name in `os-release` has packages of Debian. */
const VENDORS = /^(debian|devuan|kali|linuxmint|pureos|raspbian|ubuntu)$/;

/** The distribution in purls. */
interface Naming {
  readonly vendor: string;
  readonly distro: string;
}

function purlOfRecord(record: PackageRecord, { vendor, distro }: Naming): string {
  const architecture = record.get('Architecture') ?? '';
  return purlOf(['deb', vendor, record.get('Package') ?? ''], record.get('Version') ?? '', {
    arch: architecture,
    distro,
  });
}

/** `Source: name (version)`; a package without the field has the name and version of its source. */
function sourceOf(record: PackageRecord, naming: Naming): SoftwarePackage {
  const [, name = record.get('Package') ?? '', version = record.get('Version') ?? ''] =
    /^(\S+)(?: \(([^)]+)\))?$/.exec(record.get('Source') ?? '') ?? [];
  return sourcePackage(name, version, naming);
}

function sourcePackage(name: string, version: string, { vendor, distro }: Naming): SoftwarePackage {
  return { purl: purlOf(['deb', vendor, name], version, { arch: 'source', distro }), name, version };
}

/** Of each need the first alternative that is installed. */
function dependenciesOf(record: PackageRecord, index: ReadonlyMap<string, string>): string[] {
  const needs = [...readRelation(record.get('Pre-Depends')), ...readRelation(record.get('Depends'))];
  const found = needs.flatMap((names) => names.flatMap((name) => index.get(name) ?? []).slice(0, 1));
  return [...new Set(found)].sort();
}
