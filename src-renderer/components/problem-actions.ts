import { sectionOf, SECTIONS, type SectionId } from '../../src-shared/document/sections';
import { pathOf } from '../../src-shared/document/element-path';
import type { Problem } from '../../src-shared/manifest/problems';
import { childElements, type ElementNode, type Range } from '../../src-shared/manifest/tree';
import type { Workspace } from '../state/workspace.svelte';

/** Returns the section that shows the place of a problem. */
export function sectionOfProblem({ code, path }: Problem): SectionId {
  return code === 'not-xml' ? 'xml' : sectionOf(path);
}

/** Returns the title of that section. */
export function placeOfProblem(problem: Problem): string {
  const section = sectionOfProblem(problem);
  return SECTIONS.find(({ id }) => id === section)?.title ?? '';
}

/** Shows the place of a problem. */
export function goToProblem({ session, navigation, packages, stepSelection }: Workspace, problem: Problem): void {
  const section = sectionOfProblem(problem);
  navigation.goTo(section);
  if (problem.step !== undefined) stepSelection.select([problem.step]);
  else if (problem.phase === 'repository') packages.show(problem);
  else if (section === 'steps' && problem.range) {
    const { start } = problem.range;
    const at = session.document?.loaded?.manifest.steps.findIndex(({ range }) => range?.start === start) ?? -1;
    if (at >= 0) stepSelection.select([at]);
  }
  if (section === 'xml' && problem.range) navigation.reveal = { ...problem.range };
  const tree = session.document?.loaded?.tree;
  // Steps and packages are rows of lists.
  if (tree && problem.range && !['xml', 'steps', 'packages'].includes(section))
    navigation.field = fieldAt(tree.root, problem.range);
}

/** The field of an attribute or an element's text that has a range: `path@attribute`. */
function fieldAt(root: ElementNode, range: Range): string {
  const has = (place: Range | undefined): boolean =>
    place !== undefined && place.start <= range.start && range.end <= place.end;
  let element = root;
  for (let inner: ElementNode | undefined = root; inner; inner = childElements(element).find((one) => has(one.range)))
    element = inner;
  const attribute = element.attributes.find((one) => has(one.range))?.name ?? '';
  return `${pathOf(element)}@${attribute}`;
}

/** Applies the fix of a problem, as one edit that can be undone. */
export function fixProblem({ session, notices }: Workspace, { fix }: Pick<Problem, 'fix'>): void {
  const { document } = session;
  if (!document || !fix) return;
  document.endGesture();
  document.apply(fix);
  notices.done(`Done: ${fix.label}`);
}
