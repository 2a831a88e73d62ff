import { removeAt } from '../document/fields';
import { stepPaths } from '../document/list-paths';
import type { InterpretedManifest } from '../manifest/interpret';
import { applySplices } from '../manifest/splice';
import { nearestName } from '../near-name';
import { outputFormats } from '../outputs/formats';
import { presentOutputs } from '../outputs/present';
import { switchOff, switchOn } from '../outputs/switch';
import { variantError, type VariantProblem } from './problem';
import type { VariantChange } from './variant';

type OutputChange = Extract<VariantChange, { kind: 'output-on' | 'output-off' }>;

/** The manifest's text with an output switched on or off, or why that is not possible. */
export function applyOutput(
  manifest: InterpretedManifest,
  { kind, name, range }: OutputChange,
): { readonly source: string } | { readonly problem: VariantProblem } {
  const { tree } = manifest;
  const { on } = presentOutputs(manifest.manifest);
  const format = outputFormats.formats.find(({ id }) => id === name);
  const isOn = kind === 'output-on';
  if (format) {
    if (on.has(name) === isOn) return { problem: noChange(name, isOn, range) };
    return { source: applySplices(tree.source, (isOn ? switchOn : switchOff)(manifest, format).splices) };
  }
  // A step of the document's own that makes an output.
  const step = manifest.manifest.steps.find((one) => one.name === name);
  const builtIn = manifest.manifest.steps.length - stepPaths(tree).length;
  const path = step && stepPaths(tree)[step.index - builtIn];
  if (!isOn && path !== undefined) return { source: applySplices(tree.source, removeAt(tree, [path]).splices) };
  return { problem: unknownOutput(manifest, name, isOn, range) };
}

function noChange(name: string, isOn: boolean, range: OutputChange['range']): VariantProblem {
  const message = `The output \`${name}\` is ${isOn ? 'on' : 'off'} in the manifest.`;
  return {
    ...variantError('variant-output', message, 'This line can be removed.', range),
    severity: 'warning',
  };
}

function unknownOutput(
  { manifest }: InterpretedManifest,
  name: string,
  isOn: boolean,
  range: OutputChange['range'],
): VariantProblem {
  const formats = outputFormats.formats.map(({ id }) => id);
  const names = isOn ? formats : [...new Set([...formats, ...manifest.steps.map((step) => step.name)])];
  const near = nearestName(name, names);
  const hint = near === undefined ? `The outputs are ${formats.join(', ')}.` : `Is \`${near}\` meant?`;
  return variantError('variant-output', `There is no output \`${name}\`.`, hint, range);
}
