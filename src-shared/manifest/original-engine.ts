import { hasPairedQuotes } from './argslist';
import { loadManifest } from './load';
import type { Manifest } from './model';
import type { Problem } from './problems';
import { isStepNameProblem, STEP_NAME_CODES } from './rules/step-names';
import { attributeValue, childElements, directText, elementsAt, type ElementNode } from './tree';

/** A line of the export's report. */
export interface OriginalDifference {
  readonly kind: 'original-rejects' | 'slipway-only' | 'note';
  readonly message: string;
  /** The original rejects it only where no ZFS dataset is mounted at the build area. A build from the beginning is possible there. */
  readonly isAboutFolder?: true;
  /** The original builds it otherwise than Slipway, without a message. */
  readonly isSilent?: true;
}

/** A file that is exported with the manifest. */
export interface ExportedScript {
  readonly path: string;
  readonly executable: boolean;
  /** Missing when it is not text. */
  readonly text?: string | undefined;
}

/** The maximum length of an ISO's volume name: create_iso refuses longer ones (contract 9, 35). */
const MAX_VOLUME_NAME = 32;

/**
 * Returns what the original `distro_const` rejects in a manifest that Slipway builds, and what only Slipway provides (contract 2, 3, 6,
 * 7, 9).
 * Throws `ManifestSyntaxError` for what is not XML.
 *
 * @param scripts the exported files; without them scripts are not checked
 */
export function findOriginalDifferences(
  source: string,
  now: Date,
  scripts?: readonly ExportedScript[],
): OriginalDifference[] {
  const { tree, manifest, problems } = loadManifest(source, { now });
  // In the old format every path is wrong for the original command: one line is enough.
  const format: OriginalDifference[] =
    manifest.layout === 'B'
      ? problems
          .filter(({ severity, phase }) => severity === 'error' && (phase === 'schema' || phase === 'value'))
          .map(({ message }) => rejected(message))
      : [rejected('The format of 2008 and 2009: the present original command reads only the one since 2009-12.')];
  const found = [
    ...format,
    ...buildAreaDifferences(manifest, tree.root),
    ...resumeDifferences(manifest),
    ...stepDifferences(manifest, problems),
    ...valueDifferences(tree.root, manifest),
    ...(scripts ? scriptDifferences(manifest, scripts) : []),
    ...notes(source, manifest),
  ];
  // A fault that occurs in several places is reported once.
  return [...new Map(found.map((one) => [one.message, one])).values()];
}

function buildAreaDifferences({ buildArea }: Manifest, root: ElementNode): OriginalDifference[] {
  if (buildArea === undefined) return [rejected('There is no build area.')];
  const isFolder = buildArea.startsWith('/');
  const found: OriginalDifference[] = [];
  const written = elementsAt(root, 'distro_constr_params/build_area').map(directText).join('').trim();
  if (/\s/.test(written))
    found.push(
      rejected(`The build area \`${written}\` has blanks: the original command takes all of it for one name.`),
    );
  else if (/(^|\/)\.\.?(\/|$)/.test(buildArea) || /\/$|\/\//.test(buildArea))
    found.push(
      rejected(
        `The build area ${buildArea} ends with a slash, or has an empty part, \`.\` or \`..\`: the original command finds no dataset of that name. Write it without.`,
      ),
    );
  if (isFolder)
    found.push(
      {
        ...rejected(
          `The build area ${buildArea} is a folder. Unless a ZFS dataset is mounted exactly there, the original command builds in it without checkpoints and rejects -l, -p, -r and -R: write the name of a dataset (such as rpool/dc).`,
        ),
        isAboutFolder: true,
      },
      only('Checkpoints in a folder: file-system snapshots where possible, otherwise copies.'),
    );
  else if (!buildArea.includes('/'))
    found.push(rejected(`The build area ${buildArea} is a whole pool: the original command needs a dataset in it.`));
  return found;
}

function resumeDifferences({ buildArea = '', resumeFrom, checkpointEnable, steps }: Manifest): OriginalDifference[] {
  if (resumeFrom === undefined) return [];
  if (buildArea.startsWith('/') || !checkpointEnable) {
    const found = rejected(`\`resume_from\` is ${resumeFrom}, and the original command has no checkpoints here.`);
    return [checkpointEnable ? { ...found, isAboutFolder: true } : found];
  }
  // By name, otherwise by number (contract 1.4).
  const isNumber = /^[0-9]+$/.test(resumeFrom) && Number(resumeFrom) < steps.length;
  if (isNumber || steps.some(({ name }) => name === resumeFrom)) return [];
  return [rejected(`\`resume_from\` is ${resumeFrom}, which is no step of this manifest.`)];
}

function stepDifferences(manifest: Manifest, problems: readonly Problem[]): OriginalDifference[] {
  const ofNames = problems.filter(isStepNameProblem);
  const names = ofNames.map(({ code, message }) =>
    code === STEP_NAME_CODES.missing
      ? rejected('A step has no checkpoint name.')
      : silent(note(`${message} Slipway refuses to build it; the original command goes on without that checkpoint.`)),
  );
  const scripts = manifest.steps.flatMap(({ script }) => (script === undefined ? [] : [script]));
  const twice = [...new Set(scripts.filter((script, at) => scripts.indexOf(script) !== at))];
  const shared = twice.map((script) =>
    silent(
      only(
        `Several steps run ${script}, each with its own arguments and checkpoint: the original command gives all of them the name, message and arguments of the first, so that only the first checkpoint can be taken. Give each step a script of its own: a copy under another name, or a symbolic link.`,
      ),
    ),
  );
  return [...names, ...shared];
}

/** Values that the original command reads wrongly or not at all. */
function valueDifferences(root: ElementNode, { distributionName }: Manifest): OriginalDifference[] {
  const found: OriginalDifference[] = [];
  const unpaired = [...new Set(placesWithUnpairedQuotes(root))];
  if (unpaired.length > 0)
    found.push(
      rejected(`A quote or an apostrophe without its partner stops the original command: ${unpaired.join(', ')}.`),
    );
  const textAt = (path: string): string => elementsAt(root, path).map(directText).join('').trim();
  const hostname = textAt('img_params/hostname').replace(/^[-.]+/, '');
  if (/[-.]/.test(hostname))
    found.push(rejected(`The host name ${hostname}: the original command allows letters and digits only.`));
  const flags = 'distro_constr_params/distro_constr_flags';
  if (textAt(`${flags}/checkpoint_enable`) === '0')
    found.push(silent(note('`checkpoint_enable` is 0: for the original command only `false` turns checkpoints off.')));
  if (textAt(`${flags}/stop_on_error`) === '1')
    found.push(silent(note('`stop_on_error` is 1: the original command stops only for `true`.')));
  if (distributionName.length > MAX_VOLUME_NAME)
    found.push(
      note(
        `The name has ${distributionName.length} characters; an ISO of the original command may have ${MAX_VOLUME_NAME} at most.`,
      ),
    );
  return found;
}

function placesWithUnpairedQuotes(element: ElementNode): string[] {
  const attributes = element.attributes.filter(({ name }) => !hasPairedQuotes(attributeValue(element, name) ?? ''));
  return [
    ...attributes.map(({ name }) => `\`${name}\` of \`${element.name}\``),
    ...(hasPairedQuotes(directText(element)) ? [] : [`\`${element.name}\``]),
    ...childElements(element).flatMap(placesWithUnpairedQuotes),
  ];
}

function scriptDifferences({ steps }: Manifest, scripts: readonly ExportedScript[]): OriginalDifference[] {
  const byPath = new Map(scripts.map((script) => [script.path, script]));
  const lacking = steps.flatMap(({ script }) => {
    if (script === undefined || script.startsWith('/')) return [];
    const file = byPath.get(script.replace(/^(\.\/+)+/, ''));
    if (!file) return [rejected(`The script ${script} is not there, so it is not exported.`)];
    return file.executable ? [] : [rejected(`The script ${script} is not executable.`)];
  });
  const declaring = scripts.filter(({ text }) => text?.includes('SLIPWAY_INPUTS')).map(({ path }) => path);
  if (declaring.length === 0) return lacking;
  const inputs = `Inputs of steps besides the manifest, declared through SLIPWAY_INPUTS: ${declaring.join(', ')}.`;
  return [...lacking, only(inputs)];
}

function notes(source: string, { steps, publisher }: Manifest): OriginalDifference[] {
  const found: OriginalDifference[] = [];
  if (/<!DOCTYPE/.test(source))
    found.push(note('It has a DOCTYPE; the original command reads it with libxml2, entities included.'));
  if (steps.some(({ script }) => script !== undefined && !script.startsWith('/')))
    found.push(note('Steps name their scripts relative to the folder: run the command from there.'));
  if (publisher && !/^https?:|^file:/.test(publisher.url))
    found.push(
      note(`The publisher's address ${publisher.url} is for the scripts here; the original im_pop does not know it.`),
    );
  return found;
}

const rejected = (message: string): OriginalDifference => ({ kind: 'original-rejects', message });
const only = (message: string): OriginalDifference => ({ kind: 'slipway-only', message });
const note = (message: string): OriginalDifference => ({ kind: 'note', message });
const silent = (difference: OriginalDifference): OriginalDifference => ({ ...difference, isSilent: true });
