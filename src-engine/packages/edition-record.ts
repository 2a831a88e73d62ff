import { listOf, object, oneOf, optional, text } from '../../src-shared/shape';

/**
 * A fetched edition as the cache stores it: `Edition` of src-shared/engine-answers/packages.ts without its `trouble`.
 */
export const editionRecord = object('Edition', 'Package lists that were fetched at one time.', {
  kind: oneOf('apt', 'ips'),
  revision: text,
  fetched: text,
  repositories: listOf(object('Repository', '', { name: text, dated: optional(text) })),
  unfollowed: optional(
    listOf(
      object('Unfollowed', '', { repository: text, message: text, severity: optional(oneOf('warning', 'error')) }),
    ),
  ),
});
