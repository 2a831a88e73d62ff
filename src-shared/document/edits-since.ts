import { labelOf } from '../manifest/labels';
import type { InterpretedManifest } from '../manifest/interpret';
import type { DeclaredStep } from '../manifest/model';
import { attributeValue, directText, type ElementNode } from '../manifest/tree';
import { isSecretName } from '../secrets';
import { differencesOf, type Difference } from './differences';
import { pathOf } from './element-path';
import { Readers, type StepReads } from './readers';
import { sectionOf, type SectionId } from './sections';

/** An edit since a build, as a user sees it. */
export interface EditSince {
  readonly title: string;
  readonly section: SectionId;
  /** Values; missing for a secret, and where there is more than one value. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** What was added, removed and moved, as text. */
  readonly text?: string;
  /** Index of the first step that reads it or is changed by it; missing where no step is known to. */
  readonly firstStep?: number;
}

/** A longer list of names is cut. */
const MAX_NAMES = 4;
const LISTS: Readonly<Record<string, string>> = {
  packages: 'Packages',
  post_install_remove_packages: 'Packages removed after installation',
};

/** Returns the edits between two manifests, those that make most steps stale first. */
export function editsSince(
  before: InterpretedManifest,
  after: InterpretedManifest,
  reads: readonly StepReads[],
): readonly EditSince[] {
  const { steps } = after.manifest;
  const indexOf = new Map(steps.map(({ name }, index) => [name, index]));
  const [old, now] = [new Readers(before.defaulted.root, reads), new Readers(after.defaulted.root, reads)];
  const readBy = ({ before: from, after: to, attribute, kind }: Difference): { firstStep?: number } => {
    const isField = kind === 'changed';
    const names = [
      ...(from ? (isField ? old.of({ element: from, attribute }) : old.within(from)) : []),
      ...(to ? (isField ? now.of({ element: to, attribute }) : now.within(to)) : []),
    ];
    const first = Math.min(...names.map((name) => indexOf.get(name) ?? Infinity));
    return first === Infinity ? {} : { firstStep: first };
  };
  const differences = differencesOf(before.defaulted.root, after.defaulted.root);
  const isOfList = (one: Difference): string | undefined => LISTS[elementOf(one).parent?.name ?? ''];
  const lists = [...new Set(differences.flatMap((one) => isOfList(one) ?? []))].map((title) => {
    const own = differences.filter((one) => isOfList(one) === title);
    const first = Math.min(...own.map((one) => readBy(one).firstStep ?? Infinity));
    const text = listText(own);
    return { title, section: 'packages' as const, text, ...(first < Infinity && { firstStep: first }) };
  });
  const fields = differences
    .filter((one) => isOfList(one) === undefined && !isOfStep(one))
    .map((one) => ({ ...editOf(one), ...readBy(one) }));
  const edits: EditSince[] = [...stepEdit(before.manifest.steps, steps), ...lists, ...fields];
  return edits.sort((a, b) => (a.firstStep ?? Infinity) - (b.firstStep ?? Infinity));
}

const elementOf = ({ before, after }: Difference): ElementNode => (after ?? before) as ElementNode;

/** Steps are compared by what they run, not by their elements. */
function isOfStep(one: Difference): boolean {
  return sectionOf(pathOf(elementOf(one))) === 'steps';
}

function editOf(one: Difference): EditSince {
  const element = elementOf(one);
  const { attribute, kind } = one;
  const section = sectionOf([pathOf(element), attribute].filter(Boolean).join('/'));
  const title = titleOf(element, attribute);
  if (kind !== 'changed') return { title, section, text: kind };
  const valueOf = (of: ElementNode | undefined): string | undefined =>
    of && (attribute === undefined ? directText(of) : attributeValue(of, attribute));
  if (isSecret(element, attribute)) return { title, section, text: 'changed' };
  return { title, section, before: valueOf(one.before), after: valueOf(one.after) };
}

function titleOf(element: ElementNode, attribute: string | undefined): string {
  const key = element.name === 'pair' ? attributeValue(element, 'key') : undefined;
  if (key !== undefined) return key;
  const { label } = labelOf(element.name, attribute);
  for (let at: ElementNode | undefined = element; at; at = at.parent)
    if (at.name === 'user') {
      const user = attributeValue(at, 'username') ?? '';
      return at === element && attribute === undefined ? `User ${user}` : `${label} of ${user}`;
    }
  const parent = element.parent?.parent ? labelOf(element.parent.name).label : undefined;
  return parent === undefined || attribute === undefined || parent === element.parent?.name
    ? label
    : `${label} (${labelOf(element.name).label.toLowerCase()})`;
}

function isSecret(element: ElementNode, attribute: string | undefined): boolean {
  const key = element.name === 'pair' ? (attributeValue(element, 'key') ?? '') : element.name;
  return isSecretName(key) || (attribute !== undefined && isSecretName(attribute));
}

function listText(differences: readonly Difference[]): string {
  const names = (kind: Difference['kind']): string[] =>
    differences
      .filter((one) => one.kind === kind)
      .map((one) => attributeValue(elementOf(one), 'name') ?? elementOf(one).name);
  const part = (verb: string, found: readonly string[]): string[] =>
    found.length === 0
      ? []
      : [
          `${verb} ${found.slice(0, MAX_NAMES).join(', ')}${found.length > MAX_NAMES ? ` and ${found.length - MAX_NAMES} more` : ''}`,
        ];
  const parts = [
    ...part('added', names('added')),
    ...part('removed', names('removed')),
    ...part('changed', names('changed')),
  ];
  return parts.length === 0 ? 'order changed' : parts.join('; ');
}

/** The edit of the list of steps; none when the same scripts run under the same names in the same order. */
function stepEdit(before: readonly DeclaredStep[], after: readonly DeclaredStep[]): EditSince[] {
  const textOf = (step: DeclaredStep | undefined): string =>
    step ? JSON.stringify([step.name, step.script, step.args]) : '';
  const length = Math.max(before.length, after.length);
  const first = Array.from({ length }, (_, at) => at).find((at) => textOf(before[at]) !== textOf(after[at]));
  if (first === undefined) return [];
  const names = (list: readonly DeclaredStep[]): Set<string> => new Set(list.map(({ name }) => name));
  const [old, now] = [names(before), names(after)];
  const parts = [
    ...[...now].filter((name) => !old.has(name)).map((name) => `added ${name}`),
    ...[...old].filter((name) => !now.has(name)).map((name) => `removed ${name}`),
  ];
  const text = parts.length > 0 ? parts.slice(0, MAX_NAMES).join(', ') : `${after[first]?.name ?? ''} changed`;
  return [{ title: 'Steps', section: 'steps', text, ...(first < after.length && { firstStep: first }) }];
}
