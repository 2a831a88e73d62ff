import { forkOf, sharedSteps } from '../../src-shared/variants/forks';
import { changeText } from '../../src-shared/variants/variant';
import type { BuildArea } from '../area/area';
import type { ManifestFile } from '../area/manifest-file';
import { forkSubject } from './fork-subject';
import { RecordedReads } from './recorded-reads';
import { placed, readVariant, variantNames, type VariantFile } from './variant-files';
import { VariantStates } from './variant-state';

/** The variants of a manifest, where each leaves the others, and how its last image compares with a build of today. */
export async function describeVariants(file: ManifestFile, area: BuildArea) {
  const variants = variantNames(file.path).map((name) => readVariant(file, name));
  const steps = new Set([file, ...variants.map(({ built }) => built)].flatMap(({ manifest }) => manifest.steps));
  const reads = new RecordedReads(area, [...new Set([...steps].map(({ name }) => name))]);
  const base = forkSubject('', file, reads);
  const subjects = new Map(
    variants.filter(isUsable).map((variant) => [variant.name, forkSubject(variant.name, variant.built, reads)]),
  );
  const states = new VariantStates(area);
  const described = [];
  for (const variant of variants) {
    const subject = subjects.get(variant.name);
    const all = [base, ...subjects.values()];
    const state = subject && (await states.of(subject, { ...file, ...variant.built }, all));
    described.push({
      name: variant.name,
      file: variant.path,
      description: variant.variant.description,
      changes: variant.variant.changes.map(changeText),
      problems: placed(variant.source, variant.problems),
      fork: (subject && forkOf(base, subject)) ?? null,
      ...(state ?? { state: 'not-built' as const, line: null, reasons: [] }),
    });
  }
  return { variants: described, steps: sharedSteps([...subjects.values()]) };
}

const isUsable = ({ problems }: VariantFile): boolean => !problems.some(({ severity }) => severity === 'error');
