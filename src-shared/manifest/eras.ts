import { detectLayout, type Layout } from './layout';
import { attributeValue, childElements, type ElementNode } from './tree';

/**
 * The days on which the schema changed (contract 7), the second change of one day with a letter. Their order is the order of
 * text. The last is the present format.
 */
export const ERAS = [
  ...['2008-08-27', '2008-10-03', '2008-10-06', '2008-10-09', '2008-10-10', '2008-10-10b', '2008-10-13', '2008-10-26'],
  ...['2008-10-27', '2009-01-08', '2009-04-07', '2009-11-09', '2009-12-09', '2009-12-10', '2010-01-21', '2010-01-25'],
  ...['2010-02-09', '2010-09-21', '2016-10-22'],
] as const;

/** One of those days. */
export type Era = (typeof ERAS)[number];

/** The day of layout B's first schema. */
export const LAYOUT_B_SINCE: Era = '2009-12-10';

/** The last schema: the present format. */
export const CURRENT_ERA: Era = '2016-10-22';

/**
 * Returns the era whose rules apply to a manifest. Layout B: the current one, because its changes were additions only. Layout A: the newest whose
 * names the manifest uses, since names changed then.
 */
export function detectEra(root: ElementNode, layout: Layout = detectLayout(root)): Era {
  if (layout === 'B') return CURRENT_ERA;
  if (layout === 'A0') return '2008-08-27';
  const image = childElements(root, 'img_params');
  const below = (parents: readonly ElementNode[], name: string): ElementNode[] =>
    parents.flatMap((parent) => childElements(parent, name));
  const outputs = below(image, 'output_image');
  if (below(image, 'boot_archive_contents').length > 0 || below(outputs, 'boot_archive').length > 0)
    return '2009-12-09';
  const scripts = below(below(outputs, 'finalizer'), 'script');
  if (scripts.length > 0 && below(scripts, 'checkpoint').length === 0) return '2008-08-27';
  // Scripts had log files of their own until 2008-10-09; one or two of them do not date a manifest.
  const logged = scripts.filter((script) => childElements(script).some(({ name }) => name.endsWith('_logfile')));
  if (logged.length > 0 && logged.length === scripts.length) return '2008-10-06';
  if (below(image, 'grub_menu.lst').length > 0) return '2008-10-10b';
  const included = below(below(image, 'bootroot_contents'), 'base_include');
  const sorted = included.some((entry) => attributeValue(entry, 'fiocompress') !== undefined);
  return sorted || below(below(image, 'grub_menu_modifications'), 'title').length > 0 ? '2009-04-07' : '2008-10-27';
}
