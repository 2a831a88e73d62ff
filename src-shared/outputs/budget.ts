import { removeAt } from '../document/fields';
import { stepPaths } from '../document/list-paths';
import { addStep, freeStepName } from '../document/steps';
import type { Manifest } from '../manifest/model';
import { parseManifest } from '../manifest/parse';
import { applySplices, differenceOf, type Edit } from '../manifest/splice';
import type { ManifestTree } from '../manifest/tree';
import { outputStep, type OutputFormat } from './formats';
import { pairValue, setPair } from './pairs';
import { placeOf } from './present';

const MIB = 1024 * 1024;
/** The name of the step and of its script. */
export const BUDGET_STEP = 'budget';

/** The limit of the size of finished files. */
export interface SizeBudget {
  readonly megabytes: number;
  /** The suffixes of the files that count; all when missing. */
  readonly suffixes?: readonly string[];
}

/** A change that brings a file within the budget. */
export interface BudgetFix {
  readonly title: string;
  readonly edit: Edit;
}

type Loaded = { readonly tree: ManifestTree; readonly manifest: Manifest };

/** Returns the budget that a build checks; `undefined` when it checks none. */
export function budgetOf({ tree, manifest }: Loaded): SizeBudget | undefined {
  const megabytes = Number(pairValue(tree, 'budget_mb') ?? '');
  if (placeOf(manifest, outputStep(BUDGET_STEP)) < 0 || !Number.isInteger(megabytes) || megabytes <= 0)
    return undefined;
  const suffixes = pairValue(tree, 'budget_for')?.trim();
  return { megabytes, ...(suffixes && { suffixes: suffixes.split(/\s+/) }) };
}

/** Bytes that a file is over the budget, or less than 0; `undefined` when it does not count. */
export function overBudget(budget: SizeBudget, { suffix }: OutputFormat, size: number): number | undefined {
  return budget.suffixes && !budget.suffixes.includes(suffix) ? undefined : size - budget.megabytes * MIB;
}

/** Sets the budget, with the step that checks it last; without a budget both go. One edit. */
export function setBudget(loaded: Loaded, megabytes: number | undefined): Edit {
  const { manifest, tree } = loaded;
  const at = placeOf(manifest, outputStep(BUDGET_STEP));
  const paths = stepPaths(tree);
  if (megabytes === undefined) {
    const step = paths[at - (manifest.steps.length - paths.length)];
    return edited(tree, 'Remove the size budget', [
      (now) => setPair(now, 'budget_mb', undefined, ''),
      (now) => setPair(now, 'budget_for', undefined, ''),
      (now) => removeAt(now, step === undefined ? [] : [step]),
    ]);
  }
  const name = freeStepName(
    manifest.steps.map((one) => one.name),
    BUDGET_STEP,
  );
  const { message } = outputStep(BUDGET_STEP);
  const step = { name, message, script: `scripts/${BUDGET_STEP}` };
  return edited(
    tree,
    'Change the size budget',
    [
      (now) => setPair(now, 'budget_mb', String(megabytes), ''),
      (now) => (at < 0 ? addStep(now, step) : { label: '', splices: [] }),
    ],
    'size budget',
  );
}

/** Limits only the files with these suffixes. */
export function limitOnly({ tree }: Loaded, formats: readonly OutputFormat[]): Edit {
  const label = `Limit only ${formats.map(({ title }) => title).join(' and ')}`;
  const suffixes = formats.map(({ suffix }) => suffix).join(' ');
  return edited(tree, label, [(now) => setPair(now, 'budget_for', suffixes, '')]);
}

/**
 * The changes that bring all files within the budget: a larger budget, less spare space of the USB image where that is enough, and no
 * limit for the files that are too large.
 *
 * @param files formats with the bytes of their files
 */
export function budgetFixes(
  loaded: Loaded,
  files: readonly { readonly format: OutputFormat; readonly size: number }[],
): readonly BudgetFix[] {
  const budget = budgetOf(loaded);
  if (!budget) return [];
  const over = files.filter(({ format, size }) => (overBudget(budget, format, size) ?? 0) > 0);
  const [first] = over;
  if (!first) return [];
  const needed = Math.ceil(Math.max(...over.map(({ size }) => size)) / MIB);
  const fixes: BudgetFix[] = [{ title: `Raise to ${needed} MiB`, edit: setBudget(loaded, needed) }];
  const spare = Number(pairValue(loaded.tree, 'usb_spare_mb') ?? 64);
  const excess = Math.ceil((overBudget(budget, first.format, first.size) ?? 0) / MIB);
  if (over.length === 1 && first.format.id === 'usb' && spare >= excess) {
    const edit = edited(loaded.tree, 'Change spare space', [
      (now) => setPair(now, 'usb_spare_mb', String(spare - excess), ''),
    ]);
    fixes.push({ title: `Reduce spare space to ${spare - excess} MiB`, edit });
  }
  const within = files.filter((file) => !over.includes(file)).map(({ format }) => format);
  if (within.length > 0)
    fixes.push({
      title: `Limit only ${within.map(({ title }) => title).join(' and ')}`,
      edit: limitOnly(loaded, within),
    });
  return fixes;
}

/** Edits one after another, as one. */
function edited(
  tree: ManifestTree,
  label: string,
  edits: readonly ((tree: ManifestTree) => Edit)[],
  gesture?: string,
): Edit {
  const text = edits.reduce((now, edit) => applySplices(now, edit(parseManifest(now)).splices), tree.source);
  const splices = text === tree.source ? [] : [differenceOf(tree.source, text)];
  return { label, splices, ...(gesture !== undefined && { gesture }) };
}
