import type { InterpretedManifest } from '../interpret';
import type { Problem } from '../problems';
import { cdataRule } from './cdata';
import { stepNamesRule } from './step-names';
import { packagesRule } from './packages';
import { menuQuotesRule } from './menu-quotes';
import { quotesRule } from './quotes';
import type { RuleContext, Rule } from './rule';
import { scriptsRule } from './scripts';
import { stepOrderRule } from './step-order';
import { structureRule } from './structure';
import { valuesRule } from './values';

/** Rules for manifests whose structure is right; the order of their errors is the original's (recorded scenario 63). */
const VALUE_RULES: readonly Rule[] = [scriptsRule, valuesRule, cdataRule];

/** Rules that the original does not have, for steps and packages. They also run when the structure is wrong. */
const OWN_RULES: readonly Rule[] = [stepNamesRule, quotesRule, menuQuotesRule, stepOrderRule, packagesRule];

/** Returns all problems of a manifest: its structure, and if that is right its values (contract 6.2), then its steps and packages. */
export function findProblems(manifest: InterpretedManifest, host: RuleContext): Problem[] {
  const structure = structureRule.check(manifest, host);
  // Only this rule supports the element names of layout A0.
  if (manifest.manifest.layout === 'A0') return structure;
  const rules = structure.length > 0 ? OWN_RULES : [...VALUE_RULES, ...OWN_RULES];
  return [...structure, ...rules.flatMap((rule) => rule.check(manifest, host))];
}
