import { readManifest } from './model';
import { parseManifest } from './parse';
import { applyDefaults } from './defaults';
import { checkStepNames } from './validate';

/** A line of the export's report. */
export interface StockDifference {
  readonly kind: 'stock-rejects' | 'slipway-only' | 'note';
  readonly message: string;
}

/**
 * What the stock `distro_const` rejects in a manifest that our engine builds, and what only our engine provides (contract 2, 6, 7).
 * Throws `ManifestSyntaxError` for what is not XML.
 */
export function findStockDifferences(source: string, now: Date): StockDifference[] {
  const tree = parseManifest(source);
  const manifest = readManifest(applyDefaults(tree, { now }).tree);
  const found: StockDifference[] = [];
  const add = (kind: StockDifference['kind'], message: string): void => void found.push({ kind, message });

  if (manifest.layout !== 'B')
    add('stock-rejects', 'The format of 2008 and 2009: the present stock command reads only the one since 2009-12.');
  if (manifest.buildArea === undefined) add('stock-rejects', 'There is no build area.');
  else if (manifest.buildArea.startsWith('/')) {
    const dataset = manifest.buildArea.replace(/^\/+/, '');
    add(
      'stock-rejects',
      `The build area ${manifest.buildArea} is a folder. The stock command takes checkpoints of a ZFS dataset only: there, write the name of one (such as ${dataset}).`,
    );
    add('slipway-only', 'Checkpoints in a folder: on btrfs, or as copies on any other file system.');
  }
  for (const { message } of checkStepNames(manifest)) add('stock-rejects', message);
  if (/<!DOCTYPE/.test(source))
    add('note', 'It has a DOCTYPE; the stock command reads it with libxml2, entities included.');
  if (manifest.steps.some(({ script }) => script !== undefined && !script.startsWith('/')))
    add('note', 'Steps name their scripts relative to the folder: run the command from there.');
  if (manifest.publisher && !/^https?:|^file:/.test(manifest.publisher.url))
    add(
      'note',
      `The publisher's address ${manifest.publisher.url} is for the scripts here; a stock im_pop does not know it.`,
    );
  return found;
}
