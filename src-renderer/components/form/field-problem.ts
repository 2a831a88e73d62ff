import { elementAt, type ElementPath } from '../../../src-shared/document/element-path';
import type { Problem } from '../../../src-shared/manifest/problems';
import type { Workspace } from '../../state/workspace.svelte';

/** The first problem inside a field, also of the build host: an attribute, or the opening tag of an element. */
export function problemOf(
  { session, problems }: Pick<Workspace, 'session' | 'problems'>,
  path: ElementPath,
  attribute?: string,
): Problem | undefined {
  const loaded = session.document?.loaded;
  const element = loaded && elementAt(loaded.tree, path);
  const place =
    attribute === undefined
      ? element?.openTag
      : (element?.attributes.find(({ name }) => name === attribute)?.range ?? undefined);
  if (!place) return undefined;
  return problems.find(({ range }) => range && range.start >= place.start && range.end <= place.end);
}
