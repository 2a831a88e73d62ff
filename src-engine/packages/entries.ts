import type { Manifest } from '../../src-shared/manifest/model';

/** The non-empty entries of a manifest's package list. */
export function entriesOf({ packages }: Manifest): string[] {
  return packages.map(({ name }) => name.trim()).filter((name) => name !== '');
}
