import type { InterpretedManifest } from '../interpret';
import { detectLayout, partsOf } from '../layout';
import type { Edit } from '../splice';
import { elementsAt } from '../tree';
import { replaceAttributeValue } from './fixes';
import type { Rule } from './rule';

/** Entries of the package list that a package source cannot install, each with the best name to use instead. */
export const packagesRule: Rule = {
  check(loaded, { packageFaults = [] }) {
    if (packageFaults.length === 0) return [];
    const faults = new Map(packageFaults.map((fault) => [fault.name, fault]));
    const { image } = partsOf(detectLayout(loaded.defaulted.root));
    return loaded.manifest.packages.flatMap(({ name, range }, index) => {
      const fault = faults.get(name.trim());
      if (!fault) return [];
      return {
        severity: 'error',
        phase: 'repository',
        code: `package-${fault.kind}`,
        message: `${name}: ${fault.message}`,
        path: `${image}/packages/pkg/name`,
        range,
        fix: useInstead(loaded, `${image}/packages/pkg`, index, fault.instead[0]),
      };
    });
  },
};

function useInstead(
  { tree }: InterpretedManifest,
  path: string,
  index: number,
  name: string | undefined,
): Edit | undefined {
  const attribute = elementsAt(tree.root, path)[index]?.attributes.find((one) => one.name === 'name');
  if (name === undefined || !attribute) return undefined;
  return replaceAttributeValue(tree, attribute, name, `Use ${name}`);
}
