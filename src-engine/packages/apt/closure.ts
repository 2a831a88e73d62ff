import type { ResolvedPackage } from '../../../src-shared/engine-answers/packages';
import { downloadSize, installedSize, providedBy, readRelation, type PackageRecord } from './records';

/** Why a package is in an image: the manifest, the base, or another package. */
export type WhyOf = (name: string) => ResolvedPackage['why'];

/** Describes the packages of an image. Each is listed with those of the others that it needs. */
export function describe(
  records: readonly PackageRecord[],
  why: WhyOf,
  entryOf: (name: string) => string | undefined,
  recommends: boolean,
): ResolvedPackage[] {
  const names = new Set(records.map(nameOf));
  const providers = new Map<string, string>();
  for (const record of records)
    for (const name of providedBy(record)) if (!providers.has(name)) providers.set(name, nameOf(record));
  const inImage = (name: string): string | undefined => (names.has(name) ? name : providers.get(name));

  return records.map((record): ResolvedPackage => {
    const name = nameOf(record);
    const fields = ['Pre-Depends', 'Depends', ...(recommends ? ['Recommends'] : [])];
    const needs = new Set<string>();
    for (const alternatives of fields.flatMap((field) => readRelation(record.get(field)))) {
      const met = alternatives.map(inImage).find((one) => one !== undefined);
      if (met !== undefined && met !== name) needs.add(met);
    }
    const [installed, download, entry] = [installedSize(record), downloadSize(record), entryOf(name)];
    return {
      name,
      version: record.get('Version') ?? '',
      ...(installed !== undefined && { installedSize: installed }),
      ...(download !== undefined && { downloadSize: download }),
      why: why(name),
      ...(entry !== undefined && entry !== name && { entry }),
      needs: [...needs],
    };
  });
}

const nameOf = (record: PackageRecord): string => record.get('Package') ?? '';
