import type { InterpretedManifest } from '../../src-shared/manifest/interpret';
import type { ForkSubject } from '../../src-shared/variants/forks';
import { readValues } from '../area/manifest-values';
import type { RecordedReads } from './recorded-reads';

/** The steps of a plain manifest with the values that they read, to compare with those of other variants. */
export function forkSubject(name: string, built: InterpretedManifest, reads: RecordedReads): ForkSubject {
  const { root } = built.defaulted;
  const values = new Map<string, readonly string[]>();
  const valuesOf = (request: string, isKey: boolean): readonly string[] => {
    const key = `${isKey} ${request}`;
    const found = values.get(key) ?? readValues(root, request, isKey);
    values.set(key, found);
    return found;
  };
  return {
    name,
    steps: built.manifest.steps.map((step) => {
      const { requests, known } = reads.of(step);
      // A step that may read everything has the whole text as its value.
      const everything = [{ request: '', isKey: false, values: [built.source], isSecret: true }];
      return {
        name: step.name,
        identity: JSON.stringify([step.script ?? null, step.args]),
        known,
        reads:
          known === 'unknown'
            ? everything
            : requests.map((read) => ({ ...read, values: valuesOf(read.request, read.isKey) })),
      };
    }),
  };
}
