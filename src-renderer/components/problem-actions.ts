import { sectionOf, SECTIONS, type SectionId } from '../../src-shared/document/sections';
import type { Problem } from '../../src-shared/manifest/problems';
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
}

/** Applies the fix of a problem, as one edit that can be undone. */
export function fixProblem({ session, notices }: Workspace, { fix }: Problem): void {
  const { document } = session;
  if (!document || !fix) return;
  document.endGesture();
  document.apply(fix);
  notices.done(`Done: ${fix.label}`);
}
