import { removeAt } from '../document/fields';
import { stepPaths } from '../document/list-paths';
import { addStep, freeStepName } from '../document/steps';
import type { ManifestTree } from '../manifest/tree';
import type { Manifest } from '../manifest/model';
import { parseManifest } from '../manifest/parse';
import { differenceOf, applySplices, type Edit } from '../manifest/splice';
import { outputFormats, outputStep, stepsOf, type OutputFormat } from './formats';
import { dependentsOf, placeOf, presentOutputs } from './present';

type Loaded = { readonly tree: ManifestTree; readonly manifest: Manifest };

/** The scripts that a format needs and the manifest has no step for, by the names of their steps. */
export function missingSteps(manifest: Pick<Manifest, 'steps'>, format: OutputFormat): readonly string[] {
  return stepsOf(format)
    .filter((step) => placeOf(manifest, step) < 0)
    .map(({ step }) => step);
}

/**
 * Adds the steps of a format: last, so that nothing before them is stale, or directly before the first step that uses their
 * files. One edit.
 */
export function switchOn({ tree, manifest }: Loaded, format: OutputFormat): Edit {
  const label = `Add output ${format.title}`;
  const taken = manifest.steps.map(({ name }) => name);
  const builtIn = taken.length - stepPaths(tree).length;
  // A user of these files that is there already, such as vmdk when disk is added for qcow2.
  const users = outputFormats.steps.filter(({ after }) =>
    after.some((one) => missingSteps(manifest, format).includes(one)),
  );
  const places = users.map((step) => placeOf(manifest, step)).filter((place) => place >= 0);
  let before = places.length === 0 ? undefined : Math.min(...places) - builtIn;
  const source = missingSteps(manifest, format).reduce((text, name) => {
    const step = { name: freeStepName(taken, name), message: outputStep(name).message, script: `scripts/${name}` };
    const edited = applySplices(text, addStep(parseManifest(text), step, before).splices);
    if (before !== undefined) before++;
    return edited;
  }, tree.source);
  return { label, splices: source === tree.source ? [] : [differenceOf(tree.source, source)] };
}

/** Removes the steps of a format and of those that are made from its file, and those that no other format needs. One edit. */
export function switchOff({ tree, manifest }: Loaded, format: OutputFormat): Edit {
  const { on } = presentOutputs(manifest);
  const gone = [format, ...dependentsOf(format.id, on)];
  const left = outputFormats.formats.filter((one) => on.has(one.id) && !gone.includes(one));
  const needed = new Set(left.flatMap(stepsOf));
  const paths = stepPaths(tree);
  const builtIn = manifest.steps.length - paths.length;
  const removed = new Set(gone.flatMap(stepsOf).filter((step) => !needed.has(step)));
  const found = [...removed].flatMap((step) => paths[placeOf(manifest, step) - builtIn] ?? []);
  const title = gone.map((one) => one.title).join(' and ');
  return { ...removeAt(tree, found), label: `Remove output ${title}` };
}
