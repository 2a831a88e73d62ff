import { addElement } from '../../src-shared/document/fields';
import { detectLayout, partsOf } from '../../src-shared/manifest/layout';
import type { LoadedManifest } from '../../src-shared/manifest/load';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { Problem } from '../../src-shared/manifest/problems';
import { valuesAt, type PlacedValue } from '../../src-shared/manifest/rules/values-at';
import type { Edit } from '../../src-shared/manifest/splice';
import { isRecord, scriptDescription, stringsIn } from './script-description';

/**
 * What a step needs of the manifest's values, from the entry `checks` of its description. The engine knows no distribution: a script
 * that would refuse a value has it here, so that the user gets a problem before the build.
 */
interface StepCheck {
  /** Path of an element or `@attribute` below the root; or `key`, a pattern of keys in `key_value_pairs`. */
  readonly path: string | undefined;
  readonly key: RegExp | undefined;
  /** Values that the check is not about. */
  readonly except: RegExp | undefined;
  /** What each item of the value must match. */
  readonly matches: RegExp | undefined;
  /** One of these packages must be in the manifest's list. The first is offered. */
  readonly packages: readonly string[];
  /** A sentence; `%` is the value. */
  readonly message: string;
  /** Inserted into an item that does not match: before `@`, else at its end. */
  readonly append: string | undefined;
  readonly isWarning: boolean;
}

/** Problems of the manifest that these steps report about its values. */
export function stepCheckProblems(loaded: LoadedManifest, steps: readonly DeclaredStep[]): Problem[] {
  return steps.flatMap((step) => {
    const checks = step.script === undefined ? undefined : scriptDescription(step.script)?.['checks'];
    return Array.isArray(checks) ? checks.flatMap((check) => problemsOf(loaded, step, readCheck(check))) : [];
  });
}

/** An entry of `checks`; `undefined` for one that cannot be read, because a description must not stop a build. */
function readCheck(entry: unknown): StepCheck | undefined {
  if (!isRecord(entry) || typeof entry['message'] !== 'string') return undefined;
  const text = (name: string): string | undefined => {
    const value = entry[name];
    return typeof value === 'string' ? value : undefined;
  };
  try {
    return {
      path: text('path'),
      key: patternOf(text('key')),
      except: patternOf(text('except')),
      matches: patternOf(text('matches')),
      packages: stringsIn(entry['packages']),
      message: entry['message'],
      append: text('append'),
      isWarning: entry['severity'] === 'warning',
    };
  } catch {
    return undefined; // a wrong pattern
  }
}

/** A pattern for the whole of a value. Throws a `SyntaxError` for a wrong one. */
const patternOf = (text: string | undefined): RegExp | undefined =>
  text === undefined ? undefined : new RegExp(`^(?:${text})$`);

function problemsOf(loaded: LoadedManifest, step: DeclaredStep, check: StepCheck | undefined): Problem[] {
  if (!check || hasPackage(loaded, check.packages)) return [];
  const { except, matches, message, isWarning } = check;
  const found = valuesOf(loaded, check).flatMap(({ value, range }) => {
    const items = value.split(/\s+/).filter((item) => item !== '' && !except?.test(item) && !matches?.test(item));
    return [...new Set(items)].map((item): Problem => {
      const fix =
        check.packages.length > 0 ? addPackage(loaded, check) : correct(loaded, { value, range }, item, check);
      return {
        severity: isWarning ? 'warning' : 'error',
        phase: 'structure',
        code: 'step-check',
        message: message.replaceAll('%', () => item),
        path: check.path?.replace('@', '') ?? 'key_value_pairs/pair/value',
        range,
        step: step.index,
        ...(fix && { fix }),
      };
    });
  });
  // One missing package is one problem.
  return check.packages.length > 0 ? found.slice(0, 1) : found;
}

function valuesOf({ defaulted: { root } }: LoadedManifest, { path, key }: StepCheck): PlacedValue[] {
  if (path !== undefined) return valuesAt(root, path);
  const keys = valuesAt(root, 'key_value_pairs/pair/@key');
  return valuesAt(root, 'key_value_pairs/pair/@value').filter((_, index) => key?.test(keys[index]?.value ?? ''));
}

const hasPackage = ({ manifest }: LoadedManifest, names: readonly string[]): boolean =>
  manifest.packages.some(({ name }) => names.includes(name.trim()));

function addPackage({ tree }: LoadedManifest, { packages: [name = ''] }: StepCheck): Edit {
  const { image } = partsOf(detectLayout(tree.root));
  return addElement(tree, `${image}/packages`, { name: 'pkg', attributes: { name } }, `Add package ${name}`);
}

function correct(
  { source }: LoadedManifest,
  { range }: PlacedValue,
  item: string,
  { append }: StepCheck,
): Edit | undefined {
  if (append === undefined || !range) return undefined;
  const [before = item] = item.split('@');
  // The range of an element is its start tag.
  const end = source.charAt(range.start) === '<' ? source.indexOf('</', range.end) : range.end;
  const at = source.slice(0, end).indexOf(item, range.start);
  if (at < 0) return undefined;
  const start = at + before.length;
  return {
    label: `Use ${before}${append}${item.slice(before.length)}`,
    splices: [{ start, end: start, text: append }],
  };
}
